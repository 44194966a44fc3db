"""What the county has reformed: a batch from the province, a round of cleaning, a list compared, faster items, proofs, standards."""

from __future__ import annotations

from datetime import date, timedelta

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of
from yimen.house.demo.acting import Stage
from yimen.house.demo.items import ITEMS
from yimen.service.catalogue import selectors as catalogue
from yimen.service.reform import selectors, services

PROVINCE = "川东省人民政府"
TOWN_ITEMS = 5
OLD = "清府发〔{year}〕11号"
PROOFS = (
    ("proof", "无犯罪记录证明", "公安机关", "申请律师、教师等资格", "《教师法》第十四条", "", "", ""),
    ("proof", "学历证明", "学校", "申请教师资格", "《教师法》第十一条", "", "", ""),
    ("proof", "居住证明", "社区居委会", "办理居住登记", "原《县居住登记办法》", OLD, "shared_data", "由人口信息核对"),
    ("proof", "无违建证明", "住建局", "申请营业登记", "原《县营业场所规定》", OLD, "promise", "申请人书面承诺"),
    (
        "stamp",
        "村（居）委会盖章",
        "村（居）委会",
        "申请临时救助",
        "原《县救助办法》",
        OLD,
        "internal_check",
        "入户核实",
    ),
)
STANDARDS = (
    ("entry", "事项进驻管理规范", True),
    ("handling", "一次告知和容缺受理办法", True),
    ("service", "窗口服务规范", True),
    ("team", "窗口人员管理办法", True),
    ("system", "乡镇便民服务中心建设规范", False),
)


def tell(stage: Stage) -> None:
    """All of it, through the services."""
    manager = stage.actor(stage.county.first("centre", "manager"))
    legal = stage.actor(stage.county.first("justice", "legal"))
    _batches(stage, manager, legal)
    _cleanup(stage, manager, legal)
    _comparison(stage, manager)
    _items(stage, manager)
    _proofs(stage, manager)
    _standards(stage, manager)


def _batches(stage: Stage, manager: Actor, legal: Actor) -> None:
    """One from the province, carried out and half of it given to the towns; one in review; one begun."""
    days, units = stage.days, stage.county.units
    at = days.at(days.back(24), 9, 30)
    document_on = days.back(26)
    batch = services.propose_batch(
        actor=manager, title="承接省政府下放的行政权力事项", source="superior", from_organ=PROVINCE,
        document=f"川东府发〔{document_on.year}〕21号", document_on=document_on, at=at,
    )  # fmt: skip
    for name, department, kind in (
        ("户外广告设施设置备案", "housing", "other_power"),
        ("小型餐饮登记", "market", "registration"),
        ("农村集体聚餐备案", "market", "other_power"),
    ):
        services.add_change(
            actor=manager, batch=batch, kind="undertake", name=name, item_kind=kind, department=units[department],
            reason="省级下放", basis="附件一", at=at,
        )  # fmt: skip
    towns = [unit for unit in units.values() if unit.kind == "town"]
    given = [item for item in ITEMS if item.applicants != "enterprise"][:TOWN_ITEMS]
    for item in given:
        services.add_change(
            actor=manager, batch=batch, kind="empower", item=catalogue.item_by_code(stage.codes[item.key]), units=towns,
            reason="就近方便群众", basis="附件二", at=at,
        )  # fmt: skip
    services.submit_batch(actor=manager, batch=batch, at=at)
    services.review_batch(
        actor=legal, batch=batch, passed=True, opinion="主体、依据、权限合法。", at=days.at(days.back(22), 10, 0)
    )
    effective = days.back(20)
    services.decide_batch(
        actor=manager, batch=batch, document=f"清府发〔{effective.year}〕16号", document_on=effective, effective_on=effective,
        at=days.at(days.back(20), 11, 0),
    )  # fmt: skip
    services.apply_batch(actor=manager, batch=batch, at=days.at(days.back(20), 15, 0))

    at = days.at(days.back(3), 9, 40)
    waiting = services.propose_batch(actor=manager, title="调整两项时限", at=at)
    for item in ITEMS[:2]:
        services.add_change(
            actor=manager, batch=waiting, kind="adjust", item=catalogue.item_by_code(stage.codes[item.key]),
            values={"legal_limit": 15, "legal_unit": "working_day"}, reason="与上位法的新时限一致", at=at,
        )  # fmt: skip
    services.submit_batch(actor=manager, batch=waiting, at=at)
    begun = services.propose_batch(actor=manager, title="冻结系统改造期间的事项", at=days.at(days.back(1), 14, 0))
    services.add_change(
        actor=manager, batch=begun, kind="freeze", item=catalogue.item_by_code(stage.codes[ITEMS[3].key]), reason="业务系统改造",
        at=days.at(days.back(1), 14, 5),
    )  # fmt: skip


def _cleanup(stage: Stage, manager: Actor, legal: Actor) -> None:
    """Three departments are asked; one has handed in and is decided on, one is half way, one has not begun."""
    days, units = stage.days, stage.county.units
    at = days.at(days.back(10), 9, 10)
    asked = [units[key] for key in ("market", "housing", "health")]
    due = day_of(days.now) + timedelta(days=12)
    cleanup = services.open_cleanup(
        actor=legal, title="行政许可事项定期清理", document=f"清府法〔{at.year}〕7号", due_on=due, departments=asked, at=at,
        note="能取消的取消，能下放的下放；保留的逐项写明依据。",
    )  # fmt: skip
    first = list(cleanup.lines.filter(department=asked[0]).order_by("id").values_list("id", flat=True))
    services.check_items(
        actor=manager, cleanup=cleanup, lines=first, found="keep", reason="", at=days.at(days.back(6), 10, 0)
    )
    services.check_items(
        actor=manager,
        cleanup=cleanup,
        lines=first[:1],
        found="adjust",
        reason="材料可以再减",
        at=days.at(days.back(6), 10, 20),
    )
    services.hand_in(actor=manager, cleanup=cleanup, department=asked[0], at=days.at(days.back(5), 16, 0))
    services.decide_lines(
        actor=legal, cleanup=cleanup, lines=first[:1], decided="", reason="", at=days.at(days.back(2), 9, 30)
    )
    second = list(cleanup.lines.filter(department=asked[1]).order_by("id").values_list("id", flat=True))
    services.check_items(
        actor=manager, cleanup=cleanup, lines=second[:2], found="keep", reason="", at=days.at(days.back(4), 15, 0)
    )


