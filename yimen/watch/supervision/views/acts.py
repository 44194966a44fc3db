"""The acts on an alert: how each is asked for and which service it tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import actor_of, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import NotAllowed, NotFound, Refusal, SignInNeeded
from yimen.ground.matters import selectors as matters
from yimen.watch.supervision import forms as asked
from yimen.watch.supervision import policies, services
from yimen.watch.supervision.lifecycle import ALERT
from yimen.watch.supervision.models import Alert


@dataclass(frozen=True, slots=True)
class Act:
    """An act of the page: its form, its key, what is said when it is done, what follows."""

    form: type[asked.ActForm]
    done: str
    press: str
    key: str = ""
    label: str = ""
    consequence: str = ""


ACTS: Mapping[str, Act] = {
    "explain": Act(asked.ExplainForm, "已提交说明，等监察认定。", "提交说明", "a"),
    "accept_explanation": Act(asked.ReasonForm, "已认定说明成立，不发牌。", "说明成立", "y", "认定意见"),
    "give_card": Act(
        asked.CardForm, "已发牌，本人和责任链会收到通知。", "发牌", "c", "",
        "发牌以后，被发牌的本人或单位可以在期限内申诉，由发牌人以外的人复核。规则、版本和推算依据随牌固定下来。",
    ),
    "note": Act(asked.ReasonForm, "已记为提醒。", "只作提醒", "", "提醒的话"),
    "appeal": Act(asked.ReasonForm, "已提交申诉，等复核。", "提交申诉", "a", "申诉理由"),
    "take_back": Act(asked.ReasonForm, "牌已撤销。", "撤销这张牌", "", "撤销理由"),
    "confirm": Act(asked.ReasonForm, "已维持。", "维持", "y", "复核意见"),
    "soften": Act(asked.ReasonForm, "已减轻为黄牌。", "减轻为黄牌", "", "复核意见"),
    "revoke": Act(asked.ReasonForm, "牌已撤销。", "撤销这张牌", "", "复核意见"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Button:
    """One act on the page."""

    rule: Any
    act: Act
    url: str
    form: Any = None
    primary: bool = False

    @property
    def ident(self) -> str:
        """The dialog's id."""
        return f"ask-{self.rule.action}"


def buttons_of(alert: Alert, actor: Actor, at: datetime) -> list[Button]:
    """The acts open to this actor now, as buttons."""
    found: list[Button] = []
    for step in matters.next_steps(alert.matter, policies.as_concerned(actor, alert), moments.day_of(at)):
        if step.closed_because or step.rule.action not in ACTS or not _fits(alert, step.rule.action, actor):
            continue
        act = ACTS[step.rule.action]
        url = reverse("supervision:act", args=[alert.matter.code, step.rule.action])
        form = form_for(step.rule.action, alert)
        found.append(Button(step.rule, act, url, form, primary=not found and step.rule.order < 3))
    return found


def _fits(alert: Alert, action: str, actor: Actor) -> bool:
    card = getattr(alert, "card", None)
    if action == "appeal":
        return policies.concerns(actor, alert)
    if action in ("confirm", "soften", "revoke") and card is not None:
        own = actor.uid == card.given_uid or (alert.person_id is not None and alert.person_id == actor.account_id)
        return not own and (action != "soften" or card.level == "red")
    return not (action == "give_card" and alert.person_id is not None and alert.person_id == actor.account_id)


def form_for(action: str, alert: Alert, data: Any = None) -> asked.ActForm:
    """The form of an act, with the version that the page shows."""
    act = ACTS[action]
    more: dict[str, Any] = {}
    initial: dict[str, Any] = {"seen": alert.matter.version}
    if issubclass(act.form, asked.CardForm):
        more = {"most": alert.level}
        initial["level"] = "red" if alert.level == "red" else "yellow"
    elif issubclass(act.form, asked.ReasonForm):
        more = {"label": act.label}
    return act.form(data, initial=initial, auto_id=f"{action}-%s", **more)


@staff
def act(request: HttpRequest, code: str, action: str) -> HttpResponseBase:
    """Ask for an act, or do it."""
    if action not in ACTS:
        raise NotFound("没有这个办理动作。", next_step="请回到预警页，按上面的按钮办理。")
    actor, at = actor_of(request), moments.now()
    alert = policies.access_alert(actor, code)
    if request.method != "POST":
        return _page(request, alert, action, form_for(action, alert), actor, at, 200)
    form = form_for(action, alert, request.POST)
    if not form.is_valid():
        return _page(request, alert, action, form, actor, at, 422)
    try:
        verb: Callable[..., Any] = getattr(services, action)
        verb(alert=alert, actor=actor, at=at, **form.cleaned_data)
    except (NotFound, SignInNeeded, NotAllowed):
        raise
    except Refusal as refusal:
        if refusal.code == "stale_page":
            # Whoever has read what happened meanwhile may press again: the form carries the new version.
            alert = policies.access_alert(actor, code)
            data = request.POST.copy()
            data["seen"] = str(alert.matter.version)
            form = form_for(action, alert, data)
            form.is_valid()
        audit.record_refusal(
            refusal, action=f"alert.{action}", actor=actor, target_kind="matter", target=alert.matter.code
        )
        refuse_form(form, refusal)
        return _page(request, alert, action, form, actor, at, refusal.status)
    messages.success(request, ACTS[action].done)
    return redirect("supervision:alert", alert.matter.code)


def _page(
    request: HttpRequest, alert: Alert, action: str, form: asked.ActForm, actor: Actor, at: datetime, status: int
) -> HttpResponse:
    context = {
        "alert": alert,
        "matter": alert.matter,
        "rule": ALERT.step(action),
        "act": ACTS[action],
        "form": form,
        "clock": matters.clock_face(alert.matter, at),
        "closed_because": why_closed(alert, action, actor, at),
        "back_url": reverse("supervision:alert", args=[alert.matter.code]),
    }
    return render(request, "supervision/act.html", context, status=status)


def why_closed(alert: Alert, action: str, actor: Actor, at: datetime) -> str:
    """Why this act is not open to this actor now; empty where it is."""
    rule, matter = ALERT.step(action), alert.matter
    if matter.state not in ALERT.origins(rule):
        return f"这条预警现在是“{ALERT.state(matter.state).label}”，不能“{rule.label}”。"
    if not _fits(alert, action, actor):
        if action == "appeal":
            return f"这张牌是给{alert.whose}的，只有被发牌的本人或单位可以申诉。"
        return "这一步要由另一个人来办。"
    for step in matters.next_steps(matter, policies.as_concerned(actor, alert), moments.day_of(at)):
        if step.rule.action == action:
            return step.closed_because
    return f"您没有对这条预警“{rule.label}”的权限。"
