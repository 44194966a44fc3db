"""The centre sets up halls, business groups and devices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import actor_of, public, requires
from yimen.ground.kit import moments, ratelimit
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.middleware import client_address
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.hall import policies
from yimen.service.hall.forms import DeviceForm, EnrolForm, GroupForm, HallForm
from yimen.service.hall.models import Device, Group, Hall
from yimen.service.hall.selectors import devices as register
from yimen.service.hall.services import devices, setting_up
from yimen.service.hall.views.asking import keep_token

HALL_START = {
    "hours": "centre", "reset": "daily", "head_start_minutes": 20, "most_ahead_in_a_row": 2, "early_minutes": 30,
    "passes_allowed": 2, "last_calls": 6, "book_early_minutes": 30, "book_grace_minutes": 15, "book_cancel_hours": 2,
    "no_shows_allowed": 3, "no_show_days": 90, "ban_days": 30,
}  # fmt: skip


@requires(policies.SET_UP)
def set_up(request: HttpRequest) -> HttpResponseBase:
    """The halls of the centre with their groups."""
    actor = actor_of(request)
    rows = (
        Hall.objects.filter(policies.halls(actor, policies.SET_UP)).prefetch_related("groups__windows").order_by("pk")
    )
    found = [(hall, [(group, _windows(group)) for group in hall.groups.all()]) for hall in rows]
    return render(request, "hall/set_up.html", {"halls": found})


def _windows(group: Group) -> str:
    numbers = sorted((each.number for each in group.windows.all()), key=lambda text: (len(text), text))
    return "、".join(numbers)


@requires(policies.SET_UP)
def new_hall(request: HttpRequest) -> HttpResponseBase:
    """Open a hall."""
    return _hall(request, None)


@requires(policies.SET_UP)
def change_hall(request: HttpRequest, hall_id: int) -> HttpResponseBase:
    """Change a hall."""
    return _hall(request, policies.access_hall(actor_of(request), hall_id))


def _hall(request: HttpRequest, hall: Hall | None) -> HttpResponseBase:
    actor, at = actor_of(request), moments.now()
    initial = {name: getattr(hall, name) for name in setting_up.HALL_FIELDS} if hall else HALL_START
    form, status = HallForm(request.POST or None, initial=initial, known=hall is not None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                centre = hall.centre_id if hall else _own_centre(actor)
                setting_up.save_hall(actor=actor, at=at, centre_id=centre, given=form.cleaned_data, hall=hall)
            except Refusal as refusal:
                if not refusal.fields:
                    raise
                refuse_form(form, refusal)
            else:
                messages.success(request, "大厅已保存。")
                return redirect("hall:set_up")
    heading = hall.name if hall else "新开大厅"
    return render(
        request, "hall/form.html",
        {"form": form, "heading": heading, "press": "保存", "back_url": reverse("hall:set_up"), "note": ""}, status=status,
    )  # fmt: skip


def _own_centre(actor: Any) -> int:
    if actor.centre_id is not None:
        return int(actor.centre_id)
    main = organisations.main_centre()
    if main is None:
        raise NotFound("还没有登记政务服务中心。", next_step="请先在机构树里登记中心。")
    return int(main.pk)


@requires(policies.SET_UP)
def new_group(request: HttpRequest, hall_id: int) -> HttpResponseBase:
    """Open a business group."""
    return _group(request, policies.access_hall(actor_of(request), hall_id), None)


@requires(policies.SET_UP)
def change_group(request: HttpRequest, hall_id: int, group_id: int) -> HttpResponseBase:
    """Change a business group."""
    hall = policies.access_hall(actor_of(request), hall_id)
    group = Group.objects.filter(hall=hall, pk=group_id).first()
    if group is None:
        raise NotFound("没有这个业务分组。", next_step="请从“大厅和叫号”进入。")
    return _group(request, hall, group)


def _group(request: HttpRequest, hall: Hall, group: Group | None) -> HttpResponseBase:
    actor, at = actor_of(request), moments.now()
    windows = [(str(each.pk), f"{each.number} 号 {each.name}") for each in organisations.open_windows(hall.centre)]
    units = organisations.departments().filter(served_at__centre=hall.centre_id).distinct()
    departments = [(str(each.pk), each.short_name or each.name) for each in units]
    initial: dict[str, Any] = {"guess_minutes": 10, "order": 100}
    if group is not None:
        initial = {name: getattr(group, name) for name in setting_up.GROUP_FIELDS} | {
            "windows": [str(pk) for pk in group.windows.values_list("pk", flat=True)],
            "departments": [str(pk) for pk in group.departments.values_list("pk", flat=True)],
            "items": "\n".join(group.items.order_by("name", "pk").values_list("name", flat=True)),
            "closed": group.closed_on is not None,
        }
    form, status = GroupForm(request.POST or None, initial=initial, windows=windows, departments=departments), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = dict(form.cleaned_data)
            said["closed_on"] = ((group and group.closed_on) or moments.day_of(at)) if said.pop("closed") else None
            try:
                items = setting_up.items_named(said.pop("items"))
                setting_up.save_group(
                    actor=actor, at=at, hall=hall, given=said, group=group,
                    windows=[int(each) for each in said.pop("windows")],
                    departments=[int(each) for each in said.pop("departments")],
                    items=items,
                )  # fmt: skip
            except Refusal as refusal:
                if not refusal.fields:
                    raise
                refuse_form(form, refusal)
            else:
                messages.success(request, "业务分组已保存。")
                return redirect("hall:set_up")
    heading = f"{hall.name} · {group.name if group else '新业务分组'}"
    context = {
        "form": form, "heading": heading, "press": "保存", "back_url": reverse("hall:set_up"),
        "note": "已经取的号不受影响：号码和位置都照旧。",
    }  # fmt: skip
    return render(request, "hall/form.html", context, status=status)


# --- Devices


@requires(policies.SET_UP)
def hall_devices(request: HttpRequest, hall_id: int) -> HttpResponseBase:
    """The devices of a hall with their health, and what is lacking (R160)."""
    actor, at = actor_of(request), moments.now()
    hall = policies.access_hall(actor, hall_id)
    windows = [(str(each.pk), str(each)) for each in organisations.open_windows(hall.centre)]
    form, status, code, made = DeviceForm(request.POST or None, windows=windows), 200, "", None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                made, code = devices.register(
                    actor=actor, hall=hall, kind=said["kind"], name=said["name"], place=said["place"], at=at,
                    window_id=int(said["window"]) if said["window"] else None,
                )  # fmt: skip
            except Refusal as refusal:
                if not refusal.fields:
                    raise
                refuse_form(form, refusal)
            else:
                status, form = 200, DeviceForm(windows=windows)
    rows = register.rows_of(hall, at)
    context = {
        "hall": hall, "rows": rows, "gaps": register.gaps_of(hall, rows), "form": form, "code": code, "made": made,
    }  # fmt: skip
    return render(request, "hall/devices.html", context, status=status)


@requires(policies.SET_UP)
def device_act(request: HttpRequest, hall_id: int, uid: UUID, action: str) -> HttpResponseBase:
    """A new code for a device, or its end."""
    actor, at = actor_of(request), moments.now()
    hall = policies.access_hall(actor, hall_id)
    device = Device.objects.select_related("hall__centre").filter(hall=hall, uid=uid).first()
    if device is None or action not in ("renew", "retire"):
        raise NotFound("没有这台设备。", next_step="请从设备清单进入。")
    if request.method != "POST":
        return redirect("hall:devices", hall.pk)
    code = ""
    if action == "renew":
        code = devices.renew_code(actor=actor, device=device, at=at)
    else:
        devices.retire(actor=actor, device=device, at=at)
        messages.success(request, f"{device.name} 已停用。")
        return redirect("hall:devices", hall.pk)
    windows = [(str(each.pk), str(each)) for each in organisations.open_windows(hall.centre)]
    rows = register.rows_of(hall, at)
    context = {
        "hall": hall, "rows": rows, "gaps": register.gaps_of(hall, rows), "form": DeviceForm(windows=windows),
        "code": code, "made": device,
    }  # fmt: skip
    return render(request, "hall/devices.html", context)


@public
def enrol(request: HttpRequest) -> HttpResponseBase:
    """A browser becomes a device by a code."""
    at = moments.now()
    form, status = EnrolForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        ratelimit.limit(f"hall.enrol:{client_address(request)}", capacity=10, per_second=1 / 30)
        if form.is_valid():
            try:
                device, token = devices.enrol(code=form.cleaned_data["code"], at=at)
            except Refusal as refusal:
                refuse_form(form, refusal)
            else:
                answer = redirect(register.home_of(device))
                keep_token(answer, request, token)
                return answer
    return render(request, "hall/enrol.html", {"form": form}, status=status)
