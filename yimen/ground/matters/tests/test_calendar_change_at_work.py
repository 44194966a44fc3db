"""The hall works on while a calendar changes: what is opened, closed or held in hand meanwhile is not lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.outbox import deliver_once
from yimen.ground.matters import recalculating, selectors, services
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Matter, Recalculation, Step
from yimen.ground.matters.services import Paper
from yimen.ground.matters.tests.notices2027 import TEXT
from yimen.ground.matters.tests.stage import clerk, errand, reread

AT = datetime(2027, 1, 25, 10, 0, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def own_time(committed_db: Any) -> Iterator[None]:
    with transaction.atomic():
        mark_synthetic()
    with in_its_own_time():
        yield


def started() -> Matter:
    return reread(errand(clerk(), datetime(2027, 1, 25, 9, 0, tzinfo=CHINA), limit=10))


def previewed() -> Recalculation:
    change = services.register_notice(actor=SYSTEM, paper=Paper(TEXT), at=AT)
    return services.work_through(services.preview_change(actor=SYSTEM, change=change, at=AT), at=AT)


def test_what_is_opened_or_closed_between_preview_and_applying() -> None:
    with transaction.atomic():
        closing, staying = started(), started()
    found = previewed()
    with transaction.atomic():
        new = started()
        services.take_step(matter=closing.pk, action="finish", actor=clerk(), at=AT)
    services.apply_recalculation(actor=SYSTEM, recalculation=found, at=AT)
    with transaction.atomic():
        services.take_step(
            matter=staying.pk, action="extend", extend_by=1, facts={"reason": "案情复杂"}, actor=clerk(), at=AT
        )
    found = services.work_through(found, at=AT)
    states = dict(found.items.values_list("matter_id", "state"))
    assert states == {closing.pk: "closed", staying.pk: "same", new.pk: "taken"}
    assert found.items.get(matter=new).late_found
    for matter in (closing, staying, new):
        matter.refresh_from_db()
    assert closing.closed_at is not None and staying.due_on == date(2027, 2, 16) and new.due_on == date(2027, 2, 15)


def test_a_matter_in_hand_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clerk holds one matter in an open transaction: the others go on, and this one follows with the clerk's step kept."""
    with transaction.atomic():
        matters = [started() for _ in range(4)]
    held = matters[0]
    found = previewed()
    services.apply_recalculation(actor=SYSTEM, recalculation=found, at=AT)
    locked, go_on = threading.Event(), threading.Event()

    def clerk_at_work() -> None:
        try:
            with in_its_own_time(), transaction.atomic():
                services.take_step(matter=held.pk, action="pause", stopped_for="hearing", actor=clerk(), at=AT)
                locked.set()
                assert go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=clerk_at_work)
    thread.start()
    assert locked.wait(10)
    with transaction.atomic():
        assert recalculating.work_a_batch(found.pk, at=AT)
    assert found.items.filter(state="taken").count() == 3
    threading.Timer(0.3, go_on.set).start()
    services.work_through(found, at=AT)
    thread.join()
    assert dict(found.items.values_list("matter_id", "state"))[held.pk] == "same"
    assert [step.action for step in Step.objects.filter(matter=held).order_by("seq")] == ["ask", "pause"]
    with transaction.atomic():
        services.take_step(matter=held.pk, action="go_on", actor=clerk(), at=AT)
    held.refresh_from_db()
    explained = selectors.explain(held).current
    assert explained and explained.promised and explained.promised.due_on == held.due_on


def test_a_batch_that_dies_is_done_again_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker falls in the middle of a batch: nothing of it stands, and the next worker does it whole, once each."""
    monkeypatch.setattr(recalculating, "STEPS", 2)
    with transaction.atomic():
        matters = [started() for _ in range(5)]
    found = previewed()
    services.apply_recalculation(actor=SYSTEM, recalculation=found, at=AT)
    usual, falls = recalculating._tell, [True]

    def dying(*given: Any) -> None:
        usual(*given)
        if falls:
            falls.pop()
            raise RuntimeError("the worker was killed")

    monkeypatch.setattr(recalculating, "_tell", dying)
    deliver_once()
    assert Step.objects.filter(action="recalculate").count() == 0
    with connection.cursor() as cursor:
        cursor.execute("update kit_delivery set next_at = now() where state = 'waiting'")
    while deliver_once():
        pass
    found.refresh_from_db()
    assert found.state == "done"
    for matter in matters:
        assert Step.objects.filter(matter=matter, action="recalculate").count() == 1
