"""The applicant's side of a hearing, on the phone: ask for it or not, when and where it is, object to the host, the record."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from yimen.ground.identity.policies import citizens
from yimen.ground.kit.asking import ask
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import selectors as matters
from yimen.service.cases import selectors, services
from yimen.service.cases import selectors_asides as asides
from yimen.service.cases.forms import asides as asked
from yimen.service.cases.lifecycle_asides import HEARING
from yimen.service.cases.models import Hearing
from yimen.service.cases.views.public.asking import actor_of, now, page
from yimen.service.cases.views.public.letters import letters_of

KINDS = ("hearing_right_notice", "hearing_notice", "hearing_record")
ACTS: dict[str, tuple[Any, Any, str, str, str, str]] = {
    "request": (
        asked.PlainForm, services.request_hearing, "要求听证", "要求听证", "已提出。时间、地点定下以后会通知您。",
        "提出以后 20 个工作日内组织，至少提前 7 个工作日通知您时间和地点；这段时间不算在办理期限里，您不用交任何费用。",
    ),
    "waive": (
        asked.PlainForm, services.waive_hearing, "不要求听证", "不要求听证", "已登记，接着办理。", "以后不再组织听证，接着办理您的申请。"
    ),
    "challenge": (
        asked.WhyForm, services.challenge_host, "申请主持人回避", "提出", "已提出，本机关会答复您。",
        "认为主持人与这件事有直接利害关系的，写明理由。",
    ),
    "call_off": (
        asked.WhyForm, services.call_off_hearing, "不要听证了", "撤回听证申请", "已取消，接着办理。", "撤回以后接着办理您的申请。"
    ),
}  # fmt: skip


def _hearing(request: HttpRequest, code: str) -> Hearing:
    actor = actor_of(request)
    return asides.own_hearing(actor, selectors.access_case(actor, code))


@citizens
@require_safe
def hearing(request: HttpRequest, code: str) -> HttpResponseBase:
    """The hearing of one's case: what it is about, what one can do, when and where, the record."""
    found, actor, at = _hearing(request, code), actor_of(request), now()
    acts = {each.rule.action for each in matters.next_steps(found.matter, actor, at.date())}
    if found.ground == Hearing.Ground.PUBLIC:
        acts.discard("call_off")
    letters = [each for each in letters_of(code) if each.kind in KINDS]
    return page(
        request, "cases/public/hearing.html", hearing=found, matter=found.matter, case=found.case, letters=letters,
        state=HEARING.state(found.matter.state), acts=acts & ACTS.keys(), clock=matters.clock_face(found.matter, at),
    )  # fmt: skip


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, code: str, action: str) -> HttpResponseBase:
    """Ask for an act, or do it."""
    if action not in ACTS:
        raise NotFound("没有这个动作。", next_step="请回到听证页面。")
    found = _hearing(request, code)
    kind, verb, heading, press, said, note = ACTS[action]
    form = kind(request.POST or None, initial={"seen": found.matter.version})
    return ask(
        request, heading=heading, verb=press, form=form, frame="kit/portal.html", said=said, note=note,
        back=reverse("cases:mine_hearing", args=[code]), danger=action in ("waive", "call_off"),
        act=lambda given: _done(verb(hearing=found, actor=actor_of(request), at=now(), **given)),
    )  # fmt: skip


def _done(_: object) -> None:
    """What `ask` need not answer with."""
