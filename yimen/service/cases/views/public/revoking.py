"""The applicant's side of a revocation, on the phone: what is held against one, speak, ask to be heard, the outcome."""

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
from yimen.service.cases import selectors_revoking as revoking
from yimen.service.cases.forms import asides
from yimen.service.cases.forms import revoking as asked
from yimen.service.cases.lifecycle_revoking import REVOCATION
from yimen.service.cases.models import PromiseBar, Revocation
from yimen.service.cases.views.public.asking import actor_of, now, page
from yimen.service.cases.views.public.letters import letters_of

KINDS = ("revocation_notice", "decision_revoke", "revocation_dropped")
ACTS: dict[str, tuple[Any, Any, str, str, str, str]] = {
    "state": (
        asked.StateForm, services.state_case, "陈述、申辩", "提交", "已提交，本机关作决定时要答复您。",
        "可以分几次提；证据材料可以带到窗口，由工作人员登记。",
    ),
    "request_hearing": (
        asides.PlainForm, services.request_revocation_hearing, "要求听证", "要求听证", "已提出，时间、地点会通知您。",
        "20 个工作日内组织听证，您不用交任何费用。",
    ),
    "finish_stating": (
        asides.PlainForm, services.finish_stating, "没有别的要说", "没有别的要说", "已登记，等本机关决定。",
        "以后不能再补充，本机关随即作出决定。",
    ),
}  # fmt: skip


def _revocation(request: HttpRequest, code: str) -> Revocation:
    actor = actor_of(request)
    return revoking.own_revocation(actor, selectors.access_case(actor, code))


@citizens
@require_safe
def revocation(request: HttpRequest, code: str) -> HttpResponseBase:
    """What is held against the decision, what one can do and until when, what one said, the outcome."""
    found, actor, at = _revocation(request, code), actor_of(request), now()
    acts = {each.rule.action for each in matters.next_steps(found.matter, actor, at.date())}
    return page(
        request, "cases/public/revocation.html", revocation=found, matter=found.matter, case=found.case,
        letters=[each for each in letters_of(code) if each.kind in KINDS], state=REVOCATION.state(found.matter.state),
        acts=acts & ACTS.keys(), statements=list(found.statements.all()), clock=matters.clock_face(found.matter, at),
        bar=PromiseBar.objects.filter(revocation=found.pk, lifted_at__isnull=True).first(),
    )  # fmt: skip


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, code: str, action: str) -> HttpResponseBase:
    """Ask for an act, or do it."""
    if action not in ACTS:
        raise NotFound("没有这个动作。", next_step="请回到撤销的页面。")
    found = _revocation(request, code)
    kind, verb, heading, press, said, note = ACTS[action]
    form = kind(request.POST or None, initial={"seen": found.matter.version})
    return ask(
        request, heading=heading, verb=press, form=form, frame="kit/portal.html", said=said, note=note,
        back=reverse("cases:mine_revocation", args=[code]), danger=action == "finish_stating",
        act=lambda given: _done(verb(revocation=found, actor=actor_of(request), at=now(), **given)),
    )  # fmt: skip


def _done(_: object) -> None:
    """What `ask` need not answer with."""
