"""The watch: what time alone does to a matter. Nothing here polls what is open; the database says what is due for a look.

Every matter whose clock runs carries the moment at which it is looked at next (`Matter.watch_at`). A sweep takes those whose
moment has come, holds them, shows them to each watcher, and writes the next moment. Several sweeps may run at once: each takes
what no other holds, so that nothing is done twice. A database that was down goes on where it stood.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from yimen.ground.kit.moments import local
from yimen.ground.matters.models import Matter

log = logging.getLogger(__name__)

PORTION = 200
"""So many matters are held by one sweep, for a fraction of a second."""

AGAIN = timedelta(minutes=10)
"""After so long a matter is looked at again with which a watcher could not deal."""

Look = Callable[[Sequence[Matter], datetime], Mapping[int, datetime | None]]
"""Given the matters and the moment: acts, and says for each (by id) when it wants to see it next; None or absent for never.

One watcher, the last in order, may set `light` of a matter it is shown; it is written when all have looked."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody who acts when time passes; `look` finds the matters locked, and runs in a transaction of its own."""

    name: str
    look: Look
    order: int


@dataclass(slots=True)
class Swept:
    """What a sweep did: how many matters it looked at, and with how many a watcher failed."""

    looked: int = 0
    failed: int = 0


_watchers: dict[str, Watcher] = {}


def database_now() -> datetime:
    """The moment as the database has it, in China's time."""
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return local(moment)


def register_watcher(name: str, look: Look, *, order: int = 50) -> None:
    """Let a module look at matters when their time comes; those of lower `order` look first."""
    _watchers[name] = Watcher(name, look, order)


def watchers() -> list[Watcher]:
    """Those who look, in their order."""
    return sorted(_watchers.values(), key=lambda each: (each.order, each.name))


def sweep(at: datetime, most: int = PORTION) -> Swept:
    """Look at up to so many matters whose moment has come by `at`; nobody else holds them meanwhile.

    Each matter is dealt with by itself where the portion as a whole could not be: one that fails is put off and logged, and
    stands in nobody's way.
    """
    with transaction.atomic():
        found = _held(at, most)
        if not found:
            return Swept()
        lights = {matter.pk: matter.light for matter in found}
        try:
            with transaction.atomic():
                _look(found, at)
        except Exception:
            # Which of them it was is found by taking them one by one.
            if len(found) == 1:
                return _put_off(found[0], at)
        else:
            return Swept(len(found))
        done = Swept()
        for matter in found:
            matter.light = lights[matter.pk]  # what a watcher said of it was undone with the portion
            try:
                with transaction.atomic():
                    _look([matter], at)
            except Exception:
                done.failed += _put_off(matter, at).failed
            done.looked += 1
        return done


def sweep_all(at: datetime, most: int = PORTION) -> Swept:
    """Sweep until nothing is due; what other sweeps hold is theirs."""
    total = Swept()
    while (done := sweep(at, most)).looked:
        total.looked += done.looked
        total.failed += done.failed
    return total


def watch_ahead(name: str, days: int) -> None:
    """Let the watch look at every clock at least so many calendar days before it ends; 0 takes the wish back.

    It holds for whatever is stepped upon from the next statement on; `look_again` brings it to what runs already.
    """
    with connection.cursor() as cursor:
        if not days:
            cursor.execute("delete from matters_watchahead where name = %s", [name])
            return
        cursor.execute(
            "insert into matters_watchahead (name, days) values (%s, %s)"
            " on conflict (name) do update set days = excluded.days where matters_watchahead.days <> excluded.days",
            [name, days],
        )


_LOOK_AGAIN = """
with those as (
    select id, light, procedure, watch_at, due_at,
           due_at - make_interval(days => greatest(%(days)s, (select max(days) from matters_watchahead))) as seen_from
    from matters_matter where closed_at is null and id > %(after)s order by id limit %(most)s
), thought as (
    select id, case when light <> '' or seen_from <= %(at)s then least(watch_at, %(at)s)
                    else least(watch_at, seen_from) end as next
    from those where due_at is not null and (procedure = any(%(procedures)s) or cardinality(%(procedures)s::text[]) = 0)
), turned as (
    update matters_matter m set watch_at = thought.next from thought
    where m.id = thought.id and m.closed_at is null and m.watch_at is distinct from thought.next
    returning 1
)
select coalesce((select max(id) from those), 0), (select count(*) from those), (select count(*) from turned)
"""


def look_again(after_id: int, most: int, *, days: int, procedures: Sequence[str], at: datetime) -> tuple[int, int]:
    """Bring a change of somebody's rules to the next open matters after this id: what shines, or ends within so many
    calendar days, is looked at by the next sweep; the others in time.

    `procedures` empty: all. Returns (last id looked at, 0 at the end; how many are to be looked at anew).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _LOOK_AGAIN, {"after": after_id, "most": most, "days": days, "procedures": list(procedures), "at": at}
        )
        last, seen, turned = cursor.fetchone()
    return (last if seen == most else 0), turned


def look_now(matter_id: int, at: datetime) -> None:
    """Look at one matter at once, if its moment has come and nobody else is at it."""
    with transaction.atomic():
        due = Matter.objects.filter(pk=matter_id, watch_at__lte=at)
        found = list(due.select_for_update(no_key=True, skip_locked=True))
        if found:
            _look(found, at)


def _held(at: datetime, most: int) -> list[Matter]:
    due = Matter.objects.filter(watch_at__lte=at).order_by("watch_at", "pk")
    return list(due.select_for_update(no_key=True, skip_locked=True)[:most])


def _look(found: Sequence[Matter], at: datetime) -> None:
    """Show them to each watcher; a matter that moved under one is not shown to the next, and comes again by its own moment."""
    versions = {matter.pk: matter.version for matter in found}
    wishes: dict[int, list[datetime]] = {pk: [] for pk in versions}
    staying = list(found)
    for watcher in watchers():
        for pk, moment in watcher.look(staying, at).items():
            if moment is not None:
                wishes[pk].append(moment)
        now = dict(Matter.objects.filter(pk__in=versions).values_list("pk", "version"))
        staying = [matter for matter in staying if now[matter.pk] == versions[matter.pk]]
        if not staying:
            return
    _write([(matter.pk, matter.version, min(wishes[matter.pk], default=None), matter.light) for matter in staying])


def _write(rows: Sequence[tuple[int, int, datetime | None, str]]) -> None:
    """When each is looked at next, and its light. Whoever took a step meanwhile has written another moment: it stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update matters_matter m set watch_at = x.next, light = x.light"
            " from unnest(%s::bigint[], %s::integer[], %s::timestamptz[], %s::text[]) as x(id, version, next, light)"
            " where m.id = x.id and m.version = x.version",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _put_off(matter: Matter, at: datetime) -> Swept:
    log.exception("the watch could not deal with matter %s", matter.code)
    Matter.objects.filter(pk=matter.pk, version=matter.version).update(watch_at=at + AGAIN)
    return Swept(1, 1)
