"""Two people at once: one takes a hand-over, one draft, one plan, one kind (real commits, a connection each)."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction

from tests.cast import Cast, build_cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Refusal
from yimen.ground.organisations.tests.at_once import at_once
from yimen.service.windows import services
from yimen.service.windows.models import Activation, HandOver, Paper, Pull, WindowService
from yimen.service.windows.tests import stage


@pytest.fixture
def committed_cast(committed_db: object) -> Cast:
    """The cast in a database where commits are real."""
    with transaction.atomic():
        return build_cast()


def ends(results: list[object]) -> tuple[int, int]:
    """How many went through, how many were refused."""
    refused = sum(isinstance(each, Refusal) for each in results)
    return len(results) - refused, refused


def test_everything_is_done_once(committed_cast: Cast) -> None:
    cast, contacts = committed_cast, services.contacts
    offered = stage.offered(cast)
    takers = [cast.actor(who) for who in ("zhao", "chen", "he")]
    taken = at_once([partial(contacts.take_over, asked=offered, actor=each, at=now()) for each in takers])
    assert ends(taken) == (1, 2)
    assert HandOver.objects.get().outcome == "taken"

    drafts = at_once([lambda: stage.draft(cast) for _ in range(3)])
    assert ends(drafts) == (1, 2) and Paper.objects.count() == 1

    manager, window = cast.actor("manager"), cast.windows["window3"]
    kinds = at_once([
        partial(services.set_kind, actor=manager, window=window, kind=kind, at=now())
        for kind in ("both", "natural", "legal")
    ])  # fmt: skip
    assert ends(kinds)[0] >= 1 and WindowService.objects.filter(ended_at__isnull=True).count() == 1

    paper = services.papers.submit_paper(actor=cast.actor("wang"), paper=Paper.objects.get(), at=now())
    services.papers.approve_paper(actor=manager, paper=paper, in_force_from=now().date(), at=now())
    wang = cast.actor("wang")
    plans = at_once(
        [lambda: services.start_contingency(actor=wang, window=window, reason="停电。", at=now()) for _ in range(3)]
    )
    assert ends(plans) == (1, 2) and Activation.objects.count() == 1

    pulls = at_once([lambda: stage.asked(cast) for _ in range(3)])
    assert ends(pulls) == (3, 0) and Pull.objects.values("matter__code").distinct().count() == 3
    pull, zhao = stage.pull_again(Pull.objects.order_by("pk")[0]), cast.actor("zhao")
    answers = at_once(
        [lambda: services.pulls.answer(pull=pull, actor=zhao, reason="不用另办。", at=now()) for _ in range(3)]
    )
    assert ends(answers) == (1, 2)
