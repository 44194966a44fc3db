"""A step moves state, clock, ledger and audit together, or nothing at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import services
from yimen.ground.matters.models import Matter, Step, Unsealed
from yimen.ground.matters.policies import NoPermission
from yimen.ground.matters.selectors import explain, timeline
from yimen.ground.matters.tests.stage import account, clerk, errand, reread

pytestmark = pytest.mark.django_db


def test_a_step_writes_ledger_state_clock_queue_and_audit() -> None:
    wang = clerk()
    opened = errand(wang)
    taken = services.take_step(matter=opened.matter_id, action="pause", actor=wang, at=now(), stopped_for="correction")
    matter = reread(opened)
    assert (
        (matter.state, matter.version, matter.last_seq) == ("paused", 2, 2) == (taken.state, taken.version, taken.seq)
    )
    assert matter.due_on is None
    assert matter.stopped_since is not None
    assert [step.action for step in timeline(matter)] == ["ask", "pause"]
    assert Unsealed.objects.filter(step_id=taken.step_id).exists()
    assert AuditEntry.objects.filter(target=matter.code, action="errand.pause", result="ok").count() == 1


def test_the_cached_due_day_is_the_derived_one() -> None:
    matter = reread(errand(clerk(), limit=10))
    current = explain(matter).current
    assert current is not None
    assert current.promised is not None
    assert matter.due_on == current.promised.due_on
    assert current.legal is not None
    assert matter.legal_due_on == current.legal.due_on


def test_a_step_that_is_not_open_is_refused_and_leaves_nothing() -> None:
    wang = clerk()
    opened = errand(wang)
    with pytest.raises(services.StepNotOpen, match="待办"):
        services.take_step(matter=opened.matter_id, action="go_on", actor=wang, at=now())
    assert Step.objects.filter(matter=opened.matter_id).count() == 1


def test_a_page_older_than_the_matter_is_refused() -> None:
    wang = clerk()
    opened = errand(wang)
    services.take_step(matter=opened.matter_id, action="pause", actor=wang, at=now(), seen=1)
    with pytest.raises(services.StalePage):
        services.take_step(matter=opened.matter_id, action="go_on", actor=wang, at=now(), seen=1)


def test_a_stranger_learns_nothing_and_a_colleague_is_told_why() -> None:
    opened = errand(clerk())
    qian = clerk("钱外", permissions=frozenset())
    with pytest.raises(NotFound):
        services.take_step(matter=opened.matter_id, action="pause", actor=qian, at=now())
    viewer = clerk("孙看", permissions=frozenset(p for p in clerk().permissions if p.code == "matters.view"))
    with pytest.raises(NoPermission):
        services.take_step(matter=opened.matter_id, action="pause", actor=viewer, at=now())


def test_a_reason_is_demanded_where_the_table_says_so() -> None:
    wang = clerk()
    opened = errand(wang)
    with pytest.raises(services.ReasonMissing):
        services.take_step(
            matter=opened.matter_id, action="extend", actor=wang, at=now(), extend_by=3, facts={"reason": " "}
        )
    before = reread(opened).due_on
    services.take_step(
        matter=opened.matter_id, action="extend", actor=wang, at=now(), extend_by=3, facts={"reason": "疑难"}
    )
    after = reread(opened).due_on
    assert before is not None
    assert after is not None
    assert after > before


def test_a_hold_stops_its_step_and_no_other() -> None:
    wang = clerk()
    opened = errand(wang)
    services.place_hold(
        matter_id=opened.matter_id, kind="bill", point="finish", reason="还有一张缴费单没有缴清", at=now()
    )
    with pytest.raises(services.StepHeld, match="缴费单"):
        services.take_step(matter=opened.matter_id, action="finish", actor=wang, at=now())
    services.take_step(matter=opened.matter_id, action="pause", actor=wang, at=now())
    services.take_step(matter=opened.matter_id, action="go_on", actor=wang, at=now())
    services.lift_hold(matter_id=opened.matter_id, kind="bill", at=now())
    services.take_step(matter=opened.matter_id, action="finish", actor=wang, at=now())
    assert reread(opened).outcome == "done"


@pytest.mark.parametrize("hours", [-3, 1])
def test_the_database_refuses_a_time_that_nothing_supports(hours: int) -> None:
    wang = clerk()
    opened = errand(wang, now() - timedelta(days=1), basis="offline_journal")
    with pytest.raises(services.EnteredAfterwards):
        services.take_step(matter=opened.matter_id, action="pause", actor=wang, at=now() + timedelta(hours=hours))


def test_a_basis_lets_an_earlier_time_in_and_the_timeline_says_so() -> None:
    wang = clerk()
    opened = errand(wang, now() - timedelta(days=3), basis="postal_receipt")
    assert timeline(reread(opened))[0].basis == "邮件签收单"


@pytest.mark.parametrize(
    "sql",
    [
        "update matters_step set facts = '{}'",
        "delete from matters_step",
        "update matters_matter set state = 'done'",
        "update matters_matter set last_link = ''",
        "update matters_matter set opened_at = opened_at - interval '1 day'",
        "delete from matters_ledgerhead",
    ],
)
def test_the_database_itself_keeps_the_ledger(sql: str) -> None:
    errand(clerk())
    with (
        connection.cursor() as cursor,
        pytest.raises(Exception, match=r"append-only|written with a step|never change|keeps"),
    ):
        cursor.execute(sql)


def test_what_a_step_says_survives_rare_characters() -> None:
    wang = clerk("𠮷䶮")
    opened = errand(wang, facts={"reason": "𠮷野家，“引号”\\与换行\n"})
    shown = timeline(reread(opened))[0]
    assert (shown.actor, shown.facts["reason"]) == ("𠮷䶮", "𠮷野家，“引号”\\与换行\n")


def test_claiming_gives_the_matter_to_one() -> None:
    wang, zhao = clerk(account_id=account("wang")), clerk("赵临川", account_id=account("zhao"))
    opened = errand(wang)
    services.claim(matter_id=opened.matter_id, actor=wang, at=now())
    with pytest.raises(services.AlreadyClaimed, match="王简"):
        services.claim(matter_id=opened.matter_id, actor=zhao, at=now())
    assert Matter.objects.get(pk=opened.matter_id).person_name == "王简"
