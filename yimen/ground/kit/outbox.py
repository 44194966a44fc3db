"""News between modules: facts written in the transaction in which they became true, delivered afterwards.

A module declares its facts in `events.py` as frozen dataclasses, other modules hear them in their `handlers.py`:

    @dataclass(frozen=True)
    class CaseDecided(Event):
        case: UUID
        at: datetime

    @handles(CaseDecided)
    def tell_applicant(event: CaseDecided) -> None: ...

Each (event, handler) pair is done once: the handler's writes and the done-mark are one transaction. A handler that
speaks to the outside world says `outside=True` and runs with no transaction open, so it may run again after a crash and
must make its own effect idempotent. What keeps failing is parked where operations and supervision see it.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import secrets
import threading
import types
import typing
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Literal, TypeVar
from uuid import UUID

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections, transaction

from yimen.ground.kit.models import Delivery, OutboxEvent
from yimen.ground.kit.moments import now

logger = logging.getLogger(__name__)

CHANNEL = "yimen_outbox"
ASLEEP = (20260101, 1)
"""The advisory lock a sleeping worker holds; `kit_publish` looks at it to know whether anybody must be woken."""

MAX_ATTEMPTS = 12
LEASE = timedelta(minutes=5)
MAX_TEXT = 200


class OutsideTransactionError(RuntimeError):
    """An event was published with no transaction open: it could be kept while the change it tells of is lost."""


class EventFieldError(TypeError):
    """An event carries something that is not an id, a code or a time."""


@dataclasses.dataclass(frozen=True)
class Event:
    """A past fact: ids, codes and times only, never text that somebody typed.

    `name` is `module.ClassName` and stands in the outbox; give it in the class only when a released event is renamed.
    Allowed fields: str (at most 200 characters), int, bool, datetime (aware), date, UUID, tuples of these, or None.
    """

    name: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" not in cls.__dict__:
            parts = cls.__module__.split(".")
            module = parts[-2] if len(parts) > 1 and parts[-1] == "events" else parts[-1]
            cls.name = f"{module}.{cls.__name__}"

    @classmethod
    def from_payload(cls: type[E], payload: dict[str, Any]) -> E:
        """The event as it was published. A field added since then takes its default; one removed is left out."""
        kinds = _kinds(cls)
        return cls(**{name: _revive(value, kinds[name]) for name, value in payload.items() if name in kinds})


E = TypeVar("E", bound=Event)
Handler = Callable[[Any], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Subscription:
    """One handler of one kind of event."""

    event: type[Event]
    handler: Handler
    name: str
    outside: bool


_subscriptions: dict[str, Subscription] = {}


def handles(event: type[E], *, outside: bool = False) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register a function for each such event. `outside=True`: it runs with no transaction open (network, mail).

    Handlers stand in an app's `handlers`, a file or a package, which is found by itself at start-up. The stored name of a
    handler is that of its app's `handlers` and its own, so it may move between the files of a package; renaming one leaves
    its waiting deliveries parked, so rename it when the outbox is empty. Two of one name are a `ValueError`.
    """

    def register(handler: Callable[[E], None]) -> Callable[[E], None]:
        name = _stored_name(handler)
        known = _subscriptions.get(name)
        if known is not None and known.handler.__module__ != handler.__module__:
            raise ValueError(f"two handlers are named {name}")
        _subscriptions[name] = Subscription(event, handler, name, outside)
        return handler

    return register


def _stored_name(handler: Handler) -> str:
    app, package, _file = handler.__module__.partition(".handlers.")
    return f"{app}.handlers.{handler.__qualname__}" if package else f"{handler.__module__}.{handler.__qualname__}"


def subscriptions() -> tuple[Subscription, ...]:
    """Every handler known to this process, in order of registration."""
    return tuple(_subscriptions.values())


def keep_inside(*besides: str) -> None:
    """In this process no handler that speaks to the outside world runs any more, nor those named `besides` by their dotted
    path; their deliveries count as done. For drills.
    """
    for name, each in _subscriptions.items():
        if each.outside or name in besides:
            _subscriptions[name] = dataclasses.replace(each, handler=_say_nothing, outside=False)


def _say_nothing(event: Event) -> None:
    """What a drill does instead of speaking to the outside world."""


