"""Three sweepers, each a process of its own, over the same matters: every colour change exactly once, with real commits."""

from __future__ import annotations

import multiprocessing
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import Count

from yimen.ground.kit.moments import now
from yimen.ground.matters import tallies, watching
from yimen.ground.matters.models import Matter, Tally
from yimen.ground.matters.tests.stage import clerk, errand
from yimen.watch.supervision.models import LightChange

MATTERS = 150


def _sweep(found: Any) -> None:
    """One sweeper: a process with a connection of its own."""
    found.put(watching.sweep_all(watching.database_now(), most=7).looked)
    connections.close_all()


@pytest.mark.commits
def test_three_processes_write_each_change_once(committed_db: Any) -> None:
    with transaction.atomic():
        actor = clerk()
        for _ in range(MATTERS):
            errand(actor)
    at = now()
    with connection.cursor() as cursor:
        cursor.execute(
            "update matters_matter set due_at = %s, due_on = %s, watch_at = %s",
            [at - timedelta(days=1), (at - timedelta(days=1)).date(), at],
        )
    connections.close_all()
    context = multiprocessing.get_context("fork")
    looked: Any = context.Queue()
    sweepers = [context.Process(target=_sweep, args=(looked,)) for _ in range(3)]
    for each in sweepers:
        each.start()
    assert sum(looked.get(timeout=60) for _ in sweepers) == MATTERS
    for each in sweepers:
        each.join(60)
    assert Matter.objects.filter(light="red", watch_at__gt=at).count() == MATTERS, "looked at again for what follows"
    assert LightChange.objects.count() == MATTERS
    assert not LightChange.objects.values("matter").annotate(n=Count("id")).filter(n__gt=1).exists()
    assert tallies.recount(at) == []
    assert tallies.total(Tally.objects.filter(what="open", light="red")) == MATTERS
