"""Inside the copy: the process that plays. Reads what is asked from standard input, says a line of JSON a day on standard output.

Run by `running`, with `DATABASE_URL` naming the copy. It refuses any database that does not bear the mark of a made-up ledger.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yimen.house.drilling.acts import Playing
    from yimen.house.drilling.crew import Crew
    from yimen.house.simulate.world import World
    from yimen.watch.drills.rules import Parameters

Say = Callable[[dict[str, Any]], None]


def main() -> None:
    """The process."""
    from yimen.house.bonds import die_with_parent

    die_with_parent()
    asked = json.loads(sys.stdin.readline())
    import django

    django.setup()
    from yimen.ground.kit.refusals import Refusal
    from yimen.house.drilling.crew import Workers, silence
    from yimen.watch.drills.rules import Parameters

    def say(line: dict[str, Any]) -> None:
        print(json.dumps(line, ensure_ascii=False), flush=True)

    silence()
    try:
        parameters = Parameters.from_data(asked["parameters"])
        with ExitStack() as ending:

            def crew() -> Crew:
                return ending.enter_context(Workers(parameters.workers))

            say({"results": play(parameters, datetime.fromisoformat(asked["at"]), crew, say)})
    except Refusal as refused:
        say({"refused": refused.message, "next_step": refused.next_step})
        sys.exit(1)


def play(
    asked: Parameters, at: datetime, crew: Callable[[], Crew], say: Say, world: World | None = None
) -> dict[str, Any]:
    """Play in the connected database, which must be made up, and give the results (docs/howto/drill.md).

    `crew` is called before anything is drawn; `world` spares reading it where it is known. Raises `Conflict`,
    `NothingToSimulate`.
    """
    from yimen.ground.calendar.selectors import work_calendar
    from yimen.ground.kit import moments
    from yimen.ground.kit.moments import day_of
    from yimen.ground.matters.services import in_its_own_time, is_synthetic
    from yimen.ground.organisations.models import Window
    from yimen.house.drilling import arriving, history, playing
    from yimen.house.drilling.acts import Cast
    from yimen.house.drilling.counting import Counts
    from yimen.house.drilling.hours import Hall
    from yimen.house.simulate.world import read_world

    if not is_synthetic():
        raise _not_a_drill()
    begin = _begin(asked, at)
    end = playing.last_moment(day_of(begin) + timedelta(days=asked.days - 1))
    games: list[playing.Play] = []
    moments.keep_time(lambda: games[0].now if games else begin)
    try:
        with in_its_own_time():
            say(
                {
                    "doing": "正在准备",
                    "first_day": str(day_of(begin)),
                    "last_day": str(day_of(end - timedelta(seconds=1))),
                }
            )
            world = world or read_world(begin, end, asked.seed)
            _close(asked, world, begin)
            hall = Hall(world, asked, dict(Window.objects.values_list("pk", "number")))
            calendar = work_calendar()
            habits, past = history.habits(world.items, calendar, at)
            days = list(hall.days(begin, end))
            hands = crew()  # before anything draws: a forked process has none of our threads
            arrivals = [
                each
                for each in arriving.draw(world.items, habits, days, calendar, hall.sessions, asked)
                if begin <= each.at < end
            ]
            cast = Cast(begin, _paper(begin))
            counts = Counts.beginning(world.items, asked.patience, moments.host_time(), with_stock=asked.since is None)

            def told(moment: datetime, said: str) -> None:
                done = ((moment - begin) / (end - begin)) if end > begin else 1
                say({"doing": said, "progress": min(99, int(100 * done))})

            game = playing.Play(world, arrivals, asked, hall, cast, hands, counts, begin, end, told)
            games.append(game)
            if asked.since is None:
                game.stock(list(_stock(world, asked.seed)))
            else:
                _leave_alone()
            game.run()
            return _results(game, counts, hall, past)
    finally:
        moments.keep_time(None)


def _results(game: Any, counts: Any, hall: Any, past: int) -> dict[str, Any]:
    found: dict[str, Any] = counts.results(hall.people)
    return found | {
        "first_day": str(game.begin.date()),
        "last_day": str((game.end - timedelta(seconds=1)).date()),
        "acts": game.acts,
        "refusals": [
            {"act": act, "code": code, "count": count, "said": game.words[act, code]}
            for (act, code), count in sorted(game.refusals.items())
        ],
        "given_up": game.given_up,
        "history": past,
        "unknown": hall.unknown(),
        "proof": counts.proof(),
    }


def _begin(asked: Parameters, at: datetime) -> datetime:
    """The first moment: the first day's midnight, or now, after whatever stands in the ledger already."""
    from django.db import connection

    from yimen.ground.kit.moments import CHINA, local

    if asked.since is not None:
        return datetime.combine(asked.since, datetime.min.time(), tzinfo=CHINA)
    with connection.cursor() as cursor:
        cursor.execute("select max(happened_at) from matters_step")
        last = cursor.fetchone()[0]
    begin = local(at).replace(microsecond=0)
    return begin if last is None or local(last) < begin else local(last) + timedelta(seconds=1)


