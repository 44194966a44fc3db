"""The linter: what forbids publication, what is only untidy."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from yimen.service.catalogue.rules import quality
from yimen.service.catalogue.rules.limits import Limit
from yimen.service.catalogue.rules.quality import EditionFacts, MaterialFacts, errors, is_catch_all, lint
from yimen.service.catalogue.rules.quality_rules import RULES, usable
from yimen.service.catalogue.rules.vocabulary import LimitUnit

WORK = LimitUnit.WORKING_DAY
WHOLE = EditionFacts(
    name="公共场所卫生许可证核发",
    kind="licence",
    department="清河县卫生健康局",
    content="营业前要办的卫生许可。",
    legal_basis="《公共场所卫生管理条例》第四条",
    conditions="有营业执照。",
    legal=Limit(20, WORK),
    legal_source="stated",
    promise=Limit(10, WORK),
    results=[{"name": "卫生许可证", "kind": "证照", "sample": "/sample.png"}],
    fee=False,
    visits=0,
    channels=["online"],
    service_objects=["person"],
    themes=["准营准办"],
    consult_phone="1",
    complaint_phone="2",
    steps=[{"name": str(number)} for number in range(5)],
    questions=[{"question": "?"}],
    review_body="清河县人民政府",
    suit_court="清河县人民法院",
    materials=[MaterialFacts(1, "申请表", source_channel="在线填写", basis="条例第四条")],
)


def test_a_whole_edition_has_no_findings() -> None:
    assert lint(WHOLE) == []


@pytest.mark.parametrize(
    ("change", "rule", "severity"),
    [
        ({"department": ""}, "department_missing", "error"),
        ({"legal_basis": " "}, "basis_missing", "error"),
        ({"legal_basis": "", "imported": True}, "basis_missing", "warning"),
        ({"promise": Limit(21, WORK)}, "promise_longer", "error"),
        ({"promise": Limit(28, WORK), "legal": Limit(30, LimitUnit.CALENDAR_DAY)}, "limit_units_differ", "warning"),
        ({"legal": None, "legal_source": "none"}, "licence_without_limit", "error"),
        ({"legal_source": "statutory_default"}, "limit_by_default", "warning"),
        ({"promise": Limit(0, WORK)}, "instant_kind", "warning"),
        ({"case_kind": "instant"}, "instant_limit", "warning"),
        ({"materials": [MaterialFacts(1, "其他有关材料", source_channel="x", basis="y")]}, "catch_all_material", "error"),
        ({"materials": [MaterialFacts(1, "户籍证明", source_channel="x", basis="y", cancelled=True)]}, "cancelled_material", "error"),
        ({"materials": [MaterialFacts(1, "申请表")]}, "material_source_missing", "warning"),
        ({"materials": [MaterialFacts(1, "检测报告", "conditional", source_channel="x", basis="y")]}, "condition_missing", "warning"),
        ({"fee": True}, "fee_basis_missing", "error"),
        ({"fee": None}, "fee_unknown", "error"),
        ({"results": [{"name": "卫生许可证", "kind": "证照"}]}, "result_sample", "warning"),
        ({"fee": True, "fee_basis": "a", "fee_standard": "b"}, "fee_items_missing", "warning"),
        ({"fee": True, "fee_basis": "a", "fees": [{"name": "工本费", "basis": "b"}]}, "fee_item_standard", "warning"),
        ({"fee": True, "fee_basis": "a", "fees": [{"name": "工本费", "amount": "5"}]}, "fee_item_basis", "warning"),
        ({"fee": True, "fee_basis": "a", "fees": [{"name": "工本费", "amount": "5", "basis": "b", "reduction": "免"}]},
         "fee_reduction_basis", "warning"),
        ({"pay_online": True}, "fee_paid_online", "warning"),
        ({"online_depth": "四级", "visits": 1, "visits_reason": "核验"}, "depth_visits", "warning"),
        ({"channels": ["window"], "place": "a", "hours": "b"}, "visits_impossible", "warning"),
        ({"agents_refused": True, "visits": 0}, "in_person_visits", "warning"),
        ({"channels": ["window", "online"], "hours": "b"}, "place_missing", "warning"),
        ({"channels": ["window", "online"], "place": "b"}, "hours_missing", "warning"),
        ({"case_kind": "instant", "promise": Limit(0, WORK), "decided_at_once": False}, "instant_at_once", "warning"),
        ({"decided_at_once": True}, "instant_at_once", "warning"),
        ({"corporate_topics": ["设立变更"]}, "topics_differ", "warning"),
        ({"service_objects": ["enterprise"], "personal_topics": ["生育收养"]}, "topics_differ", "warning"),
        ({"conditions": "（一）有场所；（二）法律法规规定的其他条件。"}, "catch_all_condition", "warning"),
        ({"suit_court": ""}, "remedy_missing", "warning"),
        ({"materials": [MaterialFacts(1, "无犯罪记录证明", source_channel="x")]}, "proof_without_basis", "warning"),
        ({"materials": [MaterialFacts(1, "申请表", source_channel="x", basis="y", kind="form")]},
         "form_without_template", "warning"),
        ({"fees": [{"name": "证照费"}]}, "fee_contradiction", "error"),
        ({"complaint_phone": "1"}, "phones_equal", "warning"),
        ({"visits": 1}, "visits_reason", "warning"),
        ({"channels": [], "delivery_by_post": False}, "visits_impossible", "warning"),
        ({"results": [{"name": "卫生许可证", "kind": "批文"}]}, "result_kind", "warning"),
        ({"questions": []}, "questions_missing", "warning"),
        ({"themes": []}, "themes_missing", "warning"),
    ],
)  # fmt: skip
def test_one_fault_one_finding(change: dict[str, Any], rule: str, severity: str) -> None:
    found = lint(replace(WHOLE, **change))
    assert (rule, severity) in [(finding.rule, finding.severity) for finding in found]
    assert bool(errors(found)) is (severity == "error")


def test_a_condition_on_a_field_that_is_not_asked_is_an_error() -> None:
    material = MaterialFacts(1, "报告", "conditional", ["==", "nobody", "1"], "x", "y")
    found = lint(replace(WHOLE, has_form=True, form_keys=frozenset({"area"}), materials=[material]))
    assert [finding.rule for finding in errors(found)] == ["condition_unknown"]


@pytest.mark.parametrize(
    "name",
    [
        "其他材料", "其它业务相应材料（因其它原因的）。", "有关材料", "相关证明材料及说明", "法律法规规定的其他材料",
        "登记机关要求提交的其他文件", "身份证、户口本等材料", "社保清单、审计报告、合同等材料", "省奖附件-其他佐证材料",
    ],
)  # fmt: skip
def test_catch_all_materials_are_known(name: str) -> None:
    assert is_catch_all(name)


@pytest.mark.parametrize(
    "name",
    [
        "营业执照", "三年以上其他法律职业经历证明", "其他身份证件", "与经营业务有关的合同", "能够证明股权或股票价格的有关材料",
        "法定代表人未担任其他社会团体法定代表人声明",
    ],
)  # fmt: skip
def test_named_materials_are_no_catch_all(name: str) -> None:
    assert not is_catch_all(name)


def test_every_rule_that_speaks_stands_in_the_list() -> None:
    text = (Path(quality.__file__)).read_text(encoding="utf-8")
    spoken = set(re.findall(r'Finding\(\s*"([a-z_]+)"', text))
    assert spoken == set(RULES)
    assert all(rule.source and rule.title for rule in RULES.values())


def test_a_place_sets_how_heavy_a_rule_is_but_not_what_the_law_says() -> None:
    untidy = replace(WHOLE, consult_phone="", fee=True)
    heavier = usable({"consult_missing": "error", "fee_basis_missing": "off", "nonsense": "off"})
    assert heavier == {"consult_missing": "error"}
    rules = {finding.rule: finding.severity for finding in lint(untidy, heavier)}
    assert rules["consult_missing"] == rules["fee_basis_missing"] == "error"
    assert "consult_missing" not in {finding.rule for finding in lint(untidy, {"consult_missing": "off"})}
