"""A visit from the kiosk to the window, and everything that may come between."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.cast import Cast
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import CHINA, now
from yimen.ground.kit.refusals import NotAllowed
from yimen.service.hall import rules, services
from yimen.service.hall.models import Desk, Hall, Ticket, TicketAct
from yimen.service.hall.selectors import figures, queue
from yimen.service.hall.services import acts, calling, desks, issuing
from yimen.service.hall.services.acts import WrongMoment
from yimen.service.hall.tests import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall(cast: Cast) -> Hall:
    queue.forget()
    return stage.hall(cast)


def test_a_visit(cast: Cast, hall: Hall) -> None:
    made = stage.take(hall)
    assert (made.code, made.ahead) == ("A001", 0)
    assert stage.take(hall, "B").code == "B001"
    assert stage.take(hall).code == "A002"
    stage.opened(cast)
    wang = cast.actor("wang")
    first = services.call_next(actor=wang, at=now())
    assert first.code == "A001"
    with pytest.raises(calling.NotBegun):
        services.call_next(actor=wang, at=now(), seen=first.id)
    acts.recall(actor=wang, uid=made.uid, at=now())
    acts.begin(actor=wang, uid=made.uid, at=now())
    second = services.call_next(actor=wang, at=now(), seen=first.id)  # one key: finished and the next called
    assert second.code == "B001"
    ticket = Ticket.objects.get(pk=first.id)
    assert (ticket.state, ticket.window_id, ticket.clerk_name) == ("done", cast.windows["window3"].pk, "王芳")
    log = list(TicketAct.objects.filter(ticket=ticket).order_by("pk").values_list("act", flat=True))
    assert log == ["issue", "call", "recall", "begin", "finish"]
    with pytest.raises(calling.DeskMoved):
        services.call_next(actor=wang, at=now(), seen=first.id)  # the same press twice


def test_each_act_leaves_one_audit_row(cast: Cast, hall: Hall) -> None:
    made = stage.take(hall)
    assert AuditEntry.objects.filter(action="hall.issue", target=str(made.uid)).count() == 1
    stage.opened(cast)
    ticket = stage.serving(cast)
    acts.finish(actor=cast.actor("wang"), uid=ticket.uid, at=now())
    rows = AuditEntry.objects.filter(target=str(ticket.uid)).order_by("pk").values_list("action", flat=True)
    assert list(rows) == ["hall.issue", "hall.call", "hall.begin", "hall.finish"]


def test_the_database_picks_as_the_rule_says(cast: Cast, hall: Hall) -> None:
    import random

    chance, begin = random.Random(3), now() - timedelta(hours=2)
    for number in range(30):
        arrived = begin + timedelta(minutes=chance.random() * 60)
        stage.take(hall, chance.choice("AB"), at=arrived, priority=chance.choice(["", "elder"]))
        assert number < 30
    stage.opened(cast)
    wang, row = cast.actor("wang"), 0
    left = [
        rules.Waiting(each.pk, each.turn_at, each.queued_at, each.ahead)
        for each in Ticket.objects.filter(state="waiting")
    ]
    seen = 0
    while left:
        expected = rules.pick(left, row, hall.most_ahead_in_a_row)
        assert expected is not None
        came = services.call_next(actor=wang, at=now(), seen=seen)
        assert came.id == expected.id
        row = rules.row_after(expected, left, row)
        assert Desk.objects.get().in_a_row == row
        left.remove(expected)
        acts.begin(actor=wang, uid=Ticket.objects.get(pk=came.id).uid, at=now())
        seen = came.id
    assert services.call_next(actor=wang, at=now(), seen=seen) == services.Called(0, "")
    fair = figures.fairness([hall.pk], begin.date() - timedelta(days=1), now().date() + timedelta(days=1))
    assert fair.ahead > 0 and fair.ordinary is not None


def test_a_ticket_that_did_not_come_out_is_not_called(cast: Cast, hall: Hall) -> None:
    ghost = stage.take(hall, paper=True)
    real = stage.take(hall, paper=True)
    services.report_print(uid=ghost.uid, result="failed", at=now())
    services.report_print(uid=real.uid, result="printed", at=now())
    assert queue.before(Ticket.objects.get(uid=real.uid)) == 0  # a ghost is nobody who waits
    stage.opened(cast)
    assert stage.called(cast).code == "A002"
    services.report_print(uid=ghost.uid, result="asked", at=now())  # reprinted: the old place is kept
    acts.begin(actor=cast.actor("wang"), uid=real.uid, at=now())
    assert (
        services.call_next(actor=cast.actor("wang"), at=now(), seen=Ticket.objects.get(uid=real.uid).pk).code == "A001"
    )
    assert (
        services.report_print(uid=ghost.uid, result="asked", at=now()).printing == "asked"
    )  # told twice: nothing happens


def test_pass_requeue_and_no_show(cast: Cast, hall: Hall) -> None:
    made, wang = stage.take(hall), cast.actor("wang")
    stage.opened(cast)
    for _ in range(hall.passes_allowed):
        stage.called(cast)
        assert acts.pass_over(actor=wang, uid=made.uid, at=now()).state == "passed"
        acts.requeue(actor=wang, uid=made.uid, at=now())
    stage.called(cast)
    assert acts.pass_over(actor=wang, uid=made.uid, at=now()).state == "no_show"
    with pytest.raises(acts.PassedTooOften):
        acts.requeue(actor=wang, uid=made.uid, at=now())


def test_hold_resume_transfer_back(cast: Cast, hall: Hall) -> None:
    wang, qian = cast.actor("wang"), cast.actor("qian_staff")
    made, other = stage.take(hall), stage.take(hall)
    stage.opened(cast)
    stage.opened(cast, "qian_staff")
    ticket = stage.serving(cast)
    acts.hold(actor=wang, uid=ticket.uid, at=now(), reason="去复印")
    assert stage.called(cast).code == other.code
    with pytest.raises(desks.HandsFull):
        acts.resume(actor=wang, uid=ticket.uid, at=now())
    came = Ticket.objects.get(uid=other.uid)
    acts.send_back(actor=wang, uid=other.uid, at=now(), reason="系统慢")
    assert Ticket.objects.get(uid=other.uid).turn_at == came.turn_at
    acts.resume(actor=wang, uid=ticket.uid, at=now())
    moved = acts.transfer(actor=wang, uid=ticket.uid, at=now(), reason="还要办卫生证", group=stage.group(hall, "B"))
    assert (moved.state, moved.code) == ("waiting", made.code)
    later = stage.take(hall, "B")
    assert stage.called(cast, "qian_staff").code == made.code  # came first, is called first, also in the other group
    acts.begin(actor=qian, uid=ticket.uid, at=now())
    acts.transfer(actor=qian, uid=ticket.uid, at=now(), reason="回 3 号盖章", window_id=cast.windows["window3"].pk)
    assert stage.called(cast, "qian_staff").code == later.code
    assert stage.called(cast).code == made.code
    with pytest.raises(acts.NowhereToGo):
        acts.transfer(actor=wang, uid=ticket.uid, at=now(), reason="转", group=None)
    reasons = set(TicketAct.objects.filter(ticket=ticket).exclude(reason="").values_list("act", flat=True))
    assert {"hold", "transfer"} <= reasons


def test_the_log_cannot_be_changed(cast: Cast, hall: Hall) -> None:
    from django.db import IntegrityError, transaction

    stage.take(hall)
    with pytest.raises(IntegrityError), transaction.atomic():
        TicketAct.objects.update(reason="没有这回事")


def test_only_who_sits_there_calls(cast: Cast, hall: Hall) -> None:
    made = stage.take(hall)
    stage.opened(cast)
    stage.opened(cast, "qian_staff")
    stage.called(cast)
    with pytest.raises(WrongMoment):
        acts.begin(actor=cast.actor("qian_staff"), uid=made.uid, at=now())
    with pytest.raises(NotAllowed):
        services.call_next(actor=cast.actor("zhao"), at=now())
    with pytest.raises(desks.HandsFull):
        desks.close_desk(actor=cast.actor("wang"), at=now())


def test_yesterdays_numbers_are_not_called(cast: Cast, hall: Hall) -> None:
    old = stage.take(hall, at=now() - timedelta(days=1))
    new = stage.take(hall)
    assert (old.code, new.code) == ("A001", "A001")  # counted from one every day
    stage.opened(cast)
    assert stage.called(cast).uid == new.uid
    assert acts.expire(at=now(), period=queue.period_now(hall, now()), hall=hall) == 1
    assert Ticket.objects.get(uid=old.uid).state == "expired"
    Hall.objects.update(reset="keep")
    hall.refresh_from_db()
    kept = [stage.take(hall, at=now() - timedelta(days=1)), stage.take(hall)]
    assert [each.code for each in kept] == ["A001", "A002"]
    acts.finish(actor=cast.actor("wang"), uid=new.uid, at=now())
    assert stage.called(cast).uid == kept[0].uid  # who came yesterday keeps the place


def test_closing_time_says_when_to_come(cast: Cast) -> None:
    hall = stage.hall(cast, hours="centre", slug="hours")
    stage.opened(cast)
    stage.plan(cast, hall)
    monday = datetime(2026, 10, 12, 15, tzinfo=CHINA)
    opens = {"hall": hall, "group": stage.group(hall), "way": "kiosk"}
    close = queue.sessions(hall, monday.date())[-1][1]
    last = datetime.combine(monday.date(), close, tzinfo=CHINA)
    queue.forget()
    services.issue(**opens, at=last - timedelta(minutes=25), party=2)  # type: ignore[arg-type]
    with pytest.raises(issuing.NoTimeLeft) as refused:
        queue.forget()
        services.issue(**opens, at=last - timedelta(minutes=25), party=3)  # type: ignore[arg-type]
    assert "10月13日" in refused.value.next_step and "预约" in refused.value.next_step
    with pytest.raises(issuing.HallShut):
        services.issue(**opens, at=last + timedelta(minutes=1))  # type: ignore[arg-type]
    with pytest.raises(issuing.HallShut):
        services.issue(**opens, at=monday.replace(day=4))  # type: ignore[arg-type]  # a holiday


def test_one_person_one_ticket_and_age_goes_first(cast: Cast, hall: Hall) -> None:
    made = stage.take(hall, id_number="519911195003070020")
    ticket = Ticket.objects.get(uid=made.uid)
    assert (ticket.priority, ticket.ahead) == ("elder", True) and "1950" not in ticket.holder
    with pytest.raises(issuing.AlreadyWaiting):
        stage.take(hall, id_number="519911195003070020")
    acts.withdraw(uid=made.uid, at=now())
    assert stage.take(hall, id_number="519911195003070020").code == "A002"
    with pytest.raises(issuing.BadTicket):
        stage.take(hall, priority="other", reason="赶火车")  # given at the reception desk alone
    stage.take(hall, way="staff", priority="other", reason="抢救的家属")
