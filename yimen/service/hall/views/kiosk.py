"""The kiosk: large, by touch, by keyboard, in a low position, with a card reader that may be simulated; and what its printer says."""

from __future__ import annotations

from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yimen.ground.identity.policies import public
from yimen.ground.kit import moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.questions import text_asked
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.hall import policies, rules, services
from yimen.service.hall.forms import ReceiveForm, TakeForm
from yimen.service.hall.models import Device, Hall, Ticket
from yimen.service.hall.selectors import queue, slots
from yimen.service.hall.services.devices import DeviceUnknown
from yimen.service.hall.views.asking import device_of, staff_of


def who_prints(request: HttpRequest, hall: Hall) -> tuple[Device | None, bool]:
    """The kiosk of this hall that asks, and whether it is the reception desk. Raises `DeviceUnknown` for anybody else."""
    device = device_of(request, moments.now())
    if device is not None and device.hall_id == hall.pk and device.kind in (Device.Kind.KIOSK, Device.Kind.TERMINAL):
        return device, False
    if policies.may_receive(staff_of(request), hall):
        return None, True
    raise DeviceUnknown("这台设备没有开通为本大厅的取号机。", next_step="请在“大厅设备”取得开通码，在设备上开通。")


@public
def kiosk(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Choose a business, say who comes, and the number is printed."""
    at, hall = moments.now(), queue.hall_by_slug(slug)
    device, reception = who_prints(request, hall)
    form = (ReceiveForm if reception else TakeForm)(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            group = queue.groups_of(hall).filter(pk=said["group"]).first()
            if group is None:
                raise NotFound("没有这个业务，或者不再取号。", next_step="请重新选择。")
            try:
                made = services.issue(
                    hall=hall, group=group, way="staff" if reception else "kiosk", at=at, actor=staff_of(request),
                    party=said["party"], priority=said["priority"], reason=said.get("reason", ""), id_number=said["id_number"],
                    device=device, paper=True,
                )  # fmt: skip
            except Refusal as refusal:
                refuse_form(form, refusal)
                status = refusal.status
            else:
                return redirect("hall:slip", hall.slug, made.uid)
    lines = queue.lines_of(hall, at)
    low = request.GET.get("low") == "1"
    want = text_asked(request, "want")
    context = {
        "hall": hall, "groups": [(each, lines.get(each.pk)) for each in queue.groups_of(hall)], "form": form, "low": low,
        "reception": reception, "priorities": form.fields["priority"].choices,  # type: ignore[attr-defined]
        "chosen": queue.groups_of(hall).filter(pk=_number(request)).first(), "parties": range(1, 7),
        "broken": unprinted(device), "device": device,
        "want": want, "ways": queue.ways_to(hall, want), "books": slots.takes_bookings(hall, at),
    }  # fmt: skip
    return render(request, "hall/kiosk.html", context, status=status)


def _number(request: HttpRequest) -> int:
    text = request.POST.get("group") or request.GET.get("group", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def unprinted(device: Device | None) -> list[Ticket]:
    """What this kiosk could not print and may print again."""
    if device is None:
        return []
    rows = Ticket.objects.filter(device=device, printing="failed", state="waiting").select_related("group")
    return list(rows.order_by("-pk")[:3])


@public
def slip(request: HttpRequest, slug: str, uid: UUID) -> HttpResponseBase:
    """The slip of a ticket: printed at once, and the page says whether it came out."""
    hall, ticket = queue.hall_by_slug(slug), queue.ticket_by_uid(uid)
    device, reception = who_prints(request, hall)
    if ticket.hall_id != hall.pk:
        raise NotFound("这不是本大厅的号。", next_step=f"请到{ticket.hall}办理。")
    at = moments.now()
    if request.method == "POST":
        services.report_print(
            uid=uid, result=request.POST.get("result", ""), at=at, actor=staff_of(request), device=device,
            reason=request.POST.get("reason", "")[:60],
        )  # fmt: skip
        return (
            redirect("hall:kiosk", hall.slug)
            if request.POST.get("result") == "printed"
            else redirect("hall:slip", slug, uid)
        )
    place = queue.place_of(ticket, at) if ticket.state == "waiting" else None
    address = request.build_absolute_uri(f"/queue/tickets/{ticket.uid}/")
    return render(
        request, "hall/slip.html",
        {"hall": hall, "ticket": ticket, "place": place, "address": address, "code_picture": picture(address), "reception": reception},
    )  # fmt: skip


def picture(text: str) -> str:
    """The QR code of an address, as a picture that needs no other address."""
    return segno.make(text, error="m").svg_data_uri(scale=4, border=2)


@public
@require_POST
def printed(request: HttpRequest, slug: str, uid: UUID) -> JsonResponse:
    """What the printer's program reports: `result` printed or failed."""
    hall = queue.hall_by_slug(slug)
    device, _ = who_prints(request, hall)
    result = request.POST.get("result", "")
    if result not in rules.PRINTING:
        result = ""
    found = services.report_print(
        uid=uid, result=result, at=moments.now(), actor=staff_of(request), device=device,
        reason=request.POST.get("reason", "")[:60],
    )  # fmt: skip
    return JsonResponse({"code": found.code, "printing": found.printing})
