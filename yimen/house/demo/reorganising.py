"""The organisation's own story: a merger that waits for its approval, who answers for whom, the city above, a seal handed over."""

from __future__ import annotations

from datetime import timedelta

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.organisations import services
from yimen.ground.organisations.services import PartGiven
from yimen.house.demo import county
from yimen.house.demo.acting import Stage

UNCHAINED = 4
"""So many departments have not named their chain yet; they show as gaps."""
ABOVE = ("市场监督管理局", "卫生健康委员会", "水务局")


def tell(stage: Stage) -> None:
    """Everything, through services."""
    keys = [each.key for each in county.departments()]
    _chains(stage, keys[:-UNCHAINED])
    _city(stage)
    _merger(stage, keys)
    _roles(stage)


def _chains(stage: Stage, keys: list[str]) -> None:
    made, now = stage.county, stage.days.now
    leader = made.posts[made.first("government", "leader")]
    for key in keys:
        team = [made.posts[name] for name in made.by_duty.get((key, "reviewer"), ())[:2]]
        services.set_chain(
            actor=SYSTEM, unit=made.units[key], principal=made.posts[made.first(key, "head")], deputy=leader, team=team,
            at=now,
        )  # fmt: skip
        services.write_entry_plan(
            actor=SYSTEM, unit=made.units[key], document=f"清政务办〔{now.year}〕8号", made_on=now.date(), at=now,
            text="行政许可和公共服务事项全部进驻县政务服务中心，由行政审批服务科集中办理；\n主要负责人负总责，分管领导每周到窗口一次。",
        )  # fmt: skip


def _city(stage: Stage) -> None:
    made, at = stage.county, stage.county.at
    city = made.units["government"].division.parent
    if city is None:
        return
    government = services.create_unit(
        actor=SYSTEM, kind="government", name=f"{city.name}人民政府", division=city, at=at, order=900
    )
    by_name = {unit.name.removeprefix(county.COUNTY): unit for unit in made.units.values()}
    for name in ABOVE:
        above = services.create_unit(
            actor=SYSTEM, kind="department", name=f"{city.name}{name}", parent=government, at=at, order=900
        )
        if name == ABOVE[0] and name in by_name:
            services.match_units(actor=SYSTEM, upper=above, lower=by_name[name], at=stage.days.now)


def _merger(stage: Stage, keys: list[str]) -> None:
    made, now = stage.county, stage.days.now
    planner = stage.actor(made.first("centre", "manager"))
    plan = services.draft_reorganisation(
        actor=planner, kind="merge", document=f"清编发〔{now.year}〕12号", document_title="关于调整部分机构设置的通知",
        effective_on=(now + timedelta(days=14)).date(),
        parts=[PartGiven(made.units[keys[-1]], made.units[keys[-2]])], at=now,
    )  # fmt: skip
    services.preview_reorganisation(actor=planner, plan=plan, at=now)


def _roles(stage: Stage) -> None:
    made, now = stage.county, stage.days.now
    home = made.units["government"].division
    for role, key in (("office", "office"), ("supervision", "supervision"), ("legal", "justice")):
        services.set_supporting_role(actor=SYSTEM, division=home, role=role, unit=made.units[key], at=now)
