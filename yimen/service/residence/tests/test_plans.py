"""归并方案: what keeps it from being filed, three reviews, acceptance and what it brings about (R005)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import INSTALLER, Cast
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import Conflict, NotAllowed
from yimen.ground.organisations import selectors as organisations
from yimen.ground.organisations import services as places
from yimen.service.residence import selectors, services
from yimen.service.residence.models import Function, Plan
from yimen.service.residence.services.plans import NotSeparated, PlanNotOpen, SentPerson, plan_faults
from yimen.service.residence.tests.stage import AT, TODAY, function, plan_contents


@pytest.fixture
def bodies(cast: Cast) -> dict[str, Actor]:
    """Who speaks for the three bodies."""
    for name, code in (("leader", "residence.review_personnel"), ("legal", "residence.review_establishment")):
        places.give_grant(actor=INSTALLER, code=code, scope="all", post=cast.posts[name], at=AT)
    return {
        body: cast.actor(name)
        for body, name in (("personnel", "leader"), ("establishment", "legal"), ("hall", "manager"))
    }


@pytest.fixture
def scattered(cast: Cast) -> tuple[Plan, Function, Function]:
    """An approval function in an ordinary section, supervision in the same, and the plan that parts them."""
    old = places.create_unit(actor=INSTALLER, kind="section", name="食品科", parent=cast.units["market"], at=AT)
    approving = function(cast, "食品经营许可", section=old)
    watching = function(cast, "食品日常检查", kind="supervision", section=old)
    plan = services.draft_plan(
        actor=cast.actor("he"), department=cast.units["market"], contents=plan_contents(cast, approving), at=AT
    )
    return plan, approving, watching


def reviewed(cast: Cast, plan: Plan, bodies: dict[str, Actor]) -> Plan:
    services.file_plan(actor=cast.actor("he"), plan=plan, at=AT)
    for body, actor in bodies.items():
        plan = services.review_plan(actor=actor, plan=plan, body=body, passed=True, opinion="符合要求", at=AT)
    return plan


def test_from_draft_to_acceptance(cast: Cast, scattered: Any, bodies: dict[str, Actor]) -> None:
    plan, approving, _ = scattered
    done = services.accept_plan(
        actor=cast.actor("manager"), plan=reviewed(cast, plan, bodies), text="现场核对，人员到齐。", at=AT
    )
    assert done.state == "accepted"
    approving.refresh_from_db()
    section = cast.units["market_section"]
    section.refresh_from_db()
    assert approving.section == section
    assert section.approval_section
    assert organisations.chief_of(cast.units["market"], TODAY) == cast.accounts["zhou"]
    assert selectors.entries_on(TODAY).filter(function=approving, window=cast.windows["window3"]).exists()


def test_another_leader_becomes_chief_representative(cast: Cast, scattered: Any, bodies: dict[str, Actor]) -> None:
    plan, approving, _ = scattered
    services.save_plan(
        actor=cast.actor("he"), plan=plan, contents=plan_contents(cast, approving, leader=cast.accounts["chen"]), at=AT
    )
    services.accept_plan(actor=cast.actor("manager"), plan=reviewed(cast, plan, bodies), text="通过", at=AT)
    assert organisations.chief_of(cast.units["market"], TODAY) == cast.accounts["chen"]


def test_supervision_stays_apart(cast: Cast, scattered: Any) -> None:
    plan, approving, watching = scattered
    section = cast.units["market_section"]
    mixed = plan_contents(cast, approving, functions={approving.pk: section, watching.pk: section})
    services.save_plan(actor=cast.actor("he"), plan=plan, contents=mixed, at=AT)
    with pytest.raises(NotSeparated, match="监管职能"):
        services.file_plan(actor=cast.actor("he"), plan=plan, at=AT)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"functions": {}}, "没有写明归并哪些职能"),
        ({"separation": ""}, "没有写明审批与监管如何分开"),
        ({"staff": ()}, "没有写明派驻哪些人员"),
        ({"windows": ()}, "没有写明窗口"),
    ],
)
def test_each_fault_is_named(cast: Cast, scattered: Any, change: dict[str, Any], fault: str) -> None:
    plan, approving, _ = scattered
    saved = services.save_plan(
        actor=cast.actor("he"), plan=plan, contents=plan_contents(cast, approving, **change), at=AT
    )
    assert any(fault in said for said in plan_faults(saved))


def test_temporaries_and_people_without_certificate_are_not_sent(cast: Cast, scattered: Any) -> None:
    plan, approving, _ = scattered
    staff = (SentPerson(cast.accounts["zhao"], "审查岗", False, "", "高中"),)
    saved = services.save_plan(
        actor=cast.actor("he"), plan=plan, contents=plan_contents(cast, approving, staff=staff), at=AT
    )
    assert {"赵强不是在编人员", "赵强没有执法资格证号"} <= set(plan_faults(saved))


def test_one_body_returns_it(cast: Cast, scattered: Any, bodies: dict[str, Actor]) -> None:
    plan, _, _ = scattered
    services.file_plan(actor=cast.actor("he"), plan=plan, at=AT)
    returned = services.review_plan(
        actor=bodies["personnel"], plan=plan, body="personnel", passed=False, opinion="资格证过期", at=AT
    )
    assert returned.state == "returned"
    again = services.file_plan(actor=cast.actor("he"), plan=plan, at=AT)
    assert again.round == 2


def test_each_speaks_for_its_own_body_and_once(cast: Cast, scattered: Any, bodies: dict[str, Actor]) -> None:
    plan, _, _ = scattered
    services.file_plan(actor=cast.actor("he"), plan=plan, at=AT)
    with pytest.raises(NotAllowed):
        services.review_plan(actor=bodies["personnel"], plan=plan, body="hall", passed=True, opinion="好", at=AT)
    services.review_plan(actor=bodies["hall"], plan=plan, body="hall", passed=True, opinion="好", at=AT)
    with pytest.raises(Conflict, match="已经审核过"):
        services.review_plan(actor=bodies["hall"], plan=plan, body="hall", passed=True, opinion="好", at=AT)
    with pytest.raises(PlanNotOpen):
        services.accept_plan(actor=cast.actor("manager"), plan=plan, text="先验收", at=AT)


def test_one_plan_at_a_time(cast: Cast, scattered: Any) -> None:
    _, approving, _ = scattered
    with pytest.raises(Conflict, match="没有办完"):
        services.draft_plan(
            actor=cast.actor("he"), department=cast.units["market"], contents=plan_contents(cast, approving), at=AT
        )


def test_the_form_writes_a_plan(cast: Cast) -> None:
    approving = function(cast)
    section, client = cast.units["market_section"], cast.client("he")
    answer = client.post(
        "/manage/residence/plans/new/",
        {
            "section": section.pk, "leader": cast.accounts["zhou"].pk, "whole_section": "on", "reason": "集中审批",
            "separation": "批后移交", "windows": [cast.windows["window3"].pk], f"to-{approving.pk}": "1",
            "p0-account": cast.accounts["zhao"].pk, "p0-duty": "审查岗", "p0-qualification": "本科",
            "p0-enforcement": "川01-1", "p0-permanent": "on",
        },
    )  # fmt: skip
    assert answer.status_code == 302
    plan = Plan.objects.get()
    assert plan.functions.get().to_section == section
    assert plan_faults(plan) == []
