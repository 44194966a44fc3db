"""The special paths of cases: who opens their pages, how often they ask, and what stands at their addresses."""

from __future__ import annotations

from datetime import date
from typing import Any

from yimen.ground.kit.moments import now
from yimen.service.cases import services
from yimen.service.cases.models import CaseMark, ExternalHandling, PriorityProject, ProhibitedMatter
from yimen.service.cases.tests.stage import case_of

CEILINGS: dict[str, tuple[str, int]] = {
    "cases:reports_up": ("zhao", 8),
    "cases:priority": ("manager", 8),
    "cases:externals": ("wang", 8),
    "cases:public_prohibited": ("li", 6),
    "cases:projects": ("manager", 7),
    "cases:new_project": ("manager", 6),
    "cases:end_project": ("manager", 7),
    "cases:prohibited": ("manager", 7),
    "cases:new_prohibited": ("manager", 6),
    "cases:end_prohibited": ("manager", 7),
    "cases:systems": ("manager", 6),
    "cases:new_system": ("manager", 7),
    "cases:set_system": ("manager", 7),
    "cases:path_terms": ("manager", 7),
    "cases:try_external": ("wang", 8),
    "cases:tolerances": ("wang", 8),
    "cases:signed_promises": ("wang", 8),
    "cases:item_terms": ("manager", 7),
    "cases:set_item_terms": ("manager", 9),
    "cases:mine_supply": ("li", 8),
    "cases:mine_promise": ("li", 10),
    "api:paths_of": ("li", 10),
    "api:take_path": ("manager", 8),
    "api:prohibited": ("li", 5),
}
LIST = {
    "cases:tolerances", "cases:signed_promises", "cases:item_terms", "cases:reports_up", "cases:priority", "cases:externals",
    "cases:projects", "cases:prohibited",
}  # fmt: skip

ELSEWHERE = {
    "cases:desk_actdeclare_green": "a project must be registered first: cases/tests/test_paths_of_kinds.py",
}
BODIES = {
    "api:paths_of": {"action": "declare_special", "reason": "急"},
    "api:take_path": {"action": "declare_special", "reason": "急"},
}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """A project, a controlled matter, a system; and Li's case under review, which stands in that system too."""
    cast, at = world.cast, now()
    manager, centre = cast.actor("manager"), cast.units["centre"]
    project = services.register_project(
        actor=manager,
        centre=centre,
        number="2026-519911-01",
        name="清河湾水厂",
        sort="major",
        basis="会议纪要〔2026〕12 号",
        at=at,
    )
    matter = services.register_prohibited(
        actor=manager, centre=centre, name="新建粘土砖厂", ground="state", basis="产业结构调整指导目录", reply="国家明令淘汰。",
        valid_from=date(2024, 1, 1), at=at,
    )  # fmt: skip
    services.set_external_system(
        actor=manager, code="market-net", name="市监业务专网", department=cast.units["market"], at=at
    )
    code = world.cases["suspended"]
    services.note_external(code=code, system="market-net", number="SJ-1", state="sent", actor=cast.actor("wang"), at=at)
    held = ExternalHandling.objects.get(number="SJ-1")
    services.set_item_terms(
        actor=manager, item=world.item, may_follow=[], follow_workdays=10, by_promise=["平面图"], promise_text="符合卫生标准。",
        check_workdays=20, at=at,
    )  # fmt: skip
    path = {"code": code}
    return {
        "cases:end_project": {"uid": project.uid},
        "cases:end_prohibited": {"uid": matter.uid},
        "cases:set_system": {"code": "market-net"},
        "cases:try_external": {"code": code, "pk": held.pk},
        "cases:set_item_terms": {"item_code": world.item.code},
        "cases:mine_supply": path,
        "cases:mine_promise": path,
        "api:paths_of": path,
        "api:take_path": path,
    }


def more(world: Any, count: int) -> None:
    """So many more projects, controlled matters and marks that came and went."""
    centre, at = world.cast.units["centre"], now()
    started = PriorityProject.objects.count()
    PriorityProject.objects.bulk_create(
        PriorityProject(
            centre=centre,
            number=f"P-{started + n}",
            name=f"项目 {started + n}",
            sort="other",
            basis="纪要",
            registered_at=at,
        )
        for n in range(count)
    )
    ProhibitedMatter.objects.bulk_create(
        ProhibitedMatter(
            centre=centre, name=f"控制事项 {started + n}", ground="plan", basis="规划", reply="不符合规划。", valid_from=date(2024, 1, 1),
            registered_by="马成", registered_at=at,
        )
        for n in range(count)
    )  # fmt: skip
    case = case_of(world.case)
    CaseMark.objects.bulk_create(
        CaseMark(case=case, kind="special", reason="急", declared_by="马成", declared_at=at, ended_at=at)
        for _ in range(count)
    )
