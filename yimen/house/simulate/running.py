"""One simulation from end to end: stories drawn here, put into rows by worker processes, written here batch by batch.

Each batch is one transaction with its counters and seals, so that a run broken off leaves a whole ledger of what it had
done. Memory does not grow with the number of cases.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from multiprocessing.pool import Pool

from django.db import connection, connections, transaction

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit import audit, keyring
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.kit.refusals import Conflict, Refusal
from yimen.ground.matters.fast_forward import mark_synthetic
from yimen.ground.matters.sealing import BATCH, MAC_PURPOSE, SEAL_LOCK, SIGN_PURPOSE, append_seal
from yimen.house.simulate import rendering
from yimen.house.simulate.copying import TABLES, statement
from yimen.house.simulate.plotting import Plotter, Story, day_number, volumes
from yimen.house.simulate.rendering import LETTERS, Batch, Rendered, series_of
from yimen.house.simulate.world import World, read_world
from yimen.service.cases import rules

PORTION = 1000
"""Cases of one batch."""

ALONE = 4000
"""Up to so many cases no worker process is worth its start."""

KEEP_LETTERS = 20_000
"""Up to so many cases the letters are written too; beyond, only their numbers."""

FIRST_PARTY_NUMBER = 100_000
PARTY_SERIES = "simulate:party"
SIMULATE_LOCK = 20260103


class NotForSimulation(Refusal):
    """Nothing may be made up here."""

    code = "not_for_simulation"


class NumbersMoved(Conflict):
    """Somebody took numbers of the same series while the simulation ran."""

    code = "numbers_moved"


@dataclass(slots=True)
class Plan:
    """What to simulate. Days of `first` to `until`; `letters` None decides by the number of cases."""

    cases: int
    seed: int
    until: datetime
    first: date | None = None
    letters: bool | None = None
    workers: int | None = None
    synthetic: bool = True

    def begins(self) -> date:
        """The first day: three months for few cases, two years for very many."""
        if self.first is not None:
            return self.first
        days = min(max(92, self.cases // 1300), 680)
        return day_of(self.until) - timedelta(days=days)


@dataclass(slots=True)
class Done:
    """What a run wrote."""

    cases: int = 0
    closed: int = 0
    parties: int = 0
    steps: int = 0
    rows: int = 0
    seconds: float = 0.0
    first: str = ""
    until: str = ""
    seed: int = 0
    letters: bool = False

    @property
    def rows_per_second(self) -> int:
        """Rows written in a second, everything included."""
        return int(self.rows / self.seconds) if self.seconds else 0


@dataclass(slots=True)
class _Counters:
    """Numbers taken from the series of `kit_serial`: where each stood, and where it stands now."""

    last: dict[str, int]
    before: dict[str, int] = field(default_factory=dict)

    def take(self, series: str) -> int:
        """The next number of a series."""
        last = self.last.get(series, 0)
        self.before.setdefault(series, last)
        self.last[series] = last + 1
        return last + 1

    def moved(self) -> list[tuple[str, int, int]]:
        """(series, where it stood, where it stands) of those used since the last call."""
        found = [(series, before, self.last[series]) for series, before in self.before.items()]
        self.before = {}
        return found


def run(plan: Plan, say: Callable[[str], None] = lambda line: None) -> Done:
    """Simulate. Raises `NotForSimulation`, `LedgerIsReal`, `NothingToSimulate`, `NumbersMoved`."""
    started = time.monotonic()
    first, until = plan.begins(), plan.until.astimezone(CHINA)
    with transaction.atomic():
        mark_synthetic()
    world = read_world(datetime(first.year, first.month, first.day, 8, tzinfo=CHINA), until, plan.seed)
    letters = plan.cases <= KEEP_LETTERS if plan.letters is None else plan.letters
    done = Done(first=first.isoformat(), until=until.isoformat(), seed=plan.seed, letters=letters)
    for purpose in (MAC_PURPOSE, SIGN_PURPOSE, "field", "index"):
        keyring.ring().current(purpose)  # made before the workers start, so that they all have the same
    with _rendering(world, plan) as render, _only_one():
        counters = _Counters(_serials())
        waiting: deque[tuple[Batch, list[tuple[str, int, int]], Callable[[], Rendered]]] = deque()
        for stories, parties in _portions(world, plan, first, until, counters):
            batch = _batch(stories, parties, letters, len(waiting) + done.cases * 31 + plan.seed)
            waiting.append((batch, counters.moved(), render(batch)))
            if len(waiting) > 4:
                _write(waiting.popleft(), done)
                if done.cases % 50_000 < PORTION:
                    say(f"已写入 {done.cases} 件……")
        while waiting:
            _write(waiting.popleft(), done)
        done.seconds = time.monotonic() - started
        _record(done)
    return done


@contextmanager
def _only_one() -> Iterator[None]:
    """One simulation of a database at a time."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [SIMULATE_LOCK])
        if not cursor.fetchone()[0]:
            raise NotForSimulation("另一个模拟正在这个数据库里进行。", next_step="请等它结束后再运行。")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [SIMULATE_LOCK])


@contextmanager
def _rendering(world: World, plan: Plan) -> Iterator[Callable[[Batch], Callable[[], Rendered]]]:
    """A function that starts rendering a batch and returns a function that waits for it."""
    workers = plan.workers if plan.workers is not None else min(os.cpu_count() or 1, 4)
    can_fork = "fork" in multiprocessing.get_all_start_methods()
    if plan.cases <= ALONE or workers < 2 or not can_fork or connection.in_atomic_block:
        rendering.begin(world, alone=True)

        def here(batch: Batch) -> Callable[[], Rendered]:
            made = rendering.render(batch)
            return lambda: made

        yield here
        return
    connections.close_all()  # a forked process must not share a connection
    pool: Pool
    with multiprocessing.get_context("fork").Pool(workers, rendering.begin, (world,)) as pool:

        def there(batch: Batch) -> Callable[[], Rendered]:
            return pool.apply_async(rendering.render, (batch,)).get

        yield there


