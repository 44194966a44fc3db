"""What the county takes on trust: materials that follow for a major project (容缺), a signed promise in their stead (告知承诺)."""

from __future__ import annotations

from datetime import datetime, timedelta

from yimen.house.demo.acting import Stage
from yimen.house.demo.papers import paper
from yimen.house.demo.paths import CENTRE, PROJECTS
from yimen.service.cases import services
from yimen.service.cases.selectors import case_by_code
from yimen.service.catalogue.selectors import item_by_code

FOLLOWS = "保证工程质量和安全的具体措施说明"
"""Of a building permit: what the contractor writes when the contract is signed."""

PROMISED = "一年内公共场所卫生检测或者评价报告"
PROMISE = "本人已知晓卫生许可的条件，承诺场所和用品用具符合卫生标准；如有不实，愿依法被撤销许可并承担后果。"
LAW = "《市场主体登记管理条例》第十九条"


def tell(stage: Stage) -> None:
    """The centre's terms, then one project in each state, and promises waited for, kept and broken."""
    early = stage.days.at(stage.days.back(24), 9, 30)
    office = stage.actor(CENTRE)
    for item, follow, promise in (("building_permit", FOLLOWS, ""), ("hygiene", "", PROMISED)):
        services.set_item_terms(
            actor=office, item=item_by_code(stage.codes[item]), may_follow=[follow] if follow else [], follow_workdays=10,
            by_promise=[promise] if promise else [], promise_text=PROMISE if promise else "", check_workdays=15, at=early,
        )  # fmt: skip
    services.set_extension_terms(
        actor=office, item_code=stage.codes["self_employed"], days=3, by="head", law=LAW, at=early
    )
    for back, then in ((2, "waits"), (9, "supplied"), (13, "lapses")):
        _follow(stage, stage.days.at(stage.days.back(back), 10, 15), then)
    for back, then in ((1, "signed"), (7, "granted"), (21, "broken")):
        _promise(stage, stage.days.at(stage.days.back(back), 14, 20), then)


def _follow(stage: Stage, at: datetime, then: str) -> None:
    item, who, clerk = "building_permit", "qiming", stage.clerk("building_permit")
    code = stage.apply(item, who, at, lacking=(FOLLOWS,))
    services.accept_tolerant(
        code=code, project=PROJECTS[0][0], promised_by="周启明", actor=clerk, at=stage.moment(code, at + timedelta(minutes=40))
    )  # fmt: skip
    if then != "supplied":
        return
    actor, later = stage.citizen(who), stage.moment(code, at + timedelta(days=4))
    case = case_by_code(code)
    order = case.materials.get(name=FOLLOWS).order
    services.supply_tolerated(code=code, actor=actor, at=later, files={order: [paper(FOLLOWS, actor, later)]})
    services.confirm_tolerated(code=code, actor=clerk, at=stage.moment(code, later + timedelta(hours=3)))


def _promise(stage: Stage, at: datetime, then: str) -> None:
    item, who = "hygiene", "xiaoman"
    code = stage.apply(item, who, at, lacking=(PROMISED,))
    services.sign_promise(
        code=code, signer="唐小满", agreed=True, actor=stage.citizen(who), at=stage.moment(code, at + timedelta(minutes=8))
    )  # fmt: skip
    if then == "signed":
        return
    stage.accept(code, item, at + timedelta(hours=1))
    stage.take(code, item, at + timedelta(hours=2))
    stage.passed(code, item, at + timedelta(days=1))
    stage.grant(code, item, at + timedelta(days=1, hours=2))
    if then == "broken":
        services.check_promise(
            code=code, outcome="broken", found_out="现场核查：消毒间没有启用，检测报告拿不出来，照片在卷。",
            proposal="责令十日内改正；逾期不改的，撤销卫生许可。", actor=stage.duty(item, "reviewer"),
            at=stage.moment(code, at + timedelta(days=17)),
        )  # fmt: skip
