"""For staff: what is offered, who comes today, who may not book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.masking import mask_name
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import EXPORT_MOST, day_asked, file_url, number_asked, text_asked, workbook
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.hall import policies, rules
from yimen.service.hall.forms import WEEKDAYS, BlackoutForm, PlanForm, ReasonForm
from yimen.service.hall.models import Ban, Blackout, Booking, Hall, SlotPlan
from yimen.service.hall.selectors import queue
from yimen.service.hall.services import booking as appointments
from yimen.service.hall.services import planning, watching_slots

SEEING = (policies.CALL, policies.RECEIVE, policies.VIEW)
COLUMNS: Sequence[exports.Column[Booking]] = (
    exports.Column("预约时间", lambda row: row.begins_at, width=20),
    exports.Column("大厅", lambda row: row.hall.name, width=20),
    exports.Column("业务", lambda row: row.group.name, width=20),
    exports.Column("预约人", lambda row: mask_name(row.party.name)),
    exports.Column("状态", lambda row: rules.BOOKING_STATES[row.state]),
    exports.Column("迟到", lambda row: "是" if row.late else ""),
    exports.Column("排队号", lambda row: row.ticket.code if row.ticket else ""),
    exports.Column("预约方式", lambda row: row.get_way_display()),
    exports.Column("约的时间", lambda row: row.booked_at, width=20),
    exports.Column("签到或取消", lambda row: row.ended_at, width=20),
    exports.Column("原因", lambda row: row.why, width=20),
)


@requires(policies.CALL, policies.RECEIVE, policies.VIEW)
def bookings(request: HttpRequest) -> HttpResponseBase:
    """Who comes: today's bookings of the actor's halls, or those of another day, group or state. Names are masked."""
    actor, at = actor_of(request), moments.now()
    halls = list(Hall.objects.filter(policies.halls(actor, *SEEING)).order_by("pk"))
    rows = Booking.objects.filter(hall__in=halls).select_related("hall__centre", "group", "party", "ticket")
    day, state, q = day_asked(request, "day"), request.GET.get("state", ""), text_asked(request)
    hall, every = number_asked(request, "hall"), request.GET.get("all") == "1"
    if not every:
        day = day or moments.day_of(at)
        rows = rows.filter(day=day)
    if state in rules.BOOKING_STATES:
        rows = rows.filter(state=state)
    if hall is not None:
        rows = rows.filter(hall=hall)
    if q:
        rows = rows.filter(code=q)
    if request.GET.get("as") == "xlsx":
        return workbook("预约", COLUMNS, rows.order_by("begins_at", "pk")[:EXPORT_MOST], at)
    order = ("-begins_at", "-pk") if every else ("begins_at", "pk")
    page = page_by_key(rows, order=order, asked=request.GET, size=30)
    context = {
        "page": page, "rows": [(each, mask_name(each.party.name), _may_come(actor, each, at)) for each in page], "halls": halls,
        "states": rules.BOOKING_STATES.items(), "export_url": file_url(request), "today": moments.day_of(at),
        "asked": {"day": day, "state": state, "q": q, "hall": hall, "all": every},
    }  # fmt: skip
    return render(request, "hall/bookings.html", context)


def _may_come(actor: Any, booking: Booking, at: Any) -> bool:
    return booking.state == "booked" and booking.day == moments.day_of(at) and policies.may_receive(actor, booking.hall)


@requires(policies.RECEIVE)
@require_POST
def receive(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Check somebody in at the reception desk."""
    actor, at = actor_of(request), moments.now()
    found = policies.access_booking(actor, uid)
    policies.demand(policies.may_receive(actor, found.hall), "您不能在这个大厅签到。", "请导办台办理。")
    ticket = appointments.arrive(booking=found, at=at, way="staff", actor=actor, paper=True)
    return redirect("hall:slip", found.hall.slug, ticket.uid)


# --- Plans