def as_row(event: Event) -> tuple[str, str]:
    """The event as (name, JSON text), for SQL functions that call `kit_publish(name, payload::jsonb)` themselves."""
    payload = {field.name: _plain(getattr(event, field.name), field.name) for field in dataclasses.fields(event)}
    return event.name, json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def publish(event: Event) -> int:
    """Put the fact into the outbox of the open transaction; returns its id. Handlers run after the commit.

    Raises `OutsideTransactionError` when no transaction is open.
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError(f"{event.name} published outside a transaction")
    with connection.cursor() as cursor:
        cursor.execute("select kit_publish(%s, %s::jsonb)", as_row(event))
        (event_id,) = cursor.fetchone()
    return int(event_id)


def deliver_once(limit: int = 100) -> int:
    """Fan out new events and do up to `limit` due deliveries; returns how many events and deliveries moved.

    Safe to run in any number of workers at once. A handler's failure is recorded, never raised.
    """
    moved = _fan_out(limit)
    for _ in range(limit):
        if not _deliver_next():
            break
        moved += 1
    return moved


def work(stop: threading.Event, *, idle_seconds: float = 1.0) -> None:
    """Deliver until `stop` is set, woken by each publication; survives the loss of the database.

    `idle_seconds` is the longest sleep, after which due retries are looked for.
    """
    pause = 0.5
    while not stop.is_set():
        try:
            _work_on_one_connection(stop, idle_seconds)
            pause = 0.5
        except (OperationalError, InterfaceError, psycopg.Error) as lost:
            logger.warning("outbox worker lost the database: %s", type(lost).__name__)
            connection.close()
            stop.wait(pause)
            pause = min(pause * 2, 15)
    connection.close()


def release(delivery_id: int) -> bool:
    """Let a parked delivery be tried again at once; False when it is not parked."""
    return bool(
        Delivery.objects.filter(pk=delivery_id, state=Delivery.State.PARKED).update(
            state=Delivery.State.WAITING, attempts=0, next_at=now()
        )
    )


def sweep(at: datetime, *, older_than: timedelta = timedelta(days=90), limit: int = 10_000) -> int:
    """Forget events older than `older_than` whose deliveries are all done, at most `limit`; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with old as (
                select id from kit_outboxevent e where at < %s and fanned_at is not null
                and not exists (select 1 from kit_delivery d where d.event_id = e.id and d.state <> 'done')
                order by id limit %s
            ), done as (delete from kit_delivery d using old where d.event_id = old.id)
            delete from kit_outboxevent e using old where e.id = old.id
            """,
            [at - older_than, limit],
        )
        return int(cursor.rowcount)


def _work_on_one_connection(stop: threading.Event, idle_seconds: float) -> None:
    listener = connections.create_connection("default")
    try:
        listener.ensure_connection()
        with listener.cursor() as cursor:
            cursor.execute(f"listen {CHANNEL}")
        while not stop.is_set():
            if deliver_once():
                continue
            with listener.cursor() as cursor:
                cursor.execute("select pg_try_advisory_lock(%s::int, %s::int)", ASLEEP)
                (asleep,) = cursor.fetchone()
            if not asleep:
                # Either somebody publishes at this moment and will not wake us, or another worker sleeps already.
                stop.wait(min(0.2, idle_seconds))
                continue
            try:
                # One last look: who published before we lay down has committed by now, who comes later wakes us.
                if not deliver_once():
                    for _ in listener.connection.notifies(timeout=idle_seconds, stop_after=1):
                        pass
            finally:
                with suppress(DatabaseError, psycopg.Error), listener.cursor() as cursor:
                    cursor.execute("select pg_advisory_unlock(%s::int, %s::int)", ASLEEP)
    finally:
        with suppress(DatabaseError, psycopg.Error):
            listener.close()


def _fan_out(limit: int) -> int:
    """Give each new event one delivery row per handler, in one statement."""
    known = subscriptions()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with fresh as (
                select id, name from kit_outboxevent where fanned_at is null
                order by id limit %s for update skip locked
            ), deliveries as (
                insert into kit_delivery (event_id, event_name, handler, state, attempts, error, next_at)
                select fresh.id, fresh.name, h.handler, 'waiting', 0, '', statement_timestamp()
                from fresh
                join unnest(%s::text[], %s::text[]) with ordinality as h(event, handler, place) on h.event = fresh.name
                order by fresh.id, h.place
                on conflict (event_id, handler) do nothing
            )
            update kit_outboxevent e set fanned_at = clock_timestamp() from fresh where e.id = fresh.id
            """,
            [limit, [s.event.name for s in known], [s.name for s in known]],
        )
        return int(cursor.rowcount)


