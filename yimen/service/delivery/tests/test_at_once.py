"""Real parallel clerks and notices: a result is handed over once, an event counts once (a connection each)."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction

from tests.cast import LI_ID, Cast, build_cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Refusal
from yimen.ground.organisations.tests.at_once import at_once
from yimen.service.cases.tests.stage import case_of, published
from yimen.service.delivery import services
from yimen.service.delivery.models import CourierNotice
from yimen.service.delivery.services import Shown
from yimen.service.delivery.tests import stage


@pytest.fixture
def committed_cast(committed_db: object) -> Cast:
    """The cast in a database where commits are real."""
    with transaction.atomic():
        return build_cast()


def test_one_result_and_one_event_at_once(committed_cast: Cast) -> None:
    cast = committed_cast
    item = published(cast)
    row, wu = stage.shelved(cast, item=item), cast.actor("wu")
    give = partial(services.hand_over, result=row, actor=wu, at=now(), paper_signed=True)
    given = at_once([partial(give, shown=Shown(number=LI_ID)) for _ in range(4)])
    assert sum(isinstance(each, Refusal) for each in given) == 3
    assert case_of(row.matter.code).matter.state == "concluded"

    parcel = stage.ordered(cast, item=item)
    said = services.read_notice(stage.notice(parcel, "delivered", "E1") | {"happened_at": now().isoformat()})
    told = at_once([partial(services.take_notice, said=said, at=now()) for _ in range(6)])
    assert sorted(map(str, told)) == ["duplicate"] * 5 + ["moved"]
    assert CourierNotice.objects.get().times == 6
    assert case_of(parcel.matter.code).matter.state == "concluded"

    cabinet = stage.cabinet(cast)
    held = stage.in_cell(cast, cabinet, item=item)
    opened = at_once([partial(services.open_cell, cabinet=cabinet, code=held.code_kept, at=now()) for _ in range(4)])
    assert sum(isinstance(each, Refusal) for each in opened) == 3
