"""Two workers at one plan, and people at the same cases meanwhile: with commits that are real no case is moved twice."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.cast import Cast, build_cast
from yimen.ground.kit.moments import now
from yimen.ground.matters import selectors as matters
from yimen.ground.matters import services as thread
from yimen.ground.matters.models import Step
from yimen.ground.organisations.tests.at_once import at_once
from yimen.service.cases import services
from yimen.service.cases.models import MovedCase, MovePlan
from yimen.service.cases.services import moving
from yimen.service.cases.services.moving import Wish
from yimen.service.cases.tests.stage import accepted, matter_of, published
from yimen.service.cases.tests.test_moving import second


@pytest.fixture
def committed_cast(committed_db: object) -> Cast:
    """The cast in a database where commits are real."""
    with transaction.atomic():
        return build_cast()


def _work(plan: MovePlan) -> int:
    turns = 0
    while True:
        with transaction.atomic():
            if not moving.work_a_batch(plan.pk, at=now()):
                return turns
        turns += 1


def test_two_workers_and_a_reviewer(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = committed_cast
    monkeypatch.setattr(moving, "STEPS", 2)
    with transaction.atomic():
        item = published(cast)
        codes = [accepted(cast, item=item) for _ in range(7)]
        second(cast, item, promise_limit=5)
        plan = services.preview_move(
            actor=cast.actor("manager"), wish=Wish(item_id=item.pk, edition_id=item.current_id), at=now()
        )
        services.apply_move(actor=cast.actor("manager"), plan=plan, reason="新版施行", at=now())
    zhao, at = cast.actor("zhao"), now()
    at_once(
        [
            lambda: _work(plan),
            lambda: _work(plan),
            lambda: services.pass_review(code=codes[5], text="符合。", actor=zhao, at=at),
        ]
    )
    plan.refresh_from_db()
    assert plan.state == "done"
    assert plan.cases.filter(state__in=["taken", "changed"]).count() == 7
    for code in codes:
        matter = matter_of(code)
        moved = Step.objects.filter(matter=matter, action="move_version").count()
        assert moved == plan.cases.filter(matter=matter, state="taken").count() <= 1
        assert thread.clock_row_of(matters.ask(code)).due_on == matter.due_on

    services.undo_move(actor=cast.actor("manager"), plan=plan, reason="选错了", at=now())
    at_once([lambda: _work(plan), lambda: _work(plan)])
    plan.refresh_from_db()
    assert plan.state == "undone"
    assert not plan.cases.filter(state="taken").exists()
    assert all(Step.objects.filter(matter__code=code, action="move_back").count() <= 1 for code in codes)


def test_a_worker_that_dies_goes_on_where_it_stopped(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = committed_cast
    monkeypatch.setattr(moving, "STEPS", 1)
    with transaction.atomic():
        item = published(cast)
        codes = [accepted(cast, item=item) for _ in range(3)]
        second(cast, item, promise_limit=5)
        plan = services.preview_move(
            actor=cast.actor("manager"), wish=Wish(item_id=item.pk, edition_id=item.current_id), at=now()
        )
        services.apply_move(actor=cast.actor("manager"), plan=plan, reason="新版施行", at=now())
    with transaction.atomic():
        moving.work_a_batch(plan.pk, at=now())

    class Died(Exception):
        """The machine went off in the middle of a batch."""

    def dies(*_args: object, **_more: object) -> None:
        raise Died

    with monkeypatch.context() as off:
        off.setattr(MovedCase.objects, "bulk_update", dies)
        with pytest.raises(Died), transaction.atomic():
            moving.work_a_batch(plan.pk, at=now())
    assert Step.objects.filter(action="move_version").count() == 1, "the half-done batch left nothing"
    _work(plan)
    assert Step.objects.filter(action="move_version").count() == len(codes)
