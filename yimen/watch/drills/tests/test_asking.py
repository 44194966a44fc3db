"""Asking for a drill, cancelling it, removing it: who may, once, written down; one runs at a time."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.cast import Cast
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.watch.drills import policies, services
from yimen.watch.drills.models import DrillRun
from yimen.watch.drills.rules import Parameters
from yimen.watch.drills.tests.stage import finished

FORM = {
    "title": "少三成", "days": "5", "arrivals": "1.2", "staff": "70", "consult": "5",
    "absent": "3\n\n发改委=2026-10-08", "closed": "2026-10-12",
    "review": "45", "counter": "15", "patience": "30", "seed": "7",
}  # fmt: skip


def test_the_form_becomes_a_drill_and_a_job(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[DrillRun] = []
    monkeypatch.setattr(services, "start_drill", started.append)
    client = cast.client("manager")
    answer = client.post(reverse("drills:new"), FORM)
    made = DrillRun.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("drills:drill", args=[made.uid])
    assert started == [made]
    assert made.asked.staff == 0.7
    assert [str(each) for each in made.asked.absent] == ["3", "发改委=2026-10-08"]
    assert made.asked.minutes == {"submit": 15}
    assert AuditEntry.objects.filter(action="drills.ask").count() == 1
    assert client.get(reverse("drills:new") + f"?like={made.uid}").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"), [("days", "0"), ("staff", "0"), ("closed", "morgen"), ("absent", "3=32. Mai")]
)
def test_nonsense_is_said_at_its_field(cast: Cast, field: str, value: str) -> None:
    client = cast.client("manager")
    answer = client.post(reverse("drills:new"), FORM | {field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not DrillRun.objects.exists()


def test_who_may_only_look_cannot_hold_one(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        services.ask_drill(actor=cast.actor("sun"), parameters=Parameters(), at=now())
    made = finished()
    assert policies.access_drill(cast.actor("sun"), made.uid) == made
    with pytest.raises(NotFound):
        policies.access_drill(cast.actor("qian"), made.uid)
    with pytest.raises(NotAllowed):
        services.remove_drill(actor=cast.actor("sun"), drill=made, at=now())


def test_one_that_waits_is_cancelled_at_once_one_that_runs_when_it_hears_of_it(cast: Cast) -> None:
    waits = services.ask_drill(actor=cast.actor("manager"), parameters=Parameters(), at=now())
    assert services.cancel_drill(actor=cast.actor("manager"), drill=waits, at=now()).state == "cancelled"
    with pytest.raises(services.NotUnfinished):
        services.begin_drill(waits, scratch="x", at=now())
    runs = services.ask_drill(actor=cast.actor("manager"), parameters=Parameters(), at=now())
    services.begin_drill(runs, scratch="x", at=now())
    assert services.note_progress(runs, progress=10, doing="第一天")
    services.cancel_drill(actor=cast.actor("manager"), drill=runs, at=now())
    assert not services.note_progress(runs)
    assert services.end_drill(runs, at=now()).state == "cancelled"
    with pytest.raises(services.NotUnfinished):
        services.cancel_drill(actor=cast.actor("manager"), drill=runs, at=now())


def test_one_runs_at_a_time(cast: Cast) -> None:
    one, two = (services.ask_drill(actor=cast.actor("manager"), parameters=Parameters(), at=now()) for _ in range(2))
    services.begin_drill(one, scratch="x", at=now())
    with pytest.raises(services.AnotherDrill):
        services.begin_drill(two, scratch="y", at=now())
    with pytest.raises(services.NotUnfinished):
        services.remove_drill(actor=cast.actor("manager"), drill=one, at=now())
    services.end_drill(one, at=now(), failure="断电")
    assert services.begin_drill(two, scratch="y", at=now()).state == "running"


def test_removing_leaves_an_audit_row(cast: Cast) -> None:
    made = finished()
    services.remove_drill(actor=cast.actor("manager"), drill=made, at=now())
    assert not DrillRun.objects.exists()
    assert AuditEntry.objects.filter(action="drills.remove", target=made.title).count() == 1
