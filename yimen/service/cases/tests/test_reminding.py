"""A case near its limit is told to its worker; once late, up the responsibility chain, each rung once (R011)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.cast import INSTALLER, Cast
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters.watching import sweep_all
from yimen.ground.notices.models import Message
from yimen.ground.organisations import selectors as organisations
from yimen.ground.organisations import services as ground
from yimen.service.cases import services
from yimen.service.cases.models import Reminder
from yimen.service.cases.tests.stage import accepted, case_of, matter_of, published, submitted

pytestmark = pytest.mark.django_db


def chain(cast: Cast) -> None:
    """The section's reviewer is the team, its chief the deputy in charge, the head the principal."""
    posts = cast.posts
    ground.set_chain(
        actor=INSTALLER, unit=cast.units["market"], principal=posts["he"], deputy=posts["zhou"], team=[posts["zhao"]], at=now()
    )  # fmt: skip


def late(code: str, workdays: int) -> datetime:
    """A moment so many working days after the due day."""
    matter = matter_of(code)
    assert matter.due_at is not None and matter.due_on is not None
    day = work_calendar().nth_workday_after(matter.due_on, workdays)
    return matter.due_at + timedelta(days=(day - matter.due_on).days, minutes=1)


def remind(at: datetime) -> int:
    """Let the watch look at this moment; returns how many reminders came of it."""
    before = Reminder.objects.count()
    sweep_all(at)
    return Reminder.objects.count() - before


def told(code: str) -> list[list[tuple[str, str]]]:
    """Who was told by each reminder, the oldest first."""
    rows = Reminder.objects.filter(matter=matter_of(code)).order_by("id")
    return [[(each.rung, each.name) for each in row.told.order_by("id")] for row in rows]


def claimed(cast: Cast) -> str:
    """A case in Zhao's hands."""
    from yimen.ground.matters.services import claim

    code = accepted(cast)
    claim(matter_id=matter_of(code).pk, actor=cast.actor("zhao"), at=now())
    return code


def test_nobody_is_told_before_the_warning(cast: Cast) -> None:
    claimed(cast)
    assert remind(now()) == 0


def test_step_by_step_up_the_chain(cast: Cast) -> None:
    chain(cast)
    code = claimed(cast)
    warn = matter_of(code).warn_at
    assert warn is not None
    assert [remind(at) for at in (warn, late(code, 0), late(code, 1), late(code, 3))] == [1, 1, 1, 1]
    worker = ("worker", "赵强")  # also the team, and told once only
    deputy, principal = ("deputy", "周平"), ("principal", "何伟")
    assert told(code) == [[worker], [worker], [worker, deputy], [worker, deputy, principal]]
    assert remind(late(code, 4)) == 0, "the top was told already"


def test_what_was_told_is_not_looked_at_again(cast: Cast) -> None:
    code = claimed(cast)
    warn = matter_of(code).warn_at
    assert warn is not None
    for at in (warn, late(code, 0), late(code, 1), late(code, 3)):
        assert remind(at) == 1
        assert sweep_all(at).looked == 0
    assert remind(late(code, 20)) == 0, "nobody is left to be told"


def test_what_was_slept_through_goes_to_the_rung_it_has_reached(cast: Cast) -> None:
    chain(cast)
    code = claimed(cast)
    assert remind(late(code, 5)) == 1
    row = Reminder.objects.get()
    assert (row.level, row.late_workdays) == (3, 5)
    assert [rung for rung, _ in told(code)[0]] == ["worker", "deputy", "principal"]


def test_a_gap_is_written_down_and_the_next_above_told(cast: Cast) -> None:
    ground.set_chain(
        actor=INSTALLER, unit=cast.units["market"], principal=cast.posts["he"], deputy=None, team=[], at=now()
    )
    code = claimed(cast)
    remind(late(code, 1))
    assert told(code) == [[("worker", "赵强"), ("principal", "何伟"), ("team", ""), ("deputy", "")]]
    climb = organisations.escalation(cast.units["market_section"], "deputy", day_of(now()))
    assert [each.name for each in climb.told] == ["何伟"]
    assert climb.lacking == ("team", "deputy")


def test_an_unclaimed_case_is_told_to_all_who_could_take_it(cast: Cast) -> None:
    code = submitted(cast, published(cast, kind="confirmation", name="执业兽医备案"))
    remind(late(code, 0))
    assert ("worker", "王芳") in told(code)[0]


