"""股室协办: a window asks, the section answers, asks for time or declines, the window decides (R080)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from tests.cast import Cast
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import CHINA, now
from yimen.ground.kit.outbox import deliver_once
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.selectors import by_code
from yimen.ground.matters.services import sweep_all
from yimen.ground.notices.models import Message
from yimen.service.windows import policies, rules, services
from yimen.service.windows.models import LimitTold, Pull
from yimen.service.windows.services.pulls import CannotAsk, NoExtensionAsked
from yimen.service.windows.tests import stage

pytestmark = pytest.mark.django_db
verbs = services.pulls


def told() -> list[str]:
    while deliver_once():
        pass
    return list(Message.objects.values_list("subject", flat=True))


def test_asked_answered_confirmed(cast: Cast) -> None:
    pull = stage.asked(cast)
    assert (pull.matter.state, pull.matter.clock, pull.window) == ("asked", "pull_answer", cast.windows["window3"])
    assert pull.matter.department == cast.units["market"]
    verbs.answer(pull=pull, actor=cast.actor("zhao"), reason="不用另办。", at=now())
    pull = stage.pull_again(pull)
    assert (pull.matter.state, pull.in_time, pull.matter.clock) == ("answered", True, "pull_confirm")
    verbs.confirm(pull=pull, actor=cast.actor("wang"), at=now())
    pull = stage.pull_again(pull)
    assert (pull.matter.state, pull.matter.outcome) == ("done", "done")
    rows = AuditEntry.objects.filter(target=pull.matter.code).order_by("pk").values_list("action", flat=True)
    assert list(rows) == ["pull.ask", "pull.answer", "pull.confirm"]


def test_each_side_keeps_to_its_own(cast: Cast) -> None:
    pull = stage.asked(cast)
    for who in ("qian_staff", "tang", "qian_approver"):
        with pytest.raises(NotFound):
            policies.access_pull(cast.actor(who), pull.matter.code)
        with pytest.raises(NotAllowed):
            verbs.answer(pull=pull, actor=cast.actor(who), reason="不相干。", at=now())
    with pytest.raises(NotAllowed):
        verbs.answer(pull=pull, actor=cast.actor("wang"), reason="窗口自己答。", at=now())
    verbs.answer(pull=pull, actor=cast.actor("he"), reason="局长代为答复。", at=now())
    with pytest.raises(NotAllowed, match="由提出的"):
        verbs.confirm(pull=stage.pull_again(pull), actor=cast.actor("zhao"), at=now())
    with pytest.raises(NotAllowed):
        verbs.withdraw(pull=stage.pull_again(pull), actor=cast.actor("chen"), reason="不要了。", at=now())


def test_a_clerk_asks_only_those_the_window_serves(cast: Cast) -> None:
    with pytest.raises(CannotAsk):
        stage.asked(cast, section="health_section")
    stage.asked(cast, section="housing")  # which has no section of its own
    stage.asked(cast, who="chen")  # an approver asks within the own department
    with pytest.raises(NotFound):
        stage.asked(cast, about="519911-不存在")


@pytest.mark.parametrize(("limit", "unit"), [(-1, "workday"), (31, "workday"), (0, "hour"), (81, "hour"), (2, "month")])
def test_a_limit_that_is_none(cast: Cast, limit: int, unit: str) -> None:
    with pytest.raises(CannotAsk):
        stage.asked(cast, limit=limit, unit=unit)
    assert not Pull.objects.exists()


def test_an_extension_is_asked_and_given_once(cast: Cast) -> None:
    pull, zhao, wang = stage.asked(cast), cast.actor("zhao"), cast.actor("wang")
    due = pull.matter.due_on
    with pytest.raises(NoExtensionAsked, match="没有申请延期"):
        verbs.grant_extension(pull=pull, actor=wang, at=now())
    verbs.ask_extension(pull=pull, actor=zhao, days=3, reason="要到现场看。", at=now())
    pull = stage.pull_again(pull)
    with pytest.raises(NoExtensionAsked, match="已经申请过"):
        verbs.ask_extension(pull=pull, actor=zhao, days=1, reason="再要一天。", at=now())
    verbs.grant_extension(pull=pull, actor=wang, at=now())
    pull = stage.pull_again(pull)
    assert due is not None and pull.matter.due_on is not None and pull.matter.due_on > due
    with pytest.raises(NoExtensionAsked, match="用完"):
        verbs.ask_extension(pull=pull, actor=zhao, days=1, reason="再要一天。", at=now())


def test_declined_sent_back_and_answered(cast: Cast) -> None:
    pull, zhao, wang = stage.asked(cast), cast.actor("zhao"), cast.actor("wang")
    verbs.decline(pull=pull, actor=zhao, reason="不是我们股室的职责。", at=now())
    verbs.send_back(pull=stage.pull_again(pull), actor=wang, reason="三定方案写明归你们。", days=1, at=now())
    pull = stage.pull_again(pull)
    assert (pull.matter.state, pull.sent_back, pull.limit) == ("asked", 1, 1)
    verbs.decline(pull=pull, actor=zhao, reason="确实要住建局看。", at=now())
    verbs.accept_decline(pull=stage.pull_again(pull), actor=wang, reason="改请住建局。", at=now())
    pull = stage.pull_again(pull)
    assert (pull.matter.state, pull.result) == ("undone", "改请住建局。")


def test_both_sides_are_told(cast: Cast) -> None:
    pull = stage.asked(cast)
    assert "窗口要求协办" in told()
    verbs.answer(pull=pull, actor=cast.actor("zhao"), reason="不用另办。", at=now())
    assert "股室已答复，请确认" in told()
    assert not Message.objects.filter(account=cast.accounts["qian_approver"]).exists()


def test_a_limit_goes_up_the_chain_once_each(cast: Cast) -> None:
    mark_synthetic()
    pull = stage.asked(cast, limit=1)
    matter = pull.matter
    assert matter.warn_at is not None and matter.due_at is not None
    with in_its_own_time():
        for at in (
            matter.due_at - timedelta(hours=1),
            matter.due_at + timedelta(hours=1),
            matter.due_at + timedelta(days=8),
        ):
            for _ in range(3):
                sweep_all(at)
    assert list(LimitTold.objects.order_by("level").values_list("level", flat=True)) == [0, 1, 2]
    assert by_code(matter.code).state == "asked"
    assert "期限提醒" in told()
    assert Message.objects.filter(account=cast.accounts["he"], subject="期限提醒").exists()


def test_its_clock_has_a_light(cast: Cast) -> None:
    mark_synthetic()
    pull = stage.asked(cast, limit=1)
    assert pull.matter.due_at is not None
    with in_its_own_time():
        for _ in range(3):
            sweep_all(pull.matter.due_at + timedelta(days=3))
    assert by_code(pull.matter.code).light in ("yellow", "red")


def test_hours_are_counted_in_opening_hours() -> None:
    def sessions(day: date) -> rules.Sessions:
        return () if day.weekday() > 4 else ((time(9), time(12)), (time(13, 30), time(17, 30)))

    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)

    assert rules.hours_later(at(20, 10), 2, sessions) == at(20, 12)
    assert rules.hours_later(at(20, 11), 3, sessions) == at(20, 15, 30)
    assert rules.hours_later(at(20, 16), 3, sessions) == at(23, 10, 30)  # over the weekend
    assert rules.hours_later(at(21, 10), 1, sessions) == at(23, 10)
    with pytest.raises(ValueError, match="no opening hours"):
        rules.hours_later(at(20, 10), 1, lambda _: ())


def test_late_by_the_hour_is_late(cast: Cast) -> None:
    pull = stage.asked(cast, limit=1, unit="hour")
    assert pull.answer_by is not None
    Pull.objects.filter(pk=pull.pk).update(answer_by=now() - timedelta(minutes=1))
    verbs.answer(pull=stage.pull_again(pull), actor=cast.actor("zhao"), reason="刚看完。", at=now())
    pull = stage.pull_again(pull)
    assert (pull.in_time, pull.matter.on_time) == (False, False)
