"""Two-character search over 23 000 items: what a person sees while typing, and the first page of what was found."""

from __future__ import annotations

import random
import time
from statistics import median

from bench.crew import crew
from bench.report import Row
from bench.rounds import take_turns
from bench.server import Server

ITEMS = 23_000


def _pairs(text: str) -> list[str]:
    return [text[place : place + 2] for place in range(0, len(text), 2)]


PLACES = _pairs(
    "食品药品烟草卫生建筑道路消防环境林木水利渔业种子兽药旅馆网吧印刷出版电影演出学校幼儿职业劳务社会残疾养老婚姻"
)
THINGS = _pairs("经营生产运输销售施工占用采集捕捞繁育加工储存进口广告培训服务机构场所设施车辆船舶人员资格项目工程产品")
KINDS = _pairs("许可备案登记审批核准认定注销变更延续补办验收年检确认给付奖励公示")
TAILS = ("（新办）", "（变更）", "（延续）", "核发", "审查", "（县级权限）", "初审", "")


def measure(server: Server, *, rounds: int, times: int, items: int) -> list[Row]:
    """The rows of the table."""
    with crew("searching:fill", server.environment("search", as_owner=True), 1) as filler:
        filler.order({"items": items})
    with crew("searching:ask", server.environment("search"), 1) as worker:
        rivals = {how: lambda h=how: worker.order({"how": h, "times": times})[0] for how in ("suggest", "find")}  # type: ignore[misc]
        for warm in rivals.values():
            warm()
        scores = take_turns(rivals, rounds)
    return [
        Row(f"two-character search over {items:,} items, p50, type-ahead", scores.median("suggest"), "ms", 2, 0.3, "less"),
        Row(f"two-character search over {items:,} items, p50, first page of 20 with all it shows", scores.median("find"),
            "ms", None, None, "less", "20 rows of three tables through the ORM"),
    ]  # fmt: skip


# Inside a worker


def title(number: int) -> str:
    """An invented title, different for each number."""
    number, tail = divmod(number, len(TAILS))
    number, kind = divmod(number, len(KINDS))
    number, thing = divmod(number, len(THINGS))
    return f"{PLACES[number % len(PLACES)]}{THINGS[thing]}{KINDS[kind]}{TAILS[tail]}"


def fill(items: int) -> int:
    """Clone the town's first item so often, and write the search rows with the catalogue's own code."""
    from django.db import connection, transaction

    with transaction.atomic():
        clone(items)
        index(items)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    return items


def clone(items: int) -> None:
    """So many items with one edition each, their ids from 1 000 001 on."""
    from django.db import connection

    every = len(TAILS) * len(KINDS) * len(THINGS) * len(PLACES)
    titles = [title(number * every // items) for number in range(items)]  # spread over all of them, to the last word
    with connection.cursor() as cursor:
        cursor.execute("create temp table fresh (n int, title text)")
        with cursor.copy("copy fresh from stdin") as copy:
            for number, each in enumerate(titles, 1):
                copy.write_row((number, each))
        cursor.execute(
            "insert into catalogue_serviceitem select (jsonb_populate_record(i, jsonb_build_object("
            " 'id', 1000000 + n, 'name', title, 'code', 'BENCH' || n, 'current_id', null,"
            " 'code31', left(code31, 26) || lpad(n::text, 5, '0'), 'uid', gen_random_uuid()))).*"
            " from catalogue_serviceitem i, fresh where i.id = (select min(id) from catalogue_serviceitem)"
        )
        cursor.execute(
            "insert into catalogue_itemedition select (jsonb_populate_record(e, jsonb_build_object("
            " 'id', 1000000 + n, 'name', title, 'item_id', 1000000 + n, 'uid', gen_random_uuid()))).*"
            " from catalogue_itemedition e, fresh"
            " where e.id = (select current_id from catalogue_serviceitem where id < 1000000 order by id limit 1)"
        )
        cursor.execute("update catalogue_serviceitem set current_id = id where id > 1000000")


def index(items: int) -> None:
    """The search rows of the clones, by the catalogue's own code."""
    from yimen.service.catalogue import search

    for first in range(1_000_001, 1_000_001 + items, 2000):
        search.rewrite(range(first, min(first + 2000, 1_000_001 + items)))
    search.bump_version()


def ask(how: str, times: int) -> float:
    """Milliseconds for one search, the median of so many different ones."""
    from yimen.service.catalogue import search

    dice = random.Random(7)
    texts = [dice.choice(dice.choice((PLACES, THINGS, KINDS))) for _ in range(times)]
    search.current_index()
    took = []
    for text in texts:
        began = time.perf_counter()
        found = search.suggest(text) if how == "suggest" else search.find(search.Query(text=text)).items
        took.append((time.perf_counter() - began) * 1000)
        if not found:
            raise RuntimeError(f"nothing found for {text}")
    return median(took)
