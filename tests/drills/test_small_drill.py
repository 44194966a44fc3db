"""A small drill, from the copy to the result: the law acts by itself, once, with three workers; the source is only read."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import connection, transaction

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import CHINA, now
from yimen.ground.kit.refusals import Refusal
from yimen.house.drilling import running, scratch
from yimen.house.drilling.crew import Alone
from yimen.house.drilling.inside import play
from yimen.watch.drills import services
from yimen.watch.drills.models import DrillRun
from yimen.watch.drills.rules import Parameters, read_absences

SMALL = Parameters(days=4, since=date(2026, 9, 29), cases=8, seed=3)
SILENT = Parameters(
    days=48, since=date(2026, 9, 7), cases=24, seed=4, workers=3, missing=0.0, consult=1.0,
    items=("护士执业注册（延续）", "公共场所卫生许可证核发（新办）", "烟草专卖零售许可证延续"),
    absent=read_absences(["3", "审批岗", "首席代表", "主要负责人"]),
)  # fmt: skip
"""Nobody at window 3, and nobody who decides or answers for a department: the law has to act by itself."""
LAWS = {
    "deemed_accepted": "《行政许可法》第三十二条第一款第（四）项",
    "deemed_renewed": "《行政许可法》第五十条第二款",
    "opinion_default": "本中心联合办理规则（超时默认制）",
}


def played(asked: Parameters) -> dict[str, object]:
    """Played here and taken back."""
    with transaction.atomic():
        found = play(asked, datetime(2026, 11, 22, 12, tzinfo=CHINA), Alone, lambda line: None)
        transaction.set_rollback(True)
    return found


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")  # noqa: S608  (names of this test)
        return int(cursor.fetchone()[0])


@pytest.mark.timeout(300)
def test_the_same_seed_gives_the_same_result(hall: str) -> None:
    one, two = played(SMALL), played(SMALL)
    assert one == two
    assert one["totals"]["arrived"] > 0  # type: ignore[index]
    assert one["proof"]["broken_links"] == 0  # type: ignore[index]
    assert count("matters_matter") == 0


@pytest.mark.timeout(600)
def test_the_law_acts_by_itself_and_nothing_twice_with_three_workers(hall: str) -> None:
    asked = services.ask_drill(actor=SYSTEM, parameters=SILENT, at=now(), title="没有人")
    done = running.carry_out(asked, say=lambda line: None)
    assert done.state == "done", done.failure
    proof, effects = done.results["proof"], done.rows("effects")
    assert {row["effect"]: row["law"] for row in effects} == LAWS, (done.totals, done.results["refusals"])
    assert len({(row["matter"], row["effect"]) for row in effects}) == len(effects) == proof["effects"]
    assert len(effects) == done.totals["effects"] == sum(day["effects"] for day in done.rows("days"))
    assert all(row["basis"] == "statutory_effect" and row["step"] > 1 and row["action"] for row in effects)
    assert (proof["twice"], proof["without_step"], proof["broken_links"], proof["news_failed"]) == (0, 0, 0, 0)
    assert proof["news"] > 0
    # Over 国庆 a limit in working days stands still: nothing but an expiry falls due on a holiday.
    holidays = {f"2026-10-{day:02d}" for day in range(1, 8)}
    assert not any(row["happened_at"][:10] in holidays for row in effects if row["effect"] != "deemed_renewed")
    assert len(done.rows("days")) == 48
    # The source has its record, and nothing else.
    assert (count("matters_matter"), count("matters_step"), done.scratch) == (0, 0, "")
    assert scratch.left(running.owner_url()) == {}


def test_a_drill_whose_process_was_killed_is_cleared_up(hall: str) -> None:
    source = running.owner_url()
    killed = services.ask_drill(actor=SYSTEM, parameters=SMALL, at=now())
    name = f"{scratch.PREFIX}{killed.uid.hex[:12]}"
    services.begin_drill(killed, scratch=name, at=now())
    scratch._create(source, name, str(killed.uid))
    assert running.clear(source) == [name]
    killed.refresh_from_db()
    assert (killed.state, killed.scratch) == ("failed", "")
    assert scratch.left(source) == {}


def test_a_real_ledger_is_never_played_in(hall: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("alter table matters_ledgerhead disable trigger user")
        cursor.execute("update matters_ledgerhead set synthetic = false")
        with pytest.raises(Refusal, match="没有演练的标记"):
            play(SMALL, now(), Alone, lambda line: None)
        transaction.set_rollback(True)


def test_a_role_that_may_make_no_database_is_told_so(hall: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("drop role if exists drill_poor")
        cursor.execute("create role drill_poor login")
        cursor.execute("grant usage on schema public to drill_poor")
    try:
        source = running.owner_url()
        poor = source.replace("://" + source.split("://")[1].split("@")[0] + "@", "://drill_poor@")
        with pytest.raises(scratch.NoScratch, match="drill_poor 不能新建数据库"):
            scratch.demand_room(poor)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("drop owned by drill_poor")
            cursor.execute("drop role drill_poor")


def test_a_finished_drill_is_not_run_again(hall: str) -> None:
    run = services.ask_drill(actor=SYSTEM, parameters=SMALL, at=now())
    services.cancel_drill(actor=SYSTEM, drill=run, at=now())
    with pytest.raises(services.NotUnfinished):
        running.carry_out(run)
    assert DrillRun.objects.get().state == "cancelled"
