"""The light of a clock: from which moment which colour, and when it goes out."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.refusals import Invalid
from yimen.ground.matters import watching
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Matter
from yimen.ground.matters.services import take_step
from yimen.ground.matters.tests.stage import clerk, errand
from yimen.watch.supervision import rules, selectors
from yimen.watch.supervision.models import LightChange

DUE_ON = date(2026, 10, 12)
DUE_AT = datetime(2026, 10, 12, 17, 30, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("at", "light"),
    [
        ("2026-09-29T23:59", ""),
        # Three working days before Monday the 12th: Saturday the 10th is worked, then the 9th, then Thursday the 8th.
        ("2026-10-08T00:00", "warn"),
        ("2026-10-09T12:00", "warn"),
        ("2026-10-10T00:00", "yellow"),
        ("2026-10-12T17:30", "yellow"),
        ("2026-10-12T17:31", "red"),
    ],
)
@pytest.mark.django_db
def test_colours_over_a_holiday(at: str, light: str) -> None:
    terms = rules.SignalTerms(1, "promised", 3, 1, 0)
    turns = rules.schedule(terms, DUE_ON, DUE_AT, work_calendar())
    turn, _ = rules.judge(turns, datetime.fromisoformat(at).replace(tzinfo=CHINA))
    assert (turn.light if turn else "") == light


@pytest.mark.django_db
def test_next_look_is_the_next_severer_colour() -> None:
    terms = rules.SignalTerms(1, "promised", 5, None, 2)
    turns = rules.schedule(terms, DUE_ON, DUE_AT, work_calendar())
    early = datetime(2026, 9, 1, tzinfo=CHINA)
    _, ahead = rules.judge(turns, early)
    assert ahead == datetime(2026, 9, 29, tzinfo=CHINA)  # 9-30, 10-8, 10-9, 10-10, 10-12 are the five
    _, ahead = rules.judge(turns, DUE_AT)
    assert ahead == datetime(2026, 10, 15, tzinfo=CHINA)  # overdue by two full working days, the 13th and the 14th
    assert rules.judge(turns, datetime(2026, 10, 15, tzinfo=CHINA))[1] is None


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"warn": 1, "yellow": 3}, "yellow"),
        ({"warn": 2, "yellow": 2}, "yellow"),
        ({"warn": -1}, "warn"),
        ({"red": -3}, "red"),
        ({"warn": 400}, "warn"),
        ({"warn": "三"}, "warn"),
        ({"warn": None, "yellow": None, "red": None}, "red"),
        ({"measure": "wish"}, "measure"),
        ({"speed": 3}, "speed"),
    ],
)
def test_nonsense_thresholds_are_refused(params: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.checked(rules.SIGNAL, params)
    assert field in refused.value.fields


@pytest.fixture
def own_time(db: None) -> object:
    mark_synthetic()
    with in_its_own_time():
        yield


MONDAY = datetime(2026, 9, 14, 10, tzinfo=CHINA)


def sweep(at: datetime) -> None:
    watching.sweep_all(at)


def test_each_colour_is_written_once_and_the_light_goes_out(own_time: None) -> None:
    actor = clerk()
    matter = errand(actor, MONDAY).matter_id  # due on Sunday the 20th, which is worked
    for at in ("16T08:00", "16T09:00", "18T08:00", "18T12:00", "21T17:00", "22T00:00", "22T09:00"):
        sweep(datetime.fromisoformat(f"2026-09-{at}").replace(tzinfo=CHINA))
    found = Matter.objects.get(pk=matter)
    assert found.light == "red"
    changes = list(LightChange.objects.filter(matter=matter).order_by("id"))
    assert [(each.before, each.after) for each in changes] == [("", "warn"), ("warn", "yellow"), ("yellow", "red")]
    assert found.due_at is not None and changes[-1].since == found.due_at + timedelta(microseconds=1)
    assert changes[-1].evidence["promised"]["due_on"] == "2026-09-20"
    assert sum(run[2] for run in changes[-1].evidence["promised"]["runs"] if run[3]) == 5
    done_at = datetime(2026, 9, 22, 10, tzinfo=CHINA)
    take_step(matter=matter, action="finish", actor=actor, at=done_at)
    sweep(done_at + timedelta(minutes=1))
    found.refresh_from_db()
    assert found.light == "" and found.watch_at is None
    last = selectors.colour_history(found)[-1]
    assert (last.before, last.after, last.evidence["why"]) == ("red", "", "已办结")


def test_what_stopped_in_time_is_dark_and_what_stopped_late_stays_red(own_time: None) -> None:
    actor = clerk()
    in_time, late = (errand(actor, MONDAY).matter_id for _ in range(2))
    sweep(datetime(2026, 9, 18, 8, tzinfo=CHINA))
    paused = datetime(2026, 9, 18, 9, tzinfo=CHINA)
    take_step(matter=in_time, action="pause", actor=actor, at=paused)
    sweep(paused + timedelta(minutes=1))
    assert Matter.objects.get(pk=in_time).light == ""
    after = datetime(2026, 9, 22, 9, tzinfo=CHINA)
    take_step(matter=late, action="pause", actor=actor, at=after)  # nobody has looked since it ran out
    sweep(after + timedelta(minutes=1))
    assert Matter.objects.get(pk=late).light == "red"


def test_a_portion_that_fails_loses_no_change(own_time: None, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = (errand(clerk(), MONDAY).matter_id for _ in range(2))

    def fail(found: object, at: object) -> dict[int, None]:
        if any(each.pk == bad for each in found):  # type: ignore[attr-defined]
            raise RuntimeError("a watcher that cannot deal with it")
        return {}

    monkeypatch.setitem(watching._watchers, "failing", watching.Watcher("failing", fail, 99))
    sweep(datetime(2026, 9, 16, 8, tzinfo=CHINA))
    assert Matter.objects.get(pk=good).light == "warn"
    assert LightChange.objects.filter(matter=good).count() == 1
    assert Matter.objects.get(pk=bad).light == ""
    assert not LightChange.objects.filter(matter=bad).exists()


def test_as_many_questions_for_fifty_as_for_two(own_time: None, django_assert_max_num_queries: object) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number, at in ((2, MONDAY), (50, MONDAY + timedelta(days=28))):
        for _ in range(number):
            errand(clerk(), at)
        late = at + timedelta(days=20)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            watching.sweep(late)
        counts.append(len(asked))
    assert counts[0] == counts[1]
