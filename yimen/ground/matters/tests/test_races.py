"""Contested acts with real commits: of all who try at once one wins, and the ledger stays whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import combinations_with_replacement
from threading import Barrier

import pytest
from django.db import connection, connections, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import now
from yimen.ground.kit.numbering import next_number
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters import sealing, services
from yimen.ground.matters.models import Matter, Step
from yimen.ground.matters.tests.stage import account, clerk, errand, reread

pytestmark = pytest.mark.commits

Act = Callable[[int, Actor], object]


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Run every act in a thread with a connection of its own, all released together; refusals are results."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        connection.ensure_connection()
        gate.wait(30)
        try:
            return act()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(60) for future in [pool.submit(run, act) for act in acts]]


def test_fifty_claims_have_one_winner(committed_db: object) -> None:
    opened = errand(clerk())
    people = [clerk(f"{n} 号", account_id=account(f"clerk{n}")) for n in range(50)]
    results = at_once([partial(services.claim, matter_id=opened.matter_id, actor=who, at=now()) for who in people])
    kinds = Counter(type(result).__name__ for result in results)
    assert kinds == {"Taken": 1, "AlreadyClaimed": 49}
    winner = next(who for who, result in zip(people, results, strict=True) if isinstance(result, services.Taken))
    assert reread(opened).person_id == winner.account_id
    assert Step.objects.filter(matter=opened.matter_id, action="claim").count() == 1


CONTESTED: dict[str, Act] = {
    "pause": lambda m, who: services.take_step(matter=m, action="pause", actor=who, at=now()),
    "extend": lambda m, who: services.take_step(
        matter=m, action="extend", actor=who, at=now(), extend_by=2, facts={"reason": "疑难"}
    ),
    "finish": lambda m, who: services.take_step(matter=m, action="finish", actor=who, at=now()),
    "claim": lambda m, who: services.claim(matter_id=m, actor=who, at=now()),
    "hold": lambda m, who: services.place_hold(matter_id=m, kind="bill", point="finish", reason="未缴费", at=now()),
    "stale": lambda m, who: services.take_step(matter=m, action="pause", actor=who, at=now(), seen=1),
}


def test_every_pair_of_contested_acts_leaves_one_history(committed_db: object) -> None:
    people = [clerk("甲", account_id=account("jia")), clerk("乙", account_id=account("yi"))]
    for first, second in combinations_with_replacement(sorted(CONTESTED), 2):
        opened = errand(people[0])
        pair = zip((first, second), people, strict=True)
        acts: list[Callable[[], object]] = [partial(CONTESTED[name], opened.matter_id, who) for name, who in pair]
        results = at_once(acts)
        done = sum(not isinstance(result, Refusal) for result in results)
        assert all(result is None or isinstance(result, services.Taken | Refusal) for result in results), (
            first,
            second,
            results,
        )
        matter = reread(opened)
        assert done >= 1, (first, second, results)
        assert matter.version == matter.last_seq == 1 + done, (first, second, results)
        if matter.outcome == "done":
            last = Step.objects.get(matter=matter, seq=matter.last_seq)
            assert last.action == "finish", (first, second)
    while sealing.seal_once():
        pass
    assert sealing.verify().sound


def test_numbers_are_distinct_and_without_gap(committed_db: object) -> None:
    def take_many() -> list[int]:
        taken = []
        for n in range(125):
            with transaction.atomic():
                number = next_number("series")
                if n % 25 == 24:
                    transaction.set_rollback(True)
                    continue
            taken.append(number)
        return taken

    results = at_once([take_many] * 16)
    numbers = [number for result in results for number in result]  # type: ignore[attr-defined]
    assert sorted(numbers) == list(range(1, 16 * 120 + 1))


def test_two_sealers_seal_each_step_once(committed_db: object) -> None:
    who = clerk()
    for _ in range(40):
        errand(who)
    at_once([lambda: sum(iter(lambda: sealing.seal_once(7), 0))] * 4)
    while sealing.seal_once():
        pass
    verdict = sealing.verify()
    assert verdict.sound, verdict.faults
    assert verdict.unsealed == 0
    assert Matter.objects.count() == 40
