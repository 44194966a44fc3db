"""Urge a case by hand; set how far up the responsibility chain late cases go."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import moments
from yimen.ground.kit.asking import ask
from yimen.service.cases import selectors, services
from yimen.service.cases.forms.setting_up import ReminderTermsForm, UrgeForm
from yimen.service.cases.views.manage.setting_up import centre_here
from yimen.service.cases.views.staff.asking import actor_of


@requires("cases.urge")
def urge(request: HttpRequest, code: str) -> HttpResponseBase:
    """Urge this case, with the reason; who was told stands on its page."""
    actor, at = actor_of(request), moments.now()
    case = selectors.access_case(actor, code)
    return ask(
        request, heading=f"催办“{case.matter.title}”", verb="催办", back=reverse("cases:desk_case", args=[code]),
        form=UrgeForm(request.POST or None), said="已催办，告知了谁写在办件页“提醒与催办”里。", frame="kit/desk.html",
        note="经办人会收到提醒；已经超期的，按责任链同时告知工作班子、分管领导和主要负责人。每人每天催办一次。",
        act=lambda given: _done(services.urge_case(code=code, reason=given["reason"], actor=actor, at=at)),
    )  # fmt: skip


@requires("cases.set_up")
def terms(request: HttpRequest) -> HttpResponseBase:
    """After how many working days late whom on the chain is told."""
    actor, centre = actor_of(request), centre_here(request)
    held = selectors.reminder_terms(centre.pk)
    names = ("before_due", "deputy_after", "principal_after")
    form = ReminderTermsForm(request.POST or None, initial={name: getattr(held, name) for name in names})
    changed = f"上次由{held.changed_by}于 {moments.say_moment(held.changed_at)} 修改。" if held.changed_at else ""
    return ask(
        request, heading="办件催办", verb="保存", back=reverse("cases:reminder_terms"), form=form, said="已保存，下次核对期限时起用。",
        note=f"{centre.name}的办件到期前提醒经办人，一超期告知经办人和工作班子，再按责任链逐级告知。{changed}",
        act=lambda given: _done(services.set_reminder_terms(actor=actor, centre=centre, at=moments.now(), **given)),
        back_words="不改了",
    )  # fmt: skip


def _done(_: object) -> None:
    """What `ask` need not answer with."""
