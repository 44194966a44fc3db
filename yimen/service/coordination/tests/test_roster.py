"""带班: gaps, swaps with reasons, last month's roster again, and the leader in name only (R009)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.service.coordination import rules, selectors, services
from yimen.service.coordination.models import Shift, ShiftChange
from yimen.service.coordination.services.leaders import AlreadyRegistered, EndsTooEarly
from yimen.service.coordination.services.roster import NotOnThatDay, ShiftIsPast, ShiftMoved
from yimen.service.coordination.tests.stage import SINCE, leader, next_workday


def test_a_day_without_anybody_is_a_gap(cast: Cast) -> None:
    first, market = next_workday().replace(day=1), cast.units["market"]
    one = leader(cast)
    before = selectors.roster([market], first).rows[0]
    services.set_shift(actor=cast.actor("he"), department=market, day=next_workday(), leader=one, at=now())
    after = selectors.roster([market], first).rows[0]
    assert set(before.gaps) - set(after.gaps) == {next_workday()}
    services.station(actor=cast.actor("he"), leader=one, from_on=first, at=now())
    assert selectors.roster([market], first).gaps == 0


def test_two_leaders_change_days(cast: Cast) -> None:
    market, he = cast.units["market"], cast.actor("he")
    one, other = leader(cast, "何志"), leader(cast, "许青")
    mine = services.set_shift(actor=he, department=market, day=next_workday(1), leader=one, at=now())
    theirs = services.set_shift(actor=he, department=market, day=next_workday(2), leader=other, at=now())
    services.swap_shifts(actor=he, shift=mine, other=theirs, reason="出差。", at=now(), seen=one.pk)
    assert {shift.day: shift.leader_id for shift in Shift.objects.all()} == {
        next_workday(1): other.pk, next_workday(2): one.pk,
    }  # fmt: skip
    assert sorted(ShiftChange.objects.values_list("before", "after", "reason")) == [
        ("何志", "许青", "出差。"), ("许青", "何志", "出差。"),
    ]  # fmt: skip
    with pytest.raises(ShiftMoved):
        services.take_over_shift(actor=he, shift=mine, leader=one, reason="病假。", at=now(), seen=one.pk)
    with pytest.raises(Invalid):
        services.take_over_shift(actor=he, shift=mine, leader=one, reason=" ", at=now())


def test_what_cannot_be_planned(cast: Cast) -> None:
    market, he = cast.units["market"], cast.actor("he")
    one, stranger = leader(cast), leader(cast, "唐弟", unit="housing")
    with pytest.raises(ShiftIsPast):
        services.set_shift(actor=he, department=market, day=day_of(now()) - timedelta(days=3), leader=one, at=now())
    sunday = next_workday() + timedelta(days=(6 - next_workday().weekday()) % 7)
    with pytest.raises(NotOnThatDay):
        services.set_shift(actor=he, department=market, day=sunday, leader=one, at=now())
    with pytest.raises(NotOnThatDay):
        services.set_shift(actor=he, department=market, day=next_workday(), leader=stranger, at=now())
    with pytest.raises(NotAllowed):
        services.set_shift(actor=cast.actor("tang"), department=market, day=next_workday(), leader=one, at=now())
    services.set_shift(actor=he, department=market, day=next_workday(), leader=one, at=now())
    with pytest.raises(ShiftMoved):
        services.set_shift(actor=he, department=market, day=next_workday(), leader=leader(cast, "许青"), at=now())
    with pytest.raises(EndsTooEarly):
        services.end_leader(actor=he, leader=one, to_on=day_of(now()), at=now())


def test_last_month_again(cast: Cast) -> None:
    market, he = cast.units["market"], cast.actor("he")
    one, other = leader(cast, "何志"), leader(cast, "许青")
    first = rules.next_month(next_workday().replace(day=1))
    days = selectors.roster([market], first).days
    for place, day in enumerate(days):
        services.set_shift(actor=he, department=market, day=day, leader=(one, other)[place % 2], at=now())
    following = rules.next_month(first)
    made = services.copy_roster(actor=he, department=market, first=following, at=now())
    after = selectors.roster([market], following)
    assert made == len(after.days) and after.gaps == 0
    assert [after.rows[0].shifts[day].leader.name for day in after.days[:3]] == ["何志", "许青", "何志"]
    assert services.copy_roster(actor=he, department=market, first=following, at=now()) == 0
    with pytest.raises(Invalid):
        services.copy_roster(actor=cast.actor("luo"), department=cast.units["housing"], first=following, at=now())


def test_a_leader_in_name_only_is_flagged(cast: Cast) -> None:
    he, today = cast.actor("he"), day_of(now())
    one = leader(cast)
    assert selectors.shift_leaders([cast.units["market"].pk], today) == []
    services.station(actor=he, leader=one, from_on=today, at=now())
    services.add_charge(actor=he, leader=one, kind="window", area="行政审批窗口", from_on=SINCE, at=now())
    (found,) = selectors.shift_leaders([cast.units["market"].pk], today)
    assert found.nominal and found.stationed
    business = services.add_charge(actor=he, leader=one, kind="business", area="食品安全监管", from_on=SINCE, at=now())
    assert not selectors.shift_leaders([cast.units["market"].pk], today)[0].nominal
    services.end_charge(actor=he, charge=business, to_on=today - timedelta(days=1), at=now())
    assert selectors.shift_leaders([cast.units["market"].pk], today)[0].nominal


def test_one_principal_leader(cast: Cast) -> None:
    leader(cast, "何伟", "principal")
    with pytest.raises(AlreadyRegistered):
        leader(cast, "新人", "principal")
    with pytest.raises(AlreadyRegistered):
        leader(cast, "何伟")


@pytest.mark.parametrize(
    ("first", "months", "upto", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 4, 1), [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]),
        (date(2026, 3, 31), 3, date(2026, 12, 31), [date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31)]),
        (date(2026, 5, 1), 12, date(2026, 4, 30), []),
    ],
)  # fmt: skip
def test_due_days(first: date, months: int, upto: date, expected: list[date]) -> None:
    assert list(rules.due_days(first, months, upto)) == expected


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "x", "99999-01", "2026-０1", "-1-1"])
def test_a_month_that_is_none(text: str) -> None:
    assert rules.read_month(text, date(2026, 11, 22)) == date(2026, 11, 1)