def _deliver_next() -> bool:
    """Do one due delivery, if there is one."""
    with transaction.atomic():
        row = _lock_next()
        if row is None:
            return False
        subscription = _subscriptions.get(row.handler)
        if subscription is None:
            _park(row, f"没有名为 {row.handler} 的处理程序；它可能已改名或移走。")
            return True
        event = _load(row, subscription)
        if event is None:
            return True
        if not subscription.outside:
            try:
                with transaction.atomic():
                    subscription.handler(event)
                _mark_done(row)
            except Exception as failure:
                _mark_failed(row, failure)
            return True
        # The lease is committed before the handler runs, so that a worker that dies here loses nothing but time.
        row.attempts += 1
        row.next_at = now() + LEASE
        row.save(update_fields=["attempts", "next_at"])
    _deliver_outside(row, subscription, event)
    return True


def _deliver_outside(row: Delivery, subscription: Subscription, event: Event) -> None:
    try:
        subscription.handler(event)
        _mark_done(row)
    except Exception as failure:
        row.attempts -= 1
        _mark_failed(row, failure)


def _lock_next() -> Delivery | None:
    """The due delivery that has waited longest, locked; rows other workers hold are passed over."""
    found = Delivery.objects.raw(
        """
        select * from kit_delivery where state = 'waiting' and next_at <= clock_timestamp()
        order by next_at, id limit 1 for update skip locked
        """
    )
    return next(iter(found), None)


def _load(row: Delivery, subscription: Subscription) -> Event | None:
    """The event of a delivery; one that cannot be read is parked, since no retry would mend it."""
    payload = OutboxEvent.objects.filter(pk=row.event_id).values_list("payload", flat=True).first()
    if payload is None:
        _park(row, "事件记录已不在发件箱中。")
        return None
    try:
        return subscription.event.from_payload(payload)
    except (TypeError, ValueError, KeyError) as unreadable:
        _park(row, f"事件内容与现在的定义不符：{_say(unreadable)}")
        return None


def _mark_done(row: Delivery) -> None:
    Delivery.objects.filter(pk=row.pk).update(state=Delivery.State.DONE, done_at=now(), error="")


def _mark_failed(row: Delivery, failure: Exception) -> None:
    attempts = row.attempts + 1
    parked = attempts >= MAX_ATTEMPTS
    logger.warning(
        "outbox delivery failed: event=%s handler=%s attempt=%s parked=%s cause=%s",
        row.event_id,
        row.handler,
        attempts,
        parked,
        type(failure).__name__,
    )
    Delivery.objects.filter(pk=row.pk).update(
        attempts=attempts,
        state=Delivery.State.PARKED if parked else Delivery.State.WAITING,
        next_at=now() + retry_delay(attempts),
        error=_say(failure),
    )


def _park(row: Delivery, reason: str) -> None:
    logger.error("outbox delivery parked: event=%s handler=%s", row.event_id, row.handler)
    Delivery.objects.filter(pk=row.pk).update(state=Delivery.State.PARKED, error=reason)


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after the given number of failures: 2 s, 6 s, 18 s … one hour, each a quarter more or less."""
    seconds = min(2 * 3 ** (attempts - 1), 3600)
    return timedelta(seconds=seconds * (0.75 + secrets.randbelow(501) / 1000))


def _say(failure: BaseException) -> str:
    """Kind and first line only: the lines after it may quote a row, and with it somebody's data."""
    lines = str(failure).splitlines()
    text = f"{type(failure).__name__}: {lines[0] if lines else ''}"
    return text.replace("\x00", "").encode("utf-8", "backslashreplace").decode()[:300]


def _plain(value: object, field: str) -> Any:
    """The JSON form of an allowed value."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise EventFieldError(f"{field}: an event carries codes, not texts of {len(value)} characters")
        return str(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise EventFieldError(f"{field}: a moment without a time zone")
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item, field) for item in value]
    raise EventFieldError(f"{field}: {type(value).__name__} is not an id, a code or a time")


def _revive(value: Any, kind: Any) -> Any:
    """The Python value of a JSON value whose declared type is `kind`."""
    if value is None:
        return None
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        (inner,) = [arg for arg in typing.get_args(kind) if arg is not type(None)]
        return _revive(value, inner)
    if origin is tuple:
        args = typing.get_args(kind)
        kinds = [args[0]] * len(value) if args[1:] == (Ellipsis,) else args
        return tuple(_revive(item, each) for item, each in zip(value, kinds, strict=True))
    if origin is Literal:
        return value
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if kind is UUID:
        return UUID(value)
    return kind(value)


def _kinds(cls: type[Event]) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}
