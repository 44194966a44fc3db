"""Judging an edition before it goes live: what forbids publication, what is only untidy (law-and-codes §4.7).

`lint` is pure and total. An `error` stops publication; a `warning` is shown to editor and checker. A catalogue taken
from outside lacks elements that its format has no column for: for an imported edition these are warnings, and the guide
says openly that the source does not state them; one written here must state them (R018, R032).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Literal

from yimen.service.catalogue.rules.conditions import fields_of
from yimen.service.catalogue.rules.limits import Limit, compare
from yimen.service.catalogue.rules.quality_rules import RULES
from yimen.service.catalogue.rules.vocabulary import (
    CaseKind,
    ItemKind,
    LimitSource,
    MaterialKind,
    Necessity,
    ServiceObject,
)

Severity = Literal["error", "warning"]

_CATCH_ALL = re.compile(
    r"^(其他|其它)(有关|相关|需要的?|必要的?|规定的?|应当提交的?|要求的?|法定)*(申请|证明|佐证|补充|业务)?(的)?(相应)?(材料|资料|文件|证明|证件)"
    r"|[-—－](其他|其它).{0,4}(材料|资料|文件)"
    r"|(法律|法规|规章|行政机关|审批机关|主管部门|登记机关|部门)[^，。；]{0,20}(规定|要求|认为需要)[^，。；]{0,8}的?其[他它][^，。；]{0,8}(材料|资料|文件|证明)"
    r"|等(有关|相关|证明|佐证|申请|其他)*(材料|资料|文件)(原件|复印件)?[。.]?$"
    r"|^(有关|相关)(申请|证明|佐证)?(的)?(材料|资料|文件)(及|和|等|$)"
    r"|认为(需要|必要|应当)[^，。；]{0,10}(材料|资料|文件)"
)
"""Catch-all materials 兜底材料: "other", "relevant", "and so on" instead of a name."""

_CATCH_ALL_CONDITION = re.compile(r"(其他|其它)(法定|规定的|应当具备的|必要的|相关|有关)*条件(?![^，。；]{0,4}见)")
_FOURTH = re.compile("四级|[Ⅳ]|全程网办")
_RESULT_ENDINGS = {"证": ("证照", "证"), "照": ("证照",), "批复": ("批文", "批复"), "意见书": ("批文", "意见")}
_MIN_LICENCE_STEPS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: a stable `rule`, a severity, the element it is about, what to do in Chinese, and why."""

    rule: str
    severity: Severity
    element: str
    message: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class MaterialFacts:
    """As much of a material as judging needs; `cancelled` when it, or its standard material, is cancelled."""

    order: int
    name: str
    necessity: str = Necessity.REQUIRED
    condition: Sequence[Any] = ()
    source_channel: str = ""
    basis: str = ""
    cancelled: bool = False
    kind: str = ""
    has_template: bool = False


@dataclass(frozen=True, slots=True)
class EditionFacts:
    """As much of an edition as judging needs; names as in the model."""

    name: str
    kind: str
    department: str
    imported: bool = False
    content: str = ""
    legal_basis: str = ""
    conditions: str = ""
    legal: Limit | None = None
    legal_source: str = LimitSource.NONE
    promise: Limit | None = None
    case_kind: str = CaseKind.PROMISE
    results: Sequence[dict[str, Any]] = ()
    fee: bool | None = None
    fee_basis: str = ""
    fee_standard: str = ""
    fees: Sequence[dict[str, Any]] = ()
    visits: int | None = None
    visits_reason: str = ""
    agents_refused: bool | None = None
    channels: Sequence[str] = ()
    delivery_by_post: bool | None = None
    service_objects: Sequence[str] = ()
    themes: Sequence[str] = ()
    consult_phone: str = ""
    complaint_phone: str = ""
    steps: Sequence[dict[str, Any]] = ()
    questions: Sequence[dict[str, Any]] = ()
    materials: Sequence[MaterialFacts] = ()
    place: str = ""
    hours: str = ""
    windows: Sequence[dict[str, Any]] = ()
    online_depth: str = ""
    pay_online: bool | None = None
    decided_at_once: bool | None = None
    personal_topics: Sequence[str] = ()
    corporate_topics: Sequence[str] = ()
    review_body: str = ""
    suit_court: str = ""
    form_keys: frozenset[str] = frozenset()
    has_form: bool = False