@requires(policies.SET_UP)
def plans(request: HttpRequest, hall_id: int) -> HttpResponseBase:
    """The plans of a hall, and the days without appointments."""
    actor, at = actor_of(request), moments.now()
    hall = policies.access_hall(actor, hall_id)
    groups = [(str(each.pk), each.name) for each in queue.groups_of(hall)]
    form, status = BlackoutForm(request.POST or None, groups=groups), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = dict(form.cleaned_data)
            said["group"] = queue.groups_of(hall).filter(pk=int(said["group"])).first() if said["group"] else None
            try:
                planning.black_out(actor=actor, hall=hall, given=said, at=at)
            except Refusal as refusal:
                if not refusal.fields:
                    raise
                refuse_form(form, refusal)
            else:
                messages.success(request, "停约日期已保存。已经约了的人一小时内收到通知。")
                return redirect("hall:plans", hall.pk)
    rows = (
        SlotPlan.objects.filter(group__hall=hall)
        .select_related("group")
        .order_by("closed_on", "group__order", "begins", "pk")
    )
    names = dict(WEEKDAYS)
    off = (
        Blackout.objects.filter(hall=hall, last__gte=moments.day_of(at)).select_related("group").order_by("first", "pk")
    )
    context = {
        "hall": hall, "form": form, "blackouts": off,
        "plans": [(each, "、".join(names[str(number)] for number in each.weekdays)) for each in rows],
    }  # fmt: skip
    return render(request, "hall/plans.html", context, status=status)


@requires(policies.SET_UP)
@require_POST
def end_blackout(request: HttpRequest, hall_id: int, blackout_id: int) -> HttpResponseBase:
    """Take people by appointment again."""
    actor, at = actor_of(request), moments.now()
    hall = policies.access_hall(actor, hall_id)
    found = Blackout.objects.select_related("hall__centre").filter(hall=hall, pk=blackout_id).first()
    if found is None:
        raise NotFound("没有这个停约日期。", next_step="请刷新清单。")
    planning.end_blackout(actor=actor, blackout=found, at=at)
    messages.success(request, "已恢复预约。")
    return redirect("hall:plans", hall.pk)


@requires(policies.SET_UP)
def new_plan(request: HttpRequest, hall_id: int) -> HttpResponseBase:
    """Open a plan."""
    return _plan(request, policies.access_hall(actor_of(request), hall_id), None)


@requires(policies.SET_UP)
def change_plan(request: HttpRequest, hall_id: int, plan_id: int) -> HttpResponseBase:
    """Change a plan; what is booked stays."""
    hall = policies.access_hall(actor_of(request), hall_id)
    plan = SlotPlan.objects.select_related("group").filter(group__hall=hall, pk=plan_id).first()
    if plan is None:
        raise NotFound("没有这个预约计划。", next_step="请从“预约计划”进入。")
    return _plan(request, hall, plan)


def _plan(request: HttpRequest, hall: Hall, plan: SlotPlan | None) -> HttpResponseBase:
    actor, at = actor_of(request), moments.now()
    groups = {str(each.pk): each for each in queue.groups_of(hall).select_related("hall__centre")}
    if plan is not None:
        groups.setdefault(str(plan.group_id), plan.group)
    initial: dict[str, Any] = {
        "weekdays": ["1", "2", "3", "4", "5"], "begins": time(9, 0), "ends": time(11, 30), "minutes": 30, "quota": 4, "lead_workdays": 1,
        "days_ahead": 14, "release_at": time(8, 0), "starts_on": moments.day_of(at),
    }  # fmt: skip
    if plan is not None:
        initial = {name: getattr(plan, name) for name in planning.PLAN_FIELDS} | {
            "group": str(plan.group_id), "weekdays": [str(each) for each in plan.weekdays], "closed": plan.closed_on is not None,
        }  # fmt: skip
    form = PlanForm(request.POST or None, initial=initial, groups=[(key, each.name) for key, each in groups.items()])
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = dict(form.cleaned_data)
            said["closed_on"] = ((plan and plan.closed_on) or moments.day_of(at)) if said.pop("closed") else None
            try:
                planning.save_plan(actor=actor, at=at, group=groups[said.pop("group")], given=said, plan=plan)
            except Refusal as refusal:
                if not refusal.fields:
                    raise
                refuse_form(form, refusal)
            else:
                messages.success(request, "预约计划已保存。")
                return redirect("hall:plans", hall.pk)
    context = {
        "form": form, "heading": f"{hall.name} · {'预约计划' if plan else '新预约计划'}", "press": "保存",
        "back_url": reverse("hall:plans", args=[hall.pk]), "note": "已经约了的不受影响。",
    }  # fmt: skip
    return render(request, "hall/form.html", context, status=status)