def _comparison(stage: Stage, manager: Actor) -> None:
    """A list of the province for the market's department: one the same, one with another limit, two that we lack."""
    days, market = stage.days, stage.county.units["market"]
    at = days.at(days.back(2), 10, 30)
    ours = [item for item in ITEMS if item.department == "market"][:2]
    lines = [
        "事项名称,事项类型,法定时限",
        *(f"{item.name},行政许可,9(工作日)" for item in ours),
        "广告发布登记,其他行政权力,5(工作日)",
        "计量器具检定备案,其他行政权力,",
    ]
    services.compare_list(
        actor=manager, content="\n".join(lines).encode(), file_name="省级权责清单.csv", title="省级权责清单（市场监管）",
        department=market, at=at,
    )  # fmt: skip


def _items(stage: Stage, manager: Actor) -> None:
    """Classes with a target, duties, the four handlings, simplifications, two courses rebuilt."""
    days = stage.days
    at = days.at(days.back(30), 10, 0)
    items = [catalogue.item_by_code(code) for code in stage.codes.values()]
    document = f"清府发〔{at.year}〕9号"
    for code, name, theme in (("project", "项目建设类", "项目建设"), ("transfer", "产业转移类", "准营准办")):
        held = services.save_class(
            actor=manager, code=code, name=name, numerator=1, denominator=3, document=document, at=at
        )
        chosen = [stage.codes[item.key] for item in ITEMS if item.theme == theme and item.key in stage.codes][:8]
        if chosen:
            services.put_into_class(actor=manager, item_class=held, codes=chosen, at=at)
    for item in items[:8]:
        services.save_duty(
            actor=manager, item=item, at=at,
            text="受理：一次告知所需材料。审查：在承诺时限内审查。决定：说明理由，告知救济途径。送达：十日内送达。监管：依法检查。",
            accountable="对符合条件的不予受理、超过时限不作决定、违规收费的，依法追究责任。", basis="《行政许可法》第七十二条至第七十五条",
        )  # fmt: skip
    for item in items:
        if item.current is not None:
            tags = selectors.suggested_tags(item.current, nearby=False)
            services.tag_items(actor=manager, items=[item], tags=tags, at=at)
    for item, kind, note in zip(
        items[:4],
        ("paperless", "paperless", "filing", "delegated"),
        ("全程电子化", "电子证照替代纸质", "由审批改备案", "委托乡镇办理"),
        strict=True,
    ):
        services.simplify(actor=manager, item=item, kind=kind, document=document, note=note, since=day_of(at), at=at)
    for item in items[:3]:
        services.record_rebuilding(
            actor=manager, item=item, document=document, reason="合并审查环节，首席代表现场决定", on=day_of(at), at=at,
            before="受理｜窗口岗｜1\n初审｜审查岗｜4\n复审｜科室负责人｜3\n会签｜分管领导｜2\n决定｜主要负责人｜2\n制证｜出件岗｜1",
            after="受理｜窗口岗｜0.5\n审查｜审查岗｜3\n决定｜首席代表｜1\n制证｜出件岗｜0.5", edition_after=item.current,
        )  # fmt: skip


def _proofs(stage: Stage, manager: Actor) -> None:
    at = stage.days.at(stage.days.back(40), 9, 0)
    for kind, name, issuer, purpose, basis, document, replacement, note in PROOFS:
        proof = services.save_proof(
            actor=manager, kind=kind, name=name, issuer=issuer, purpose=purpose, basis=basis, at=at
        )
        if document:
            services.cancel_proof(
                actor=manager,
                proof=proof,
                document=document.format(year=at.year),
                replacement=replacement,
                replacement_note=note,
                at=at,
            )


def _standards(stage: Stage, manager: Actor) -> None:
    """Four are issued and checked at windows, one is late."""
    days, centre = stage.days, stage.county.units["centre"]
    at = days.at(days.back(60), 9, 0)
    windows = list(stage.county.windows.values())[:4]
    for number, (field, title, issued) in enumerate(STANDARDS):
        planned = services.plan_standard(
            actor=manager,
            field=field,
            title=title,
            responsible=centre,
            due_on=days.back(20),
            content="按省级标准细化。",
            at=at,
        )
        if not issued:
            continue
        on: date = days.back(45 - number)
        held = services.issue_standard(
            actor=manager,
            standard=planned,
            document=f"清政管〔{on.year}〕{number + 3}号",
            issued_on=on,
            at=days.at(on, 10, 0),
        )
        for place, window in enumerate(windows[: number + 1]):
            met = place != 2
            services.check_standard(
                actor=manager, standard=held, unit=centre, window=window, result="met" if met else "partly",
                at=days.at(days.back(12), 16, 0),
                checked_on=days.back(12), finding="" if met else "告知单没有放在明处", due_on=None if met else days.back(5),
            )  # fmt: skip