def lint(edition: EditionFacts, severities: Mapping[str, str] | None = None) -> list[Finding]:
    """Every finding, errors first, in a fixed order. `severities` are what a place has set for rules that it may set:
    `error`, `warning`, `off`; where it has set nothing the rule's own severity stands.
    """
    found: Iterator[Finding] = chain(
        _identity(edition), _limits(edition), _materials(edition), _fees(edition), _reach(edition), _public(edition)
    )
    told = [_as_set(finding, severities or {}) for finding in found]
    return sorted((each for each in told if each is not None), key=lambda finding: finding.severity != "error")


def _as_set(finding: Finding, severities: Mapping[str, str]) -> Finding | None:
    wanted = severities.get(finding.rule, "")
    if wanted == "off":
        return None
    if not finding.basis and finding.rule in RULES:
        finding = replace(finding, basis=RULES[finding.rule].source)
    if wanted in ("error", "warning") and wanted != finding.severity:
        return replace(finding, severity="error" if wanted == "error" else "warning")
    return finding


def errors(findings: Sequence[Finding]) -> list[Finding]:
    """Those which stop publication."""
    return [finding for finding in findings if finding.severity == "error"]


def is_catch_all(name: str) -> bool:
    """Whether a material's name lets the clerk ask for anything: 其他材料, 有关材料, …等材料."""
    return bool(_CATCH_ALL.search(re.sub(r"\s", "", name)))


def _identity(edition: EditionFacts) -> Iterator[Finding]:
    element: Severity = "warning" if edition.imported else "error"
    if not edition.name.strip():
        yield Finding("name_missing", "error", "name", "没有事项名称，请填写。")
    if not edition.department:
        yield Finding("department_missing", "error", "department", "实施部门还没有对应到本级机构，请先对应部门再发布。")
    if edition.kind not in ItemKind.labels():
        yield Finding("kind_missing", "error", "kind", "没有事项类型，请选择。")
    if not edition.legal_basis.strip():
        yield Finding(
            "basis_missing",
            element,
            "legal_basis",
            "没有设定依据，请写明法律、法规、规章的名称和条款。",
            "全面公示设定依据",
        )
    if not edition.conditions.strip():
        yield Finding(
            "conditions_missing", "warning", "conditions", "没有受理条件，请写明什么人可以办。", "什么条件能办要讲清"
        )
    if not edition.content.strip() and not edition.imported:
        yield Finding(
            "content_missing",
            element,
            "content",
            "没有服务内容（六公开之一），请用一两句话写明办什么、得到什么。",
            "六公开",
        )
    if not edition.service_objects:
        yield Finding("objects_missing", "warning", "service_objects", "没有服务对象，请选择。")
    elif not edition.themes and not edition.personal_topics and not edition.corporate_topics:
        yield Finding("themes_missing", "warning", "themes", "有服务对象而没有主题分类，群众按主题找不到它。")
    yield from _topics(edition)
    if edition.kind == ItemKind.LICENCE and not edition.imported:
        if not edition.questions:
            yield Finding("questions_missing", "warning", "questions", "行政许可应至少有一条常见问题。")
        if len(edition.steps) < _MIN_LICENCE_STEPS:
            yield Finding(
                "steps_missing", "warning", "steps", "行政许可的环节应至少写明受理、审核、审批、办结、送达五步。"
            )
    if _CATCH_ALL_CONDITION.search(re.sub(r"\s", "", edition.conditions)):
        yield Finding(
            "catch_all_condition", "warning", "conditions", "受理条件里有兜底条款（其他条件），请写明具体条件，或删去。"
        )
    yield from _results(edition)


def _topics(edition: EditionFacts) -> Iterator[Finding]:
    """服务对象 ⇔ 主题分类: topics are for those whom the item serves."""
    people = ServiceObject.PERSON in edition.service_objects
    others = any(each != ServiceObject.PERSON for each in edition.service_objects)
    if edition.personal_topics and edition.service_objects and not people:
        yield Finding("topics_differ", "warning", "personal_topics", "有面向个人的主题，服务对象里却没有自然人。")
    if edition.corporate_topics and edition.service_objects and not others:
        yield Finding("topics_differ", "warning", "corporate_topics", "有面向法人的主题，服务对象里却只有自然人。")


