"""Leading groups: members come and go by document, reports are due, handed in or late (R014)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Invalid, NotAllowed, NotFound
from yimen.service.coordination import selectors, services
from yimen.service.coordination.models import GroupMember
from yimen.service.coordination.services.groups import GroupOver, GroupTwice, NotDue
from yimen.service.coordination.tests.stage import group

ON = date(2026, 10, 8)


def test_a_new_leader_ends_the_former_one(cast: Cast) -> None:
    found, manager = group(cast), cast.actor("manager")
    services.add_member(
        actor=manager, group=found, role="leader", name="周行", title="县长", from_on=date(2026, 6, 1),
        basis="清政办发〔2026〕20号", at=now(),
    )  # fmt: skip
    standing = selectors.standing(selectors.access_group(manager, found.uid), ON)
    assert standing.leader is not None and standing.leader.name == "周行"
    assert [(each.name, each.to_on, each.ended_basis) for each in standing.past] == [
        ("林远", date(2026, 5, 31), "清政办发〔2026〕20号")
    ]
    with pytest.raises(GroupTwice):
        services.add_member(
            actor=manager, group=found, role="member", unit=cast.units["market"], from_on=ON, basis="文", at=now()
        )
    member = GroupMember.objects.get(group=found, role="member")
    services.end_member(actor=manager, member=member, to_on=ON, basis="清政办发〔2026〕30号", at=now())
    with pytest.raises(GroupOver):
        services.end_member(actor=manager, member=member, to_on=ON, basis="又", at=now())


def test_reports_due_handed_in_and_late(cast: Cast) -> None:
    found, manager = group(cast), cast.actor("manager")
    services.hand_in_report(actor=manager, group=found, due_on=date(2026, 3, 31), title="一季度", at=now())
    standing = selectors.standing(selectors.access_group(manager, found.uid), ON)
    assert [(each.due_on, bool(each.report)) for each in standing.due] == [
        (date(2026, 3, 31), True), (date(2026, 6, 30), False), (date(2026, 9, 30), False), (date(2026, 12, 31), False),
    ]  # fmt: skip
    assert [each.due_on for each in standing.late] == [date(2026, 6, 30), date(2026, 9, 30)]
    with pytest.raises(NotDue):
        services.hand_in_report(actor=manager, group=found, due_on=date(2026, 7, 1), title="错日", at=now())
    with pytest.raises(GroupTwice):
        services.hand_in_report(actor=manager, group=found, due_on=date(2026, 3, 31), title="再报", at=now())


def test_another_interval_keeps_what_was_due(cast: Cast) -> None:
    found, manager = group(cast), cast.actor("manager")
    services.set_reporting(actor=manager, group=found, interval_months=1, first_due_on=date(2026, 10, 31), at=now())
    standing = selectors.standing(selectors.access_group(manager, found.uid), date(2026, 11, 15))
    assert [each.due_on for each in standing.late] == [
        date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 10, 31),
    ]  # fmt: skip


def test_who_reads_and_who_keeps(cast: Cast) -> None:
    found = group(cast)
    assert selectors.access_group(cast.actor("he"), found.uid) == found
    with pytest.raises(NotFound):
        selectors.access_group(cast.actor("tang"), found.uid)
    with pytest.raises(NotAllowed):
        services.dissolve_group(actor=cast.actor("he"), group=found, on=ON, document="文", at=now())
    with pytest.raises(GroupTwice):
        group(cast)
    with pytest.raises(Invalid):
        services.add_member(actor=cast.actor("manager"), group=found, role="member", from_on=ON, basis="文", at=now())
    services.dissolve_group(actor=cast.actor("manager"), group=found, on=ON, document="清政办发〔2026〕40号", at=now())
    with pytest.raises(GroupOver):
        services.add_member(
            actor=cast.actor("manager"), group=found, role="deputy", name="某", from_on=ON, basis="文", at=now()
        )
