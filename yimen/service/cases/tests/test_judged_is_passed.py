"""What was judged is what is passed: judging and passing wait for each other, with real commits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Barrier

import pytest
from django.db import connections

from tests.cast import Cast, build_cast
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters.services import StalePage
from yimen.service.cases import services
from yimen.service.cases.models import CaseMaterial
from yimen.service.cases.services.judging import MaterialsUnchecked
from yimen.service.cases.tests.stage import accepted, case_of, matter_of, published, submitted


@pytest.mark.commits
def test_no_material_is_unjudged_in_a_case_that_was_passed(committed_db: object) -> None:
    cast = build_cast()
    zhao, gate = cast.actor("zhao"), Barrier(2)
    item = published(cast)

    def run(act: partial[object]) -> None:
        gate.wait(30)
        with suppress(Refusal):
            act()
        connections.close_all()

    for _ in range(8):
        code = accepted(cast, item=item)
        CaseMaterial.objects.filter(case=matter_of(code).pk).update(state="accepted")
        again = partial(services.check_material, code=code, order=1, state="provided", actor=zhao, at=now())
        passing = partial(services.pass_review, code=code, text="符合条件。", actor=zhao, at=now())
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(run, [again, passing]))
        left = case_of(code).materials.filter(state="provided").exists()
        assert matter_of(code).state == ("reviewing" if left else "deciding")


def test_the_rest_is_judged_in_one_act(cast: Cast) -> None:
    code = submitted(cast)
    CaseMaterial.objects.filter(case=matter_of(code).pk).update(state="provided")
    CaseMaterial.objects.filter(case=matter_of(code).pk, order=2).update(state="returned", note="缺页")
    before = AuditEntry.objects.filter(action="cases.check_material").count()
    assert services.check_rest(code=code, actor=cast.actor("wang"), at=now()) == 1
    assert dict(case_of(code).materials.values_list("order", "state")) == {1: "accepted", 2: "returned"}
    assert services.check_rest(code=code, actor=cast.actor("wang"), at=now()) == 0
    assert AuditEntry.objects.filter(action="cases.check_material").count() == before + 1


def test_judging_on_an_old_page_is_refused(cast: Cast) -> None:
    code = submitted(cast)
    old = matter_of(code).version
    services.correct_on_spot(code=code, reason="改错字", actor=cast.actor("wang"), at=now())
    with pytest.raises(StalePage):
        services.check_rest(code=code, actor=cast.actor("wang"), at=now(), seen=old)
    with pytest.raises(StalePage):
        services.check_material(code=code, order=1, state="accepted", actor=cast.actor("wang"), at=now(), seen=old)


def test_an_immediate_case_is_not_decided_before_its_materials_are_judged(cast: Cast) -> None:
    code = accepted(cast, item=published(cast, case_kind="instant", promise_limit=0, visits=0))
    CaseMaterial.objects.filter(case=matter_of(code).pk, order=1).update(state="provided")
    with pytest.raises(MaterialsUnchecked):
        services.grant_at_once(code=code, actor=cast.actor("chen"), at=now())
    assert matter_of(code).state == "reviewing"
