"""统一出件窗口: scan the code, see whose it is, have it signed for; shelves, cells, mailing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.documents import selectors as files
from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, masking, moments, ratelimit
from yimen.ground.kit.asking import ask
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.periods import Period
from yimen.ground.kit.questions import EXPORT_MOST, day_asked, file_url, number_asked, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.certificates.selectors import certificates_of_case
from yimen.service.delivery import policies, rules, selectors, services
from yimen.service.delivery.forms import AddressForm, HandForm, SendForm, ShelveForm
from yimen.service.delivery.models import Cabinet, Course, Result
from yimen.service.delivery.selectors.lists import BOXES

STATUS = {"waiting": "warning", "shelved": "normal", "mailing": "normal"}

COLUMNS: Sequence[exports.Column[Result]] = (
    exports.Column("办件编号", lambda row: row.matter.code, width=30),
    exports.Column("事项", lambda row: row.matter.title, width=36),
    exports.Column("申请人", lambda row: row.matter.applicant.name if row.matter.applicant else "", width=26),
    exports.Column("部门", lambda row: row.department.name, width=26),
    exports.Column("状态", lambda row: row.get_state_display()),
    exports.Column("领取方式", lambda row: row.get_way_display()),
    exports.Column("架位", lambda row: row.place),
    exports.Column("登记时间", lambda row: row.registered_at),
    exports.Column("可以领取", lambda row: row.shelved_at),
    exports.Column("交付时间", lambda row: row.handed_at),
    exports.Column("交付方式", lambda row: row.get_by_display() if row.by else ""),
    exports.Column("领取人", lambda row: row.receiver),
    exports.Column("经办人", lambda row: row.handed_by),
    exports.Column("要处理", lambda row: row.trouble, width=30),
)


def span_asked(request: HttpRequest) -> Period | None:
    """The period in the question; None where there is none, or it is turned round."""
    first, last = day_asked(request, "first"), day_asked(request, "last")
    return Period(first, last) if first and last and first <= last else None


@requires(*policies.LOOKS)
@require_safe
def results(request: HttpRequest) -> HttpResponseBase:
    """The register. A pick-up code or case number that names one result opens it at once."""
    actor, at = actor_of(request), moments.now()
    text = text_asked(request)
    if text and (one := _named(request, actor, text)) is not None:
        return redirect("delivery:result", one)
    box = request.GET.get("box", "")
    box = box if box in BOXES else ("all" if text else "shelved")
    by = request.GET.get("by", "")
    found = selectors.results(
        actor, box=box, today=moments.day_of(at), text=text, by=by if by in rules.BY else "", span=span_asked(request),
        unit=number_asked(request, "unit"), item=request.GET.get("item", "")[:80],
    )  # fmt: skip
    order = ("-handed_at", "-pk") if box == "handed" else ("-registered_at", "-pk")
    if wants_file(request):
        return workbook("出件登记", COLUMNS, found.order_by(*order)[:EXPORT_MOST], at)
    context = {
        "page": page_by_key(found, order=order, asked=request.GET), "box": box, "text": text, "asked": request.GET,
        "tabs": [(label, f"?box={key}") for key, label in BOXES.items()], "here": f"?box={box}",
        "export_url": file_url(request), "today": moments.day_of(at), "status": STATUS,
    }  # fmt: skip
    return render(request, "delivery/results.html", context)


def _named(request: HttpRequest, actor: Actor, text: str) -> UUID | None:
    """The result that a scanned or typed text means; None where it means several, or none. Trying codes is slowed."""
    if rules.read_code(text):
        ratelimit.limit(f"delivery.code:{actor.uid}", capacity=40, per_second=0.5)
    seen = selectors.results(actor, box="all", today=moments.day_of(moments.now()), text=text)
    rows = list(seen.values_list("uid", "matter__code")[:2])
    exact = len(rows) == 1 and (rules.read_code(text) or rows[0][1] == text)
    return rows[0][0] if exact else None


@requires(*policies.LOOKS)
def result(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One result; for the issuing window the form that hands it over."""
    actor, at = actor_of(request), moments.now()
    row = policies.access_result(actor, uid)
    handing = row.state in ("waiting", "shelved") and policies.may_hand(actor, row)
    form, status = HandForm(request.POST or None) if handing or request.method == "POST" else None, 200
    if request.method == "POST" and form is not None:
        status = 422
        ratelimit.limit(f"delivery.code:{actor.uid}", capacity=40, per_second=0.5)
        if form.is_valid():
            given = form.cleaned_data
            shown = services.Shown(given["code"], given["number"], given["receiver"], given["paper"])
            try:
                done = services.hand_over(
                    result=row,
                    shown=shown,
                    actor=actor,
                    at=at,
                    drawn=given["drawn"],
                    paper_signed=given["paper_signed"],
                )
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, f"已交给{done.receiver}，本件已送达。")
                return redirect("delivery:result", row.uid)
    applicant = row.matter.applicant
    context = {
        "row": row, "form": form if handing else None, "applicant": applicant,
        "id_number": masking.mask_id_number(applicant.id_number) if applicant else "",
        "certificates": certificates_of_case(row.matter), "entries": entries_of(selectors.course_of(result=row)),
        "parcels": list(row.parcels.order_by("-pk")), "status": STATUS.get(row.state, ""), "handing": handing,
        "address": masking.mask_address(row.mail_address), "phone": masking.mask_phone(row.mail_phone),
    }  # fmt: skip
    return render(request, "delivery/result.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the course as the timeline draws it."""

    what: str
    when: str
    kind: str = ""
    who: str = ""
    note: str = ""
    url: str = ""
    link: str = ""
    late: str = ""


def entries_of(course: Sequence[Course], *, names: bool = True) -> list[Entry]:
    """The course as a timeline, newest first; without the clerks' names for the applicant."""
    return [
        Entry(each.what, moments.say_moment(each.at), "now" if number == 0 else "", each.by if names else "", each.note)
        for number, each in enumerate(course)
    ]


@requires(policies.HAND)
def shelve(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Onto a shelf or into a cell."""
    actor, at = actor_of(request), moments.now()
    row = policies.access_result(actor, uid)
    cabinets = {each.pk: each for each in Cabinet.objects.filter(centre=row.centre_id, ended_at=None).order_by("name")}
    form = ShelveForm(
        request.POST if request.method == "POST" else None, initial={"shelf": row.shelf, "cabinet": row.cabinet_id, "cell": row.cell},
        cabinets=[(pk, f"{each}（{each.cells} 格）") for pk, each in cabinets.items()],
    )  # fmt: skip
    return ask(
        request, heading="上架", verb="上架，通知领取", form=form, frame="kit/desk.html",
        back=reverse("delivery:result", args=[row.uid]), said="已上架，取件码已发给申请人。",
        note=f"{row.matter.title}，{row.matter.applicant}。上架后申请人收到取件码。",
        act=lambda given: services.shelve(
            result=row, actor=actor, at=at, shelf=given["shelf"], cabinet=cabinets.get(given.get("cabinet") or 0),
            cell=given.get("cell"),
        ),
    )  # fmt: skip


@requires(policies.HAND)
def new_code(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Another pick-up code."""
    actor, at = actor_of(request), moments.now()
    row = policies.access_result(actor, uid)
    return ask(
        request, heading="换发取件码", verb="换发", frame="kit/desk.html", back=reverse("delivery:result", args=[row.uid]),
        said="新的取件码已发给申请人。", note="原来的取件码马上失效。",
        act=lambda _given: services.change_code(result=row, actor=actor, at=at),
    )  # fmt: skip


@requires(policies.HAND)
def way(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The applicant wants it by mail after all, and says where to."""
    actor, at = actor_of(request), moments.now()
    row = policies.access_result(actor, uid)
    form = AddressForm(request.POST if request.method == "POST" else None, initial={"name": row.mail_name})
    return ask(
        request, heading="改为邮寄", verb="改为邮寄", frame="kit/desk.html", form=form, said="已改为邮寄。",
        back=reverse("delivery:result", args=[row.uid]), note=f"{row.matter.title}，{row.matter.applicant}。",
        act=lambda given: services.choose_way(
            result=row, way="post", actor=actor, at=at, address=services.Address(**given)
        ),
    )  # fmt: skip


@requires(policies.HAND)
def send(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Into a parcel."""
    actor, at = actor_of(request), moments.now()
    row = policies.access_result(actor, uid)
    what = "、".join(
        [f"{each.type.name}" for each in certificates_of_case(row.matter) if each.state == "valid"] + ["决定书"]
    )
    form = SendForm(request.POST if request.method == "POST" else None, initial={"contents": what})

    def act(given: dict[str, Any]) -> HttpResponseBase:
        made = services.post(result=row, actor=actor, at=at, contents=given["contents"])
        messages.success(request, "已登记邮件，请下单。")
        return redirect("delivery:parcel", made.uid)

    return ask(
        request, heading="寄出", verb="登记邮件", frame="kit/desk.html", form=form, act=act,
        back=reverse("delivery:result", args=[row.uid]),
        note=f"寄给{row.mail_name} {masking.mask_phone(row.mail_phone)}，{masking.mask_address(row.mail_address) or '还没有地址'}。",
    )  # fmt: skip


@requires(*policies.LOOKS)
@require_safe
def signature(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """What was drawn on receipt."""
    row = policies.access_result(actor_of(request), uid)
    if row.signature is None:
        raise NotFound("这份结果没有手写签名。", next_step="请看纸质送达回证。")
    return files.file_response(row.signature, inline=True)