def test_a_stopped_clock_and_a_closed_case_are_left_alone(cast: Cast) -> None:
    code = claimed(cast)
    moment = late(code, 2)
    services.suspend(
        code=code, reason="要检验", procedure="inspection", days_needed=10, actor=cast.actor("zhao"), at=now()
    )
    assert remind(moment) == 0


def test_thresholds_are_the_centres(cast: Cast) -> None:
    chain(cast)
    services.set_reminder_terms(
        actor=cast.actor("manager"), centre=cast.units["centre"], before_due=False, deputy_after=5, principal_after=8, at=now()
    )  # fmt: skip
    code = claimed(cast)
    warn = matter_of(code).warn_at
    assert warn is not None
    assert remind(warn) == 0
    remind(late(code, 4))
    remind(late(code, 5))
    assert [row.level for row in Reminder.objects.order_by("id")] == [1, 2]


@pytest.mark.parametrize(("deputy", "principal"), [(5, 2), (-1, 3), (1, 61)])
def test_thresholds_that_make_no_sense_are_refused(cast: Cast, deputy: int, principal: int) -> None:
    with pytest.raises(Invalid):
        services.set_reminder_terms(
            actor=cast.actor("manager"), centre=cast.units["centre"], before_due=True, deputy_after=deputy,
            principal_after=principal, at=now(),
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        services.set_reminder_terms(
            actor=cast.actor("wang"), centre=cast.units["centre"], before_due=True, deputy_after=1, principal_after=2, at=now()
        )  # fmt: skip


def test_the_people_get_a_message(cast: Cast) -> None:
    chain(cast)
    code = claimed(cast)
    remind(late(code, 3))
    while outbox.deliver_once():
        pass
    got = Message.objects.filter(account=cast.accounts["he"], link=f"/desk/cases/{code}/").get()
    assert got.subject.startswith("办件超期")
    assert "超期 3 个工作日" in got.body


def test_urging_is_recorded_once_a_day_and_by_whom(cast: Cast) -> None:
    chain(cast)
    code = claimed(cast)
    made = services.urge_case(code=code, reason="群众来电催问", actor=cast.actor("sun"), at=now())
    assert (made.kind, made.by_name, told(code)) == ("urged", "孙悦", [[("worker", "赵强")]])
    with pytest.raises(Conflict):
        services.urge_case(code=code, reason="再催", actor=cast.actor("sun"), at=now())
    with pytest.raises(NotAllowed):
        services.urge_case(code=code, reason="我也催", actor=cast.actor("zhao"), at=now())


def test_a_stopped_case_is_not_urged(cast: Cast) -> None:
    code = claimed(cast)
    services.suspend(
        code=code, reason="要检验", procedure="inspection", days_needed=10, actor=cast.actor("zhao"), at=now()
    )
    with pytest.raises(Conflict, match="停表"):
        services.urge_case(code=code, reason="快些", actor=cast.actor("sun"), at=now())


def test_the_record_cannot_be_changed(cast: Cast) -> None:
    code = claimed(cast)
    remind(late(code, 3))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update cases_remindertold set name = '别人'")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from cases_reminder")


def test_the_case_page_shows_it_and_the_button_urges(cast: Cast) -> None:
    chain(cast)
    code = claimed(cast)
    remind(late(code, 3))
    client = cast.client("sun")
    page = client.get(f"/desk/cases/{code}/").content.decode()
    assert "超期 3 个工作日" in page and "何伟" in page and "周平" in page
    assert client.post(f"/desk/cases/{code}/urge/", {"reason": "请抓紧"}).status_code == 302
    again = client.post(f"/desk/cases/{code}/urge/", {"reason": "请抓紧"})
    assert again.status_code == 409
    assert "今天已经催办过" in again.content.decode()
    assert "孙悦催办" in client.get(f"/desk/cases/{code}/").content.decode()
    assert "催办</a>" not in cast.client("zhao").get(f"/desk/cases/{code}/").content.decode()
    assert case_of(code).matter.version == matter_of(code).version


def test_the_settings_page_keeps_what_is_set(cast: Cast) -> None:
    client = cast.client("manager")
    said = {"before_due": "on", "deputy_after": "2", "principal_after": "4"}
    assert client.post("/manage/case-reminders/", said).status_code == 302
    assert 'value="4"' in client.get("/manage/case-reminders/").content.decode()
    refused = client.post("/manage/case-reminders/", {**said, "principal_after": "1"})
    assert refused.status_code == 422
    assert "不能早于" in refused.content.decode()
