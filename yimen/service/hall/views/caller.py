"""The caller's panel: one key calls the next, and everything else that happens at a window."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import audit, moments
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.hall import policies, services
from yimen.service.hall.forms import ReasonForm, TransferForm
from yimen.service.hall.lifecycle import STATES
from yimen.service.hall.models import Desk, Ticket
from yimen.service.hall.selectors import queue
from yimen.service.hall.services import acts, desks

SAID = {
    "recall": "已重呼",
    "begin": "开始办理",
    "finish": "已办结",
    "pass": "已过号",
    "no_show": "已记为没有来",
    "resume": "接着办",
}
SIMPLE = {
    "recall": acts.recall, "begin": acts.begin, "finish": acts.finish, "pass": acts.pass_over, "no_show": acts.no_show,
    "resume": acts.resume,
}  # fmt: skip
WITH_REASON = {"hold": (acts.hold, "已挂起"), "back": (acts.send_back, "已退回队列，排在原来的位置")}


@requires(policies.CALL)
@require_safe
def caller(request: HttpRequest) -> HttpResponseBase:
    """The window's panel."""
    actor, at = actor_of(request), moments.now()
    return render(request, "hall/caller.html", panel(actor, at))


def panel(actor: Any, at: Any, **forms: Any) -> dict[str, Any]:
    """What the panel shows: the ticket in hand, what may be done with it, who waits, what is held or was passed."""
    window_id = policies.own_window(actor)
    desk = Desk.objects.select_related("window", "hall__centre", "current__group").filter(window=window_id).first()
    if desk is None or desk.state == Desk.State.CLOSED:
        return {"desk": desk, "shut": True, "place": actor.window}
    hall, current = desk.hall, desk.current
    waiting = list(queue.waiting_for(window_id, hall, at).distinct()[:8])
    period = queue.period_now(hall, at)
    aside = Ticket.objects.filter(hall=hall, period=period, window=window_id).select_related("group")
    return {
        "desk": desk, "hall": hall, "current": current, "waiting": waiting, "label": STATES[current.state] if current else "",
        "held": list(aside.filter(state="held").order_by("called_at")[:10]),
        "passed": list(aside.filter(state="passed").order_by("-called_at")[:10]),
        "reason": forms.get("reason") or ReasonForm(), "transfer": forms.get("transfer") or TransferForm(targets=targets(desk)),
        "opened": forms.get("opened", ""), "now": at,
        "done": aside.filter(state="done", issued_at__gte=moments.local(at).replace(hour=0, minute=0)).count(),
    }  # fmt: skip


def targets(desk: Desk) -> list[tuple[str, str]]:
    """Where a ticket of this window may be sent."""
    groups = [(f"g{each.pk}", f"{each.prefix} {each.name}") for each in queue.groups_of(desk.hall)]
    others = queue.desks_of(desk.hall).exclude(pk=desk.pk).exclude(state=Desk.State.CLOSED)
    return [*groups, *((f"w{each.pk}", f"只到{each.window}") for each in others)]


@requires(policies.CALL)
@require_POST
def press(request: HttpRequest, action: str) -> HttpResponseBase:
    """Next, open, pause, close."""
    actor, at = actor_of(request), moments.now()
    match action:
        case "next":
            seen = request.POST.get("seen", "")
            try:
                called = services.call_next(
                    actor=actor, at=at, seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 18 else 0
                )
            except Refusal as refusal:
                return _said(request, refusal)
            messages.info(request, f"请 {called.code}。" if called.code else "现在没有人等候。")
        case "open":
            desks.open_desk(actor=actor, at=at)
        case "pause":
            desks.pause_desk(actor=actor, at=at, reason=request.POST.get("reason", "")[:200])
        case "close":
            desks.close_desk(actor=actor, at=at)
        case _:
            raise NotFound("没有这个操作。", next_step="请从叫号页的按钮办理。")
    return redirect("hall:caller")


@requires(policies.CALL)
@require_POST
def act(request: HttpRequest, uid: UUID, action: str) -> HttpResponseBase:
    """One act with a ticket."""
    actor, at = actor_of(request), moments.now()
    if action in SIMPLE:
        try:
            ticket = SIMPLE[action](actor=actor, uid=uid, at=at)
        except Refusal as refusal:
            if refusal.status != 409:
                raise
            return _said(request, refusal)
        messages.success(request, f"{ticket.code} {SAID[action] if ticket.state != 'no_show' else SAID['no_show']}。")
        return redirect("hall:caller")
    if action == "requeue":
        ticket = acts.requeue(actor=actor, uid=uid, at=at)
        messages.success(request, f"{ticket.code} 已重新排队。")
        return redirect("hall:caller")
    if action not in (*WITH_REASON, "transfer"):
        raise NotFound("没有这个操作。", next_step="请从叫号页的按钮办理。")
    desk = services.calling.desk_of(actor)
    form = TransferForm(request.POST, targets=targets(desk)) if action == "transfer" else ReasonForm(request.POST)
    if not form.is_valid():
        shown = {"transfer" if action == "transfer" else "reason": form, "opened": action}
        return render(request, "hall/caller.html", panel(actor, at, **shown), status=422)
    said = form.cleaned_data
    try:
        if action == "transfer":
            kind, number = said["to"][0], int(said["to"][1:])
            group = queue.groups_of(desk.hall).get(pk=number) if kind == "g" else None
            ticket = acts.transfer(
                actor=actor,
                uid=uid,
                at=at,
                reason=said["reason"],
                group=group,
                window_id=number if kind == "w" else None,
            )
            messages.success(request, f"{ticket.code} 已转出，按原来的取号时间排队。")
        else:
            verb, words = WITH_REASON[action]
            ticket = verb(actor=actor, uid=uid, at=at, reason=said["reason"])
            messages.success(request, f"{ticket.code} {words}。")
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        return _said(request, refusal)
    return redirect("hall:caller")


def _said(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    """The panel again, with what was refused: a clerk in a hurry sees at once what stands now."""
    audit.notice(refusal)
    messages.warning(request, f"{refusal.message}{refusal.next_step}")
    return render(request, "hall/caller.html", panel(actor_of(request), moments.now()), status=refusal.status)