# --- Who may not book


@requires(policies.SET_UP)
def bans(request: HttpRequest) -> HttpResponseBase:
    """Who may not book online for a while, appeals first to be answered; names are masked."""
    actor, at = actor_of(request), moments.now()
    rows = Ban.objects.filter(hall__in=Hall.objects.filter(policies.halls(actor, policies.SET_UP))).select_related(
        "hall", "party"
    )
    asked = request.GET.get("state", "open")
    if asked == "open":
        rows = rows.filter(lifted_at__isnull=True, until__gt=at)
    elif asked == "appealed":
        rows = rows.filter(appealed_at__isnull=False, answered_at__isnull=True, until__gt=at)
    if request.GET.get("as") == "xlsx":
        return workbook("暂停预约", BANS, rows.order_by("-since", "-pk")[:EXPORT_MOST], at)
    page = page_by_key(rows, order=("-since", "-pk"), asked=request.GET, size=30)
    context = {
        "page": page, "rows": [(each, mask_name(each.party.name), ban_says(each, at)) for each in page], "asked": asked,
        "export_url": file_url(request),
    }  # fmt: skip
    return render(request, "hall/bans.html", context)


BANS: Sequence[exports.Column[Ban]] = (
    exports.Column("姓名", lambda row: mask_name(row.party.name)),
    exports.Column("大厅", lambda row: row.hall.name, width=20),
    exports.Column("没来几次", lambda row: row.counted),
    exports.Column("从何时", lambda row: row.since, width=20),
    exports.Column("到何时", lambda row: row.until, width=20),
    exports.Column("申诉", lambda row: row.appeal, width=30),
    exports.Column("答复", lambda row: row.answer, width=30),
    exports.Column("解除时间", lambda row: row.lifted_at, width=20),
)


def ban_says(ban: Ban, at: Any) -> tuple[str, str]:
    """Its lamp and its words."""
    if ban.lifted_at is not None:
        return "normal", "已恢复"
    if ban.until <= at:
        return "closed", "已到期"
    return ("warning", "申诉待答复") if ban.appealed_at and not ban.answered_at else ("paused", "暂停中")


@requires(policies.SET_UP)
def ban(request: HttpRequest, ban_id: int) -> HttpResponseBase:
    """One ban with the missed bookings and the appeal; lift it or let it stand, with a reason."""
    actor, at = actor_of(request), moments.now()
    mine = Hall.objects.filter(policies.halls(actor, policies.SET_UP))
    found = Ban.objects.filter(hall__in=mine, pk=ban_id).select_related("hall__centre", "party").first()
    if found is None:
        raise NotFound("没有这次暂停，或者不归您管理。", next_step="请从“暂停预约”进入。")
    form, status = ReasonForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            lift = request.POST.get("act") == "lift"
            watching_slots.answer(actor=actor, ban=found, lift=lift, reason=form.cleaned_data["reason"], at=at)
            messages.success(request, "已恢复预约。" if lift else "已答复，维持暂停。")
            return redirect("hall:bans")
    context = {
        "ban": found, "name": mask_name(found.party.name), "says": ban_says(found, at), "form": form,
        "missed": found.no_shows.select_related("group").order_by("begins_at"), "open": found.lifted_at is None and found.until > at,
    }  # fmt: skip
    return render(request, "hall/ban.html", context, status=status)
