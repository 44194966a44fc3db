"""Cases that go a way of their own in 清河县: up to the city, ahead of the others, in another system too, not at all."""

from __future__ import annotations

from yimen.ground.kit.moments import day_of
from yimen.house.demo.acting import Stage
from yimen.service.cases import services
from yimen.service.cases.models import Case

CENTRE = "hezhinian"
PROHIBITED = (
    (
        "新建、扩建粘土实心砖生产线",
        "state",
        "《产业结构调整指导目录》淘汰类",
        "国家明令淘汰，不予受理；可以改报页岩多孔砖项目。",
        "砖窑 砖厂 烧砖",
    ),
    (
        "城区内新设散装危险化学品仓库",
        "plan",
        "《清河县国土空间总体规划》第三十一条",
        "不符合规划，请改在化工集中区选址。",
        "化学品 油库",
    ),
    (
        "河道管理范围内新建养殖场",
        "state",
        "《畜禽规模养殖污染防治条例》第十一条",
        "禁养区内不予受理，请到适养区选址。",
        "猪场 鸭棚",
    ),
)
PROJECTS = (
    ("2026-519911-46-01", "清河湾二水厂", "major", "清河水务投资有限公司", "县政府常务会议纪要〔2026〕12 号"),
    ("2026-519911-70-03", "文澜路公租房二期", "housing", "清河安居建设有限公司", "市级保障性住房年度计划"),
)


def tell(stage: Stage) -> None:
    """What the centre registered, then which of the running cases were marked and noted elsewhere."""
    office, centre = stage.actor(CENTRE), stage.county.units["centre"]
    now = stage.days.now
    early = stage.days.at(stage.days.back(20), 9, 10)
    for name, ground, basis, reply, words in PROHIBITED:
        services.register_prohibited(
            actor=office, centre=centre, name=name, ground=ground, basis=basis, reply=reply, words=words, valid_from=day_of(early),
            at=early,
        )  # fmt: skip
    for number, name, sort, owner, basis in PROJECTS:
        services.register_project(
            actor=office, centre=centre, number=number, name=name, sort=sort, owner=owner, basis=basis, at=early
        )
    systems = (("market-net", "省市场监管业务系统", "market"), ("housing-net", "住建部门专网", "housing"))
    for code, name, department in systems:
        services.set_external_system(
            actor=office, code=code, name=name, department=stage.county.units[department], at=early
        )
    running = Case.objects.filter(matter__state__in=["reviewing", "deciding", "received"], matter__centre=centre)
    codes = list(
        running.filter(matter__window__isnull=False).order_by("-pk").values_list("matter__code", flat=True)[:3]
    )
    if len(codes) < 3:
        return
    services.declare_special(
        code=codes[0], reason="防汛抢险物资转运点要连夜启用，县长批示当日办结。", actor=office, at=now
    )
    services.declare_green(
        code=codes[1], project=PROJECTS[0][0], reason="重大投资项目，列入绿色通道。", actor=office, at=now
    )
    clerk = stage.actor(next(iter(stage.county.clerks.values())))
    for code in codes[2:]:
        matter = Case.objects.select_related("matter__window").get(matter__code=code).matter
        clerk = stage.actor(stage.county.clerks[matter.window.number]) if matter.window else clerk
        services.note_external(
            code=code,
            system="market-net",
            number="SC2026-0871",
            state="accepted",
            said="与省系统同步受理",
            actor=clerk,
            at=now,
        )
