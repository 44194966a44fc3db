"""The pages of 审批制度改革: who opens them, how often they ask, and what stands at their addresses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from yimen.ground.kit.moments import day_of, now
from yimen.service.reform import services

CEILINGS: dict[str, tuple[str, int]] = {
    "reform:powers": ("li", 10),
    "reform:powers_export": ("li", 7),
    "reform:power": ("li", 10),
    "reform:public_proofs": ("li", 7),
    "reform:batches": ("manager", 7),
    "reform:new_batch": ("manager", 5),
    "reform:batch": ("manager", 10),
    "reform:add_change": ("manager", 8),
    "reform:batch_export": ("manager", 6),
    "reform:remove_change": ("manager", 7),
    "reform:batch_act": ("manager", 6),
    "reform:changes": ("manager", 7),
    "reform:cleanups": ("legal", 7),
    "reform:new_cleanup": ("legal", 7),
    "reform:cleanup": ("legal", 12),
    "reform:cleanup_export": ("legal", 5),
    "reform:cleanup_act": ("legal", 7),
    "reform:comparisons": ("manager", 7),
    "reform:comparison": ("manager", 10),
    "reform:comparison_export": ("manager", 5),
    "reform:comparison_act": ("manager", 6),
    "reform:behind": ("manager", 10),
    "reform:tag_chosen": ("manager", 5),
    "reform:item": ("editor", 16),
    "reform:duty": ("editor", 12),
    "reform:tags": ("editor", 13),
    "reform:simplify": ("editor", 5),
    "reform:end_simplification": ("editor", 6),
    "reform:rebuild": ("editor", 9),
    "reform:five": ("manager", 12),
    "reform:rebuildings": ("manager", 7),
    "reform:withdraw_rebuilding": ("editor", 5),
    "reform:classes": ("manager", 6),
    "reform:save_class": ("manager", 6),
    "reform:class": ("manager", 10),
    "reform:class_items": ("manager", 6),
    "reform:class_item_out": ("manager", 6),
    "reform:proofs": ("manager", 7),
    "reform:new_proof": ("manager", 5),
    "reform:proof_act": ("manager", 6),
    "reform:standards": ("manager", 9),
    "reform:new_standard": ("manager", 6),
    "reform:standard": ("manager", 8),
    "reform:standard_act": ("manager", 6),
    "reform:wordings": ("manager", 6),
    "reform:wording": ("manager", 6),
    "reform:reports": ("manager", 5),
    "reform:report": ("manager", 11),
    "reform:report_export": ("manager", 8),
    "reform:report_picture": ("manager", 8),
    "api:powers": ("li", 7),
    "api:proofs": ("li", 4),
}

LIST = {
    "reform:powers", "reform:public_proofs", "reform:batches", "reform:changes", "reform:cleanups", "reform:comparisons",
    "reform:behind", "reform:five", "reform:rebuildings", "reform:classes", "reform:proofs", "reform:standards",
    "reform:wordings", "reform:reports", "reform:powers_export", "reform:batch_export", "api:powers", "api:proofs",
}  # fmt: skip

LIST_OF_THEIRS = "事项名称,基本编码,设定依据\n公共场所卫生许可,000123001000,公共场所卫生管理条例\n".encode()


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """A batch, a round, a comparison, a class, a proof, a standard of the market department's item."""
    cast, item, at = world.cast, world.item, now()
    editor, manager, legal = cast.actor("editor"), cast.actor("manager"), cast.actor("legal")
    batch = services.propose_batch(actor=editor, title="本级调整一批", at=at)
    services.add_change(actor=editor, batch=batch, kind="freeze", item=item, reason="系统升级", at=at)
    cleanup = services.open_cleanup(
        actor=legal, title="定期清理", document="清府法〔2026〕1号", due_on=day_of(at) + timedelta(days=30),
        departments=[cast.units["market"]], at=at,
    )  # fmt: skip
    comparison = services.compare_list(
        actor=editor,
        content=LIST_OF_THEIRS,
        file_name="省级清单.csv",
        title="省级清单",
        department=cast.units["market"],
        at=at,
    )
    held = services.save_class(
        actor=manager,
        code="project",
        name="项目建设类",
        numerator=1,
        denominator=3,
        document="清府发〔2026〕2号",
        at=at,
    )
    services.put_into_class(actor=manager, item_class=held, codes=[item.code], at=at)
    measure = services.simplify(
        actor=editor, item=item, kind="paperless", document="清府办〔2026〕3号", since=day_of(at), at=at
    )
    rebuilt = services.record_rebuilding(
        actor=editor, item=item, before="受理｜窗口岗｜1\n审核｜审查岗｜5", after="受理｜窗口岗｜1\n审核｜审查岗｜2",
        document="清市监〔2026〕4号", reason="并联审查", on=day_of(at), at=at,
    )  # fmt: skip
    proof = services.save_proof(actor=manager, kind="proof", name="无犯罪记录证明", basis="《律师法》第六条", at=at)
    standard = services.plan_standard(
        actor=manager,
        field="service",
        title="窗口服务标准",
        responsible=cast.units["centre"],
        due_on=date(2026, 12, 31),
        at=at,
    )
    code, one = {"code": item.code}, {"uid": batch.uid}
    return {
        "reform:power": code,
        **{f"reform:{name}": one for name in ("batch", "add_change", "batch_export")},
        "reform:remove_change": {**one, "order": 1},
        "reform:batch_act": {**one, "act": "submit"},
        **{f"reform:{name}": {"uid": cleanup.uid} for name in ("cleanup", "cleanup_export")},
        "reform:cleanup_act": {"uid": cleanup.uid, "act": "prompt"},
        **{f"reform:{name}": {"uid": comparison.uid} for name in ("comparison", "comparison_export")},
        "reform:comparison_act": {"uid": comparison.uid, "act": "discard"},
        **{f"reform:{name}": code for name in ("item", "duty", "tags", "simplify", "rebuild")},
        "reform:end_simplification": {**code, "measure_id": measure.pk},
        "reform:withdraw_rebuilding": {"uid": rebuilt.uid},
        **{f"reform:{name}": {"code": "project"} for name in ("class", "class_items")},
        "reform:class_item_out": {"code": "project", "item_id": item.pk},
        "reform:proof_act": {"uid": proof.uid, "act": "cancel"},
        "reform:standard": {"uid": standard.uid},
        "reform:standard_act": {"uid": standard.uid, "act": "issue"},
        "reform:wording": {"key": "tag.once"},
        **{f"reform:{name}": {"slug": "online"} for name in ("report", "report_export", "report_picture")},
    }


OPEN = {
    "reform:power": "the power list is public",
    "reform:report": "figures of the county, read by whoever may look at the reform",
    "reform:report_export": "as the report",
    "reform:report_picture": "as the report",
    "reform:class": "classes of items are the county's",
    "reform:class_items": "editors put items of their own department into a class of the county's",
    "reform:class_item_out": "as putting in",
    "reform:proof_act": "the proof list is the county's",
    "reform:standard": "standards are the centre's, known to those who must meet them",
}
