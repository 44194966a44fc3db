"""Facts are published inside a transaction and delivered to each handler."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from yimen.ground.kit import numbering, outbox
from yimen.ground.kit.models import Delivery, OutboxEvent, Serial
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.outbox import Event, EventFieldError, as_row, deliver_once, handles, publish


@dataclass(frozen=True)
class TeahouseOpened(Event):
    house: UUID
    at: datetime
    on: date
    tables: int
    codes: tuple[str, ...] = ()
    until: date | None = None


HOUSE = UUID("6b7c2c0c-7d2e-4b2f-9f1b-0d3b5a1c9e10")
OPENED = TeahouseOpened(HOUSE, datetime(2026, 9, 30, 9, 5, tzinfo=CHINA), date(2026, 9, 30), 12, ("A1", "𠮷"))


@pytest.fixture(autouse=True)
def own_handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test registers handlers of its own."""
    monkeypatch.setattr(outbox, "_subscriptions", {})
    yield


def test_an_event_comes_back_as_it_was() -> None:
    name, payload = as_row(OPENED)
    assert name == "test_outbox.TeahouseOpened"
    assert TeahouseOpened.from_payload(json.loads(payload)) == OPENED


def test_a_field_added_later_takes_its_default_and_a_removed_one_is_left_out() -> None:
    payload = json.loads(as_row(OPENED)[1])
    del payload["codes"]
    payload["gone"] = 1
    assert TeahouseOpened.from_payload(payload).codes == ()


@pytest.mark.parametrize(
    "wrong",
    [
        TeahouseOpened(HOUSE, datetime(2026, 9, 30), date(2026, 9, 30), 1),
        TeahouseOpened(HOUSE, OPENED.at, OPENED.on, 1, codes=("长" * 201,)),
        TeahouseOpened(HOUSE, OPENED.at, OPENED.on, 1.5),  # type: ignore[arg-type]
    ],
)
def test_only_ids_codes_and_times_are_carried(wrong: TeahouseOpened) -> None:
    with pytest.raises(EventFieldError):
        as_row(wrong)


@pytest.mark.django_db
def test_each_handler_hears_each_event_once() -> None:
    heard: list[tuple[str, Event]] = []

    @handles(TeahouseOpened)
    def first(event: TeahouseOpened) -> None:
        heard.append(("first", event))

    @handles(TeahouseOpened)
    def second(event: TeahouseOpened) -> None:
        heard.append(("second", event))

    publish(OPENED)
    assert heard == []
    assert deliver_once() == 3
    assert deliver_once() == 0
    assert heard == [("first", OPENED), ("second", OPENED)]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.django_db
def test_a_failed_handler_leaves_nothing_half_done_and_is_tried_again_later() -> None:
    @handles(TeahouseOpened)
    def writes_then_fails(event: TeahouseOpened) -> None:
        numbering.next_number("half")
        raise ValueError("茶没了\nDETAIL: 李雷 13812342671")

    publish(OPENED)
    deliver_once()
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.error == "ValueError: 茶没了"
    assert not Serial.objects.filter(series="half").exists()
    assert deliver_once() == 0, "it waits before the next try"


@pytest.mark.django_db
def test_what_keeps_failing_is_parked_and_can_be_released() -> None:
    broken = [True]

    @handles(TeahouseOpened)
    def fails(event: TeahouseOpened) -> None:
        if broken:
            raise RuntimeError("closed")

    publish(OPENED)
    for _ in range(outbox.MAX_ATTEMPTS):
        Delivery.objects.update(next_at=datetime(2020, 1, 1, tzinfo=UTC))
        deliver_once()
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("parked", outbox.MAX_ATTEMPTS)
    broken.clear()
    assert outbox.release(row.pk)
    Delivery.objects.update(next_at=datetime(2020, 1, 1, tzinfo=UTC))
    deliver_once()
    assert Delivery.objects.get().state == "done"
    assert not outbox.release(row.pk)


@pytest.mark.django_db
def test_one_bad_handler_does_not_hold_up_the_others() -> None:
    heard = []

    @handles(TeahouseOpened)
    def fails(event: TeahouseOpened) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select 1/0")

    @handles(TeahouseOpened)
    def hears(event: TeahouseOpened) -> None:
        heard.append(event.house)

    publish(OPENED)
    deliver_once()
    assert heard == [HOUSE]


@pytest.mark.django_db
def test_a_delivery_without_handler_or_with_unreadable_payload_is_parked_with_its_reason() -> None:
    @handles(TeahouseOpened)
    def hears(event: TeahouseOpened) -> None:
        raise AssertionError

    event = OutboxEvent.objects.create(name=TeahouseOpened.name, payload={"house": "no uuid"}, module="t")
    Delivery.objects.create(event_id=event.pk, event_name=event.name, handler="gone.away")
    deliver_once()
    errors = {row.handler: row.error for row in Delivery.objects.filter(state="parked")}
    assert len(errors) == 2
    assert "没有名为" in errors["gone.away"]


def test_delays_grow_and_stop_at_about_an_hour() -> None:
    assert timedelta(seconds=1.5) <= outbox.retry_delay(1) <= timedelta(seconds=2.51)
    assert timedelta(minutes=45) <= outbox.retry_delay(12) <= timedelta(minutes=75.1)


def test_a_transaction_is_needed(committed_db: Any) -> None:
    with pytest.raises(outbox.OutsideTransactionError):
        publish(OPENED)
    with pytest.raises(outbox.OutsideTransactionError):
        numbering.next_number("x")


@pytest.mark.django_db
def test_the_database_function_and_python_write_the_same_row() -> None:
    publish(OPENED)
    name, payload = as_row(OPENED)
    with connection.cursor() as cursor:
        cursor.execute("select kit_publish(%s, %s::jsonb)", [name, payload])
    one, two = OutboxEvent.objects.order_by("id")
    assert (one.name, one.payload, one.module) == (two.name, two.payload, two.module)
    assert uuid4() != HOUSE


@pytest.mark.django_db
def test_old_news_is_forgotten_once_everybody_has_heard_it() -> None:
    @handles(TeahouseOpened)
    def fails(event: TeahouseOpened) -> None:
        if event.tables == 0:
            raise RuntimeError

    publish(OPENED)
    publish(replace(OPENED, tables=0))
    deliver_once()
    later = datetime.now(tz=UTC) + timedelta(days=91)
    assert outbox.sweep(datetime.now(tz=UTC)) == 0
    assert outbox.sweep(later) == 1
    assert OutboxEvent.objects.get().payload["tables"] == 0
    assert Delivery.objects.get().state == "waiting"


def test_a_handler_may_move_between_the_files_of_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def hears(event: TeahouseOpened) -> None: ...

    hears.__qualname__ = "hears"
    for module in ("shop.handlers", "shop.handlers.telling"):
        hears.__module__ = module
        monkeypatch.setattr(outbox, "_subscriptions", {})
        handles(TeahouseOpened)(hears)
        assert [each.name for each in outbox.subscriptions()] == ["shop.handlers.hears"]


def test_two_handlers_of_one_name_are_refused() -> None:
    def made(module: str) -> Callable[[TeahouseOpened], None]:
        def hears(event: TeahouseOpened) -> None: ...

        hears.__module__, hears.__qualname__ = module, "hears"
        return hears

    handles(TeahouseOpened)(made("shop.handlers.telling"))
    with pytest.raises(ValueError, match="two handlers"):
        handles(TeahouseOpened)(made("shop.handlers.counting"))