def _results(edition: EditionFacts) -> Iterator[Finding]:
    for result in edition.results:
        name, kind = str(result.get("name", "")), str(result.get("kind", ""))
        for ending, wanted in _RESULT_ENDINGS.items():
            if name.endswith(ending) and kind and not any(word in kind for word in wanted):
                yield Finding(
                    "result_kind", "warning", "results", f"办理结果“{name}”以“{ending}”结尾，结果类型却是“{kind}”。"
                )
        if name and not result.get("sample") and not edition.imported:
            yield Finding("result_sample", "warning", "results", f"办理结果“{name}”没有样本，群众不知道会拿到什么。")
    if not edition.results and not edition.imported:
        yield Finding("results_missing", "warning", "results", "没有办理结果，请写明办完得到什么证件或文书。")


def _limits(edition: EditionFacts) -> Iterator[Finding]:
    if edition.kind == ItemKind.LICENCE and edition.legal is None:
        yield Finding("licence_without_limit", "error", "legal_limit", "行政许可必须有法定时限。", "行政许可法 42")
    if edition.legal_source == LimitSource.STATUTORY_DEFAULT:
        yield Finding(
            "limit_by_default",
            "warning",
            "legal_limit",
            "没有载明法定时限，按《行政许可法》第四十二条取 20 个工作日，请核对单行法是否另有规定。",
            "行政许可法 42",
        )
    if edition.promise is not None and edition.legal is not None:
        verdict = compare(edition.promise, edition.legal)
        said = f"承诺时限（{edition.promise}）长于法定时限（{edition.legal}）"
        if verdict == "longer":
            yield Finding("promise_longer", "error", "promise_limit", f"{said}，请改短。", "行政许可法 42、43")
        elif verdict == "unclear":
            yield Finding(
                "limit_units_differ",
                "warning",
                "promise_limit",
                f"法定（{edition.legal}）与承诺（{edition.promise}）单位不同，请人工核对。",
            )
    instant = edition.promise is not None and edition.promise.number == 0
    if instant and edition.case_kind != CaseKind.INSTANT:
        yield Finding("instant_kind", "warning", "case_kind", "承诺当场办结，办件类型应为即办件。")
    if edition.case_kind == CaseKind.INSTANT and edition.promise is not None and edition.promise.number > 1:
        yield Finding("instant_limit", "warning", "promise_limit", f"即办件的承诺时限却是 {edition.promise}。")
    if edition.case_kind == CaseKind.INSTANT and edition.decided_at_once is False:
        yield Finding("instant_at_once", "warning", "decided_at_once", "即办件应即审即办，这里写的是“否”。")
    if edition.case_kind != CaseKind.INSTANT and edition.decided_at_once:
        yield Finding("instant_at_once", "warning", "case_kind", "写明即审即办，办件类型却不是即办件。")
    if edition.legal is None and edition.promise is None:
        yield Finding(
            "no_clock", "warning", "legal_limit", "没有法定时限，也没有承诺时限：这个事项没有时钟，指南上会写明。"
        )


def _materials(edition: EditionFacts) -> Iterator[Finding]:
    names: set[str] = set()
    bare = [material.order for material in edition.materials if not material.source_channel or not material.basis]
    for material in edition.materials:
        said = f"第 {material.order} 份材料“{material.name}”"
        if is_catch_all(material.name):
            yield Finding(
                "catch_all_material",
                "error",
                "materials",
                f"{said}是兜底条款，请写明具体材料，或删去。",
                "参照北京市优化营商环境条例（2024）",
            )
        if material.cancelled:
            yield Finding(
                "cancelled_material",
                "error",
                "materials",
                f"{said}已经取消，不能再要求提交。",
                "取消的证明和材料不得再要求",
            )
        if material.name in names:
            yield Finding("material_twice", "warning", "materials", f"{said}列了两次。")
        names.add(material.name)
        if material.necessity == Necessity.CONDITIONAL and not material.condition:
            yield Finding("condition_missing", "warning", "materials", f"{said}是视情形材料，却没有写明什么情形。")
        if not edition.imported:
            yield from _paper(material, said)
        unknown = _unknown_keys(material.condition, edition.form_keys) if edition.has_form else set()
        if unknown:
            listed = "、".join(sorted(unknown))
            yield Finding("condition_unknown", "error", "materials", f"{said}的条件用到表单里没有的字段：{listed}。")
    if bare:
        yield Finding(
            "material_source_missing",
            "warning",
            "materials",
            f"有 {len(bare)} 份材料没有来源渠道或依据，请补全。",
            "优化营商环境条例 44",
        )