def _close(asked: Parameters, world: World, at: datetime) -> None:
    """The extra closures, as a real emergency closure would be brought in: registered, previewed, applied to the open matters."""
    from yimen.ground.identity.rules import SYSTEM
    from yimen.ground.matters import services as matters

    divisions = sorted({item.division for item in world.items})
    outermost = [code for code in divisions if not any(code != other and code.startswith(other) for other in divisions)]
    for number, span in enumerate(asked.closed, 1):
        for division in outermost:
            paper = matters.ClosurePaper(
                first=span.first, last=span.last, name="演练停办", division=division, document_number=f"演练〔{number}〕",
                title="演练：临时停办", reason="演练参数", issued_on=min(span.first, at.date()),
            )  # fmt: skip
            change = matters.register_closure(actor=SYSTEM, paper=paper, at=at)
            preview = matters.work_through(matters.preview_change(actor=SYSTEM, change=change, at=at), at=at)
            applied = matters.apply_recalculation(actor=SYSTEM, recalculation=preview, at=at)
            matters.work_through(applied, at=at)


def _paper(at: datetime) -> int:
    """The one file that every invented applicant hands in."""
    from yimen.ground.identity.rules import SYSTEM
    from yimen.house.demo.papers import paper

    return paper("演练材料", SYSTEM, at)


def _stock(world: World, seed: int) -> list[Playing]:
    """The cases that are open in the copy, as far as somebody of the world deals with their items."""
    from django.db import connection

    from yimen.house.drilling.acts import Applicant, Playing
    from yimen.house.drilling.arriving import Arrival

    items = {item.item_id: place for place, item in enumerate(world.items)}
    with connection.cursor() as cursor:
        cursor.execute(
            """select m.id, m.code, m.applicant_id, m.applicant_name, m.opened_at, c.item_id, c.corrections, c.accepted_at,
                      m.channel
                 from matters_matter m join cases_case c on c.matter_id = m.id
                where m.closed_at is null and m.applicant_id is not null order by m.id"""
        )
        rows = cursor.fetchall()
    found = []
    for matter_id, code, party, name, opened, item_id, corrections, accepted, channel in rows:
        if item_id not in items:
            continue
        rng = random.Random(f"{seed}|{code}")  # noqa: S311  (a play, nothing secret)
        item = world.items[items[item_id]]
        plan = Arrival(
            at=opened, item=items[item_id], walk_in=channel == "window", variant=0, missing=False,
            back_after=rng.randint(1, 9), refused=False, pace=1 + int(item.limit * rng.random() * 0.8), post=rng.random() < 0.25,
            fetch_after=rng.randint(0, 3),
        )  # fmt: skip
        found.append(
            Playing(
                item,
                plan,
                Applicant(party, name),
                code,
                matter_id,
                corrected=bool(corrections),
                accepted_at=accepted,
            )
        )
    return found


def _leave_alone() -> None:
    """A drill of other days begins with an empty hall: what stands open in the copy is none of its business."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("update matters_matter set watch_at = null where watch_at is not null")


def _not_a_drill() -> Exception:
    from yimen.ground.kit.refusals import Conflict

    return Conflict(
        "这个数据库没有演练的标记，不能在里面演练，没有动任何数据。", next_step="请用 yimen drill，它会先做一份副本。",
        code="not_a_drill",
    )  # fmt: skip


if __name__ == "__main__":
    main()