def _portions(
    world: World, plan: Plan, first: date, until: datetime, counters: _Counters
) -> Iterator[tuple[list[Story], list[tuple[str, int]]]]:
    """Stories in the order of their submission, numbered, with the parties they belong to."""
    rng = random.Random(plan.seed)  # noqa: S311  (invented stories, nothing secret)
    plotter = Plotter(world, rng, first, until)
    stories: list[Story] = []
    for ordinal, count in volumes(plotter.days, first, until.date(), plan.cases, rng):
        for opened_at, place, desk in plotter.arrivals(ordinal, count):
            item = world.items[place]
            if counters.last.get(rules.series(item.code31, date.fromordinal(ordinal)), 0) >= rules.LAST_OF_DAY:
                place = min(
                    range(len(world.items)), key=lambda each: counters.last.get(_series(world, each, ordinal), 0)
                )
            story = plotter.plot(place, desk if desk < len(world.items[place].desks) else 0, opened_at)
            _number(story, world, counters)
            stories.append(story)
            if len(stories) == PORTION:
                yield stories, _parties(stories, world, rng, counters)
                stories = []
    if stories:
        yield stories, _parties(stories, world, rng, counters)


def _series(world: World, place: int, ordinal: int) -> str:
    return rules.series(world.items[place].code31, date.fromordinal(ordinal))


def _number(story: Story, world: World, counters: _Counters) -> None:
    """The case's number of the day, and the number of each letter."""
    item = world.items[story.item]
    story.serial = counters.take(_series(world, story.item, day_number(story.opened_at)))
    for act in story.acts:
        if act.action in LETTERS:
            year = date.fromordinal(day_number(act.at)).year
            story.letters.append((counters.take(f"letter:{series_of(item, act.action)}:{year}"), year))
        else:
            story.letters.append((0, 0))


def _parties(stories: list[Story], world: World, rng: random.Random, counters: _Counters) -> list[tuple[str, int]]:
    """Two parties for three cases, each of the kind that its form was filled in for; sets each story's party."""
    found: list[tuple[str, int]] = []
    known: dict[str, list[int]] = {"natural": [], "legal": []}
    for story in stories:
        kind = world.items[story.item].variants[story.variant].filled.kind
        mine = known[kind]
        if mine and rng.random() < 0.35:
            story.party = mine[rng.randrange(len(mine))]
            continue
        story.party = len(found)
        mine.append(len(found))
        found.append((kind, FIRST_PARTY_NUMBER + counters.take(PARTY_SERIES)))
    return found


def _batch(stories: list[Story], parties: list[tuple[str, int]], letters: bool, seed: int) -> Batch:
    return Batch(
        stories=stories,
        matter_ids=_ids("matters_matter", len(stories)),
        parties=parties,
        party_ids=_ids("identity_party", len(parties)),
        letters=letters,
        seed=seed,
    )


def _ids(table: str, count: int) -> list[int]:
    """The next ids of a table, taken from its own sequence."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select array_agg(nextval(pg_get_serial_sequence(%s, 'id')) order by n) from generate_series(1, %s) n",
            [table, count],
        )
        return list(cursor.fetchone()[0])


def _serials() -> dict[str, int]:
    """Where every series that the simulation may use stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select series, last from kit_serial where series like 'case:%%' or series like 'letter:%%' or series = %s",
            [PARTY_SERIES],
        )
        return dict(cursor.fetchall())


def _write(ready: tuple[Batch, list[tuple[str, int, int]], Callable[[], Rendered]], done: Done) -> None:
    """One batch: rows, counters, seals, in one transaction."""
    batch, moved, wait = ready
    made = wait()
    step_ids = _ids("matters_step", len(made.steps))
    steps = b"".join(b"%d\t%s" % pair for pair in zip(step_ids, made.steps, strict=True))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [SEAL_LOCK])
        for name in TABLES:
            content = steps if name == "step" else made.tables[name]
            if content:
                with cursor.copy(statement(name)) as copy:
                    copy.write(content)
            done.rows += content.count(b"\n")
        _move_counters(moved)
        for start in range(0, len(step_ids), BATCH):
            append_seal(list(zip(step_ids[start : start + BATCH], made.links[start : start + BATCH], strict=True)))
    done.rows += len(step_ids)  # a seal entry each
    done.cases += len(batch.stories)
    done.parties += len(batch.parties)
    done.steps += len(step_ids)
    done.closed += made.closed


def _move_counters(moved: list[tuple[str, int, int]]) -> None:
    """Let the series go on after the numbers that were used; raises `NumbersMoved` where somebody else took some."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with used as (select * from unnest(%s::text[], %s::bigint[], %s::bigint[]) as u(series, before, last))
            insert into kit_serial as s (series, last) select series, last from used
            on conflict (series) do update set last = excluded.last
            where s.last = (select before from used where used.series = excluded.series)
            """,
            [list(column) for column in zip(*moved, strict=True)],
        )
        if cursor.rowcount != len(moved):
            raise NumbersMoved(
                "模拟期间有人在同一个数据库里办件，编号会重复，这一批没有写入。",
                next_step="请停止网站后再运行模拟；已写入的各批完整有效。",
            )


def _record(done: Done) -> None:
    with transaction.atomic():
        audit.record(
            "house.simulate",
            actor=SYSTEM,
            target_kind="ledger",
            facts={
                "cases": done.cases,
                "steps": done.steps,
                "seed": done.seed,
                "first": done.first,
                "until": done.until,
            },
        )