def _paper(material: MaterialFacts, said: str) -> Iterator[Finding]:
    if material.name.endswith("证明") and not material.basis:
        yield Finding(
            "proof_without_basis", "warning", "materials", f"{said}是证明，却没有写依据；没有法定依据的证明不得要求。"
        )
    if material.kind == MaterialKind.FORM and not material.has_template:
        yield Finding("form_without_template", "warning", "materials", f"{said}是申请表格，却没有空白表可下载。")


def _unknown_keys(condition: Sequence[Any], known: frozenset[str]) -> set[str]:
    return {key for key in fields_of(condition) if key not in known}


def _fees(edition: EditionFacts) -> Iterator[Finding]:
    element: Severity = "warning" if edition.imported else "error"
    if edition.fee is None:
        yield Finding("fee_unknown", element, "fee", "没有写明是否收费（六公开之一）。", "六公开")
    if edition.fee:
        if not edition.fee_basis.strip():
            yield Finding("fee_basis_missing", "error", "fee_basis", "收费事项没有收费依据，请写明。", "行政许可法 58")
        if not edition.fee_standard.strip() and not edition.fees:
            yield Finding(
                "fee_standard_missing", "error", "fee_standard", "收费事项没有收费标准，请写明。", "行政许可法 59"
            )
        if not edition.fees:
            yield Finding("fee_items_missing", "warning", "fees", "收费事项没有逐项列出收费项目。")
        for fee in edition.fees:
            yield from _fee(fee)
    elif edition.fees:
        yield Finding("fee_contradiction", "error", "fees", "不收费的事项列了收费项目，请核对。")
    if edition.fee is False and edition.pay_online:
        yield Finding("fee_paid_online", "warning", "pay_online", "不收费，却写明支持网上支付。")


def _fee(fee: Mapping[str, Any]) -> Iterator[Finding]:
    name = str(fee.get("name") or "")
    if not any(fee.get(key) for key in ("amount", "low", "high")):
        yield Finding("fee_item_standard", "warning", "fees", f"收费项目“{name}”没有标准。")
    if not fee.get("basis"):
        yield Finding("fee_item_basis", "warning", "fees", f"收费项目“{name}”没有依据文件。")
    if fee.get("reduction") and not fee.get("reduction_basis"):
        yield Finding("fee_reduction_basis", "warning", "fees", f"收费项目“{name}”有减免规则，没有减免依据。")


def _reach(edition: EditionFacts) -> Iterator[Finding]:
    online = "online" in edition.channels
    if edition.visits and not edition.visits_reason and not edition.imported:
        yield Finding("visits_reason", "warning", "visits", f"要到现场 {edition.visits} 次，却没有写明原因。")
    mailed = edition.delivery_by_post or "post" in edition.channels
    if edition.visits == 0 and not online and not mailed and (edition.channels or edition.delivery_by_post is False):
        yield Finding("visits_impossible", "warning", "visits", "到现场 0 次，却既不能网办也不能邮寄。")
    if edition.agents_refused and edition.visits == 0:
        yield Finding("in_person_visits", "warning", "visits", "须本人到场办理，却写明到现场 0 次。")
    if edition.visits and _FOURTH.search(edition.online_depth):
        yield Finding(
            "depth_visits", "warning", "visits", f"网办深度是“{edition.online_depth}”，却要到现场 {edition.visits} 次。"
        )
    if edition.consult_phone and edition.consult_phone == edition.complaint_phone:
        yield Finding("phones_equal", "warning", "complaint_phone", "监督投诉电话与咨询电话相同，群众无处可投。")
    if not edition.consult_phone:
        yield Finding("consult_missing", "warning", "consult_phone", "没有咨询方式。")
    if not edition.complaint_phone:
        yield Finding("complaint_missing", "warning", "complaint_phone", "没有监督投诉方式。")


def _public(edition: EditionFacts) -> Iterator[Finding]:
    """Where, when, and how to object (R034; 行政许可法 30, 38)."""
    if edition.imported:
        return
    if "window" in edition.channels and not edition.place and not edition.windows:
        yield Finding("place_missing", "warning", "place", "可以到窗口办，却没有写办理地点。")
    if "window" in edition.channels and not edition.hours and not any(each.get("hours") for each in edition.windows):
        yield Finding("hours_missing", "warning", "hours", "可以到窗口办，却没有写什么时候能办。")
    if edition.kind == ItemKind.LICENCE and not (edition.review_body and edition.suit_court):
        yield Finding("remedy_missing", "warning", "review_body", "行政许可没有写明行政复议机关和行政诉讼法院。")
