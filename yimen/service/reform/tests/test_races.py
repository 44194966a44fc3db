"""Two people at once: a batch is applied once, a change has one place, an item one open exercise."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from tests.cast import SYSTEM, Cast, build_cast
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Refusal
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ItemEdition, ServiceItem
from yimen.service.reform import services
from yimen.service.reform.models import Change, ChangeBatch
from yimen.service.reform.tests.conftest import NOON, revise

pytestmark = pytest.mark.commits
TODAY = day_of(NOON)


@pytest.fixture
def city(committed_db: Any) -> Cast:
    """The cast, really committed."""
    with transaction.atomic():
        return build_cast()


def item(cast: Cast, name: str) -> ServiceItem:
    """An item in force."""
    with transaction.atomic():
        made = catalogue.create_item(actor=SYSTEM, name=name, kind="licence", department=cast.units["market"], at=NOON)
        return revise(cast, made)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Carry the acts out in threads of their own; returns the refusals."""
    gate, refused = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
        except Refusal as refusal:
            refused.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_a_batch_is_applied_once(city: Cast) -> None:
    manager = city.actor("manager")
    batch = services.propose_batch(actor=manager, title="一批", at=NOON)
    services.add_change(
        actor=manager,
        batch=batch,
        kind="adjust",
        item=item(city, "甲证"),
        reason="改",
        values={"name": "甲证（新）"},
        at=NOON,
    )
    services.submit_batch(actor=manager, batch=batch, at=NOON)
    services.review_batch(actor=city.actor("legal"), batch=batch, passed=True, opinion="", at=NOON)
    services.decide_batch(actor=manager, batch=batch, document="1号", document_on=TODAY, effective_on=TODAY, at=NOON)

    def press() -> None:
        services.apply_batch(actor=manager, batch=batch, at=NOON)

    assert at_once(press, press) == ["这个批次已经全部实施。"]
    assert ItemEdition.objects.filter(status="draft").count() == 1


def test_changes_added_at_once_have_places_of_their_own(city: Cast) -> None:
    manager = city.actor("manager")
    batch = services.propose_batch(actor=manager, title="一批", at=NOON)
    same, other = item(city, "甲证"), item(city, "乙证")

    def add(chosen: ServiceItem) -> Callable[[], object]:
        return lambda: services.add_change(
            actor=manager, batch=batch, kind="freeze", item=chosen, reason="升级", at=NOON
        )

    assert at_once(add(same), add(other), add(same)) == ["“甲证”已经在这个批次里。"]
    assert sorted(Change.objects.values_list("order", flat=True)) == [1, 2]


def test_recalled_while_it_is_reviewed(city: Cast) -> None:
    manager, legal = city.actor("manager"), city.actor("legal")
    batch = services.propose_batch(actor=manager, title="一批", at=NOON)
    services.add_change(actor=manager, batch=batch, kind="freeze", item=item(city, "甲证"), reason="升级", at=NOON)
    services.submit_batch(actor=manager, batch=batch, at=NOON)
    refused = at_once(
        lambda: services.review_batch(actor=legal, batch=batch, passed=False, opinion="依据不清", at=NOON),
        lambda: services.recall_batch(actor=manager, batch=batch, at=NOON),
    )
    assert len(refused) == 1 and "不能这样做" in refused[0]
    assert ChangeBatch.objects.get().state == "draft"
