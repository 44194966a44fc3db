"""Pulls, first contacts and papers in the cast's county, for the tests of this module and of every address."""

from __future__ import annotations

from typing import Any

from tests.cast import Cast
from yimen.ground.kit.moments import day_of, now
from yimen.service.windows import services
from yimen.service.windows.models import FirstAsk, Paper, Pull

verbs = services.papers


def asked(cast: Cast, who: str = "wang", section: str = "market_section", **more: Any) -> Pull:
    """Wang at window 3 asks the market department's approval section."""
    given: dict[str, Any] = {"title": "核对茶馆面积", "text": "请看图纸，说明是否要另办消防手续。", "limit": 2} | more
    made = services.ask_section(actor=cast.actor(who), section=cast.units[section], at=now(), **given)
    return pull_again(made)


def pull_again(pull: Pull) -> Pull:
    return Pull.objects.select_related("matter__department", "matter__centre", "section", "asker_unit", "window").get(
        pk=pull.pk
    )


def answered(cast: Cast, who: str = "zhao", **more: Any) -> Pull:
    """A pull that Zhao has answered."""
    pull = asked(cast, **more)
    services.pulls.answer(pull=pull, actor=cast.actor(who), reason="面积 80 平方米，不用另办。", at=now())
    return pull_again(pull)


def recorded(cast: Cast, who: str = "wang", **more: Any) -> services.Recorded:
    """Somebody asks Wang at the window."""
    given: dict[str, Any] = {"way": "window", "question": "开茶馆要办哪些手续？"} | more
    return services.record_first_ask(actor=cast.actor(who), at=now(), **given)


def first_ask_again(contact: FirstAsk) -> FirstAsk:
    return FirstAsk.objects.select_related(
        "matter__department", "matter__centre", "first_unit", "first_window", "item"
    ).get(pk=contact.pk)


def contact(cast: Cast, who: str = "wang", **more: Any) -> FirstAsk:
    return first_ask_again(recorded(cast, who, **more).asked)


def offered(cast: Cast, **more: Any) -> FirstAsk:
    """Wang hands it over to the market department."""
    made = contact(cast, **more)
    services.contacts.offer(
        asked=made, actor=cast.actor("wang"), unit=cast.units["market"], reason="要审批股室解释政策。", at=now()
    )
    return first_ask_again(made)


def draft(cast: Cast, kind: str = "contingency", who: str = "wang", **more: Any) -> Paper:
    """A draft of window 3."""
    given: dict[str, Any] = {
        "title": "3 号窗口停电断网预案", "text": "一、先安抚排队群众。\n二、改用纸质受理单。", "window": cast.windows["window3"],
    } | more  # fmt: skip
    return verbs.draft_paper(actor=cast.actor(who), kind=kind, at=now(), **given)


def approved(cast: Cast, kind: str = "contingency", **more: Any) -> Paper:
    """A paper of window 3 that the centre's manager has approved."""
    paper = verbs.submit_paper(actor=cast.actor("wang"), paper=draft(cast, kind, **more), at=now())
    return verbs.approve_paper(actor=cast.actor("manager"), paper=paper, in_force_from=day_of(now()), at=now())


__all__ = ["answered", "approved", "asked", "contact", "draft", "first_ask_again", "offered", "pull_again", "recorded"]
