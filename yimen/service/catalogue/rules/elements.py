"""Every element of an edition 实施清单, once: what it is called, how it is written, where the national list has it (R018).

Editor, linter, workbook, comparison and interface read this table; a new element is a column of `ItemEdition` and a line
here. `national` names the column of the national exchange tables (law-and-codes §4.6), "" for our own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from yimen.service.catalogue.rules.vocabulary import (
    CaseKind,
    Channel,
    HandleArea,
    ItemKind,
    LimitUnit,
    MaterialKind,
    Necessity,
    ServiceObject,
)

Form = Literal["line", "text", "address", "word", "words", "tags", "flag", "count", "day", "records"]
"""How an element is written: one line, several, an address of the web, one of some words, some of them, free words, yes or
no or not stated, a whole number, a date, or records whose parts `parts` names."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element. `longest` counts characters of a text, the largest number of a count, the most tags or records."""

    name: str
    label: str
    form: Form
    longest: int = 300
    words: tuple[tuple[str, str], ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    national: str = ""
    help: str = ""


def _part(*pairs: str) -> tuple[tuple[str, str], ...]:
    return tuple((pair.partition(" ")[0], pair.partition(" ")[2]) for pair in pairs)


DEPTHS = ("一级（信息发布）", "二级（在线咨询、下载）", "三级（网上申请）", "四级（全程网办）")
"""网办深度, as the national platform counts it; a catalogue may write it in other words, which are kept."""

GROUPS: tuple[tuple[str, tuple[Element, ...]], ...] = (
    (
        "名称与内容",
        (
            Element("name", "事项名称", "line", 1000, national="task_name"),
            Element("sub_item_name", "业务办理项", "line", 300, national="task_handle_item"),
            Element("main_item_name", "主项名称", "line", 300, national="catalog_name"),
            Element("short_name", "简称", "line", 200),
            Element("daily_name", "俗称", "line", 200),
            Element("kind", "事项类型", "word", words=tuple(ItemKind.pairs()), national="task_type"),
            Element("content", "服务内容", "text", 4000, help="六公开之一：办什么，得到什么"),
            Element("power_source", "权力来源", "line", 60, national="power_source", help="法定本级行使、上级授权、委托等"),
            Element("body_nature", "实施主体性质", "line", 60, national="dept_type"),
            Element("entrusted_by", "委托部门", "line", 200, national="entrust_name"),
        ),
    ),
    (
        "谁能办",
        (
            Element("service_objects", "服务对象", "words", words=tuple(ServiceObject.pairs()), national="server_type"),
            Element("themes", "主题", "tags", 40, help="几个主题之间用顿号隔开"),
            Element("personal_topics", "面向个人的主题", "tags", 20, national="user_topic_type", help="用顿号隔开"),
            Element("corporate_topics", "面向法人的主题", "tags", 20, national="corp_topic_type", help="用顿号隔开"),
            Element("conditions", "受理条件", "text", 8000, national="accept_condition"),
            Element("agents_refused", "须本人到场，不能代办", "flag", help="例如结婚登记：依法须本人亲自办理，不收代理人的申请"),
            Element("agents_refused_basis", "须本人到场的依据", "line", 300, help="写明法律条文，例如《婚姻登记条例》第七条"),
            Element("quantity_limit", "数量限制", "text", 1000, national="limit_explain"),
            Element("legal_basis", "设定依据", "text", 8000, national="by_law"),
            Element("rights", "申请人权利", "text", 4000, national="applicant_rights"),
            Element("duties", "申请人义务", "text", 4000, national="applicant_duties"),
        ),
    ),
    (
        "时限",
        (
            Element("legal_limit", "法定时限", "count", 3650, national="anticipate_day",
                    help="法律、法规、规章写的数。行政许可不填时取 20 个工作日，并标“法定默认”"),
            Element("legal_unit", "法定时限单位", "word", words=(("", "请选择"), *LimitUnit.pairs()), national="anticipate_type"),
            Element("legal_limit_basis", "法定时限依据", "line", 300),
            Element("legal_explain", "法定时限说明", "text", 1000, national="anticipate_explain"),
            Element("promise_limit", "承诺时限", "count", 3650, national="promise_day", help="不得长于法定时限；当场办结填 0"),
            Element("promise_unit", "承诺时限单位", "word", words=(("", "请选择"), *LimitUnit.pairs()), national="promise_type"),
            Element("promise_explain", "承诺时限说明", "text", 1000, national="promise_explain"),
            Element("case_kind", "办件类型", "word", words=tuple(CaseKind.pairs()), national="project_type"),
            Element("decided_at_once", "即审即办", "flag"),
            Element("special_procedures", "特别程序", "records", 60, national="special_procedure",
                    parts=_part("name 名称", "limit 时限", "unit 单位", "basis 依据")),
        ),
    ),
    (
        "收费",
        (
            Element("fee", "是否收费", "flag", national="is_fee"),
            Element("fee_standard", "收费标准", "text", 4000),
            Element("fee_basis", "收费依据", "text", 4000, national="fee_basis"),
            Element("fees", "收费项目", "records", 60, national="fee_project",
                    parts=_part("name 项目名称", "amount 标准", "basis 依据文件", "unit 计费单位", "low 最低（元）",
                                "high 最高（元）", "reduction 减免规则", "reduction_basis 减免依据")),
            Element("pay_online", "支持网上支付", "flag", national="is_pay_online"),
        ),
    ),
    (
        "怎么办",
        (
            Element("channels", "办理渠道", "words", words=tuple(Channel.pairs()), national="handle_type"),
            Element("online_depth", "网办深度", "line", 20, national="online_handle_depth"),
            Element("online_url", "网上办理地址", "address", 300, national="online_handle_url"),
            Element("mobile_url", "移动端办理地址", "address", 300, national="mobile_terminal_url"),
            Element("visits", "到现场次数", "count", 99, national="limit_scene_num", help="群众要到现场的次数"),
            Element("visits_reason", "到现场原因", "line", 300, national="limit_scene_explain"),
            Element("delivery_by_post", "支持物流", "flag", national="is_express"),
            Element("appointment", "支持预约", "flag", national="is_schedule"),
            Element("handle_area", "通办范围", "word", words=(("", "未载明"), *HandleArea.pairs()), national="handle_area"),
            Element("enters_centre", "进驻政务大厅", "flag", national="is_entry_center"),
            Element("notify_promise", "实行告知承诺", "flag"),
            Element("absence_accept", "可以容缺受理", "flag"),
            Element("steps", "办理环节说明", "records", 60, national="handle_flow", parts=_part("name 环节", "text 说明")),
            Element("results", "办理结果", "records", 60, national="result_name",
                    parts=_part("name 名称", "kind 类型", "sample 样本地址", "valid 有效期", "code 证照目录编码")),
            Element("intermediaries", "中介服务", "records", 40, parts=_part("name 名称", "basis 依据")),
        ),
    ),
    (
        "哪里问",
        (
            Element("place", "办理地点", "text", 1000, national="transact_addr"),
            Element("hours", "办理时间", "line", 300, national="transact_time"),
            Element("windows", "办理窗口", "records", 60,
                    parts=_part("name 窗口", "address 地址", "hours 办公时间", "phone 电话")),
            Element("consult_phone", "咨询方式", "text", 1000, national="link_way"),
            Element("complaint_phone", "监督投诉方式", "text", 1000, national="supervise_way"),
            Element("co_departments", "联办机构", "line", 500, national="other_dept"),
        ),
    ),
    (
        "救济与问答",
        (
            Element("review_body", "行政复议机关", "line", 300, national="review_dept"),
            Element("review_address", "行政复议机关地址", "line", 300, national="review_addr"),
            Element("review_phone", "行政复议机关电话", "line", 60, national="review_phone"),
            Element("suit_court", "行政诉讼法院", "line", 300, national="suit_dept"),
            Element("suit_address", "行政诉讼法院地址", "line", 300, national="suit_addr"),
            Element("suit_phone", "行政诉讼法院电话", "line", 60, national="suit_phone"),
            Element("questions", "常见问题", "records", 60, national="questions", parts=_part("question 问题", "answer 回答")),
            Element("plan_effective_on", "计划生效日期", "day", national="plan_effective_date"),
            Element("plan_cancel_on", "计划取消日期", "day", national="plan_cancel_date"),
            Element("change_note", "修改说明", "line", 300),
        ),
    ),
)  # fmt: skip
"""The elements an editor writes, under their headings."""

ELEMENTS: dict[str, Element] = {element.name: element for _, group in GROUPS for element in group}

MATERIAL_ELEMENTS: dict[str, Element] = {
    element.name: element
    for element in (
        Element("name", "材料名称", "line", 500, national="material_name"),
        Element("kind", "材料类型", "word", words=(("", "未载明"), *MaterialKind.pairs()), national="material_type"),
        Element("necessity", "必要性", "word", words=tuple(Necessity.pairs()), national="is_need"),
        Element("condition", "需要的条件", "line", 500),
        Element("condition_text", "何时需要", "line", 300),
        Element("originals", "原件份数", "count", 99, national="page_num"),
        Element("copies", "复印件份数", "count", 99),
        Element("paper_size", "纸质材料规格", "line", 60, national="page_format"),
        Element(
            "format",
            "形式",
            "word",
            words=(("electronic", "电子"), ("paper", "纸质"), ("either", "电子或纸质")),
            national="material_format",
        ),
        Element("source_channel", "来源渠道", "line", 200, national="source_type"),
        Element("source_explain", "来源渠道说明", "line", 500, national="source_explain"),
        Element("accept_standard", "受理标准", "text", 2000, national="accept_stand"),
        Element("basis", "依据", "line", 500, national="by_law"),
        Element("note", "填报须知", "line", 500, national="fill_explain"),
        Element("exempt", "免提交", "flag"),
        Element("exempt_how", "免提交方式", "line", 200),
        Element("template_url", "空白表", "address", 300, national="form_guid"),
        Element("sample_url", "样表", "address", 300, national="example_guid"),
    )
}
"""The elements of a material, in the order of the workbook."""

SEPARATOR = "|"


def text_lengths() -> dict[str, int]:
    """Text elements an editor may write, with their longest length."""
    return {each.name: each.longest for each in ELEMENTS.values() if each.form in ("line", "text", "address")}


def read_records(text: str, keys: Sequence[str]) -> list[dict[str, str]]:
    """Lines `a|b|c` as records; a last part may hold further bars."""
    records = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.replace("｜", SEPARATOR).split(SEPARATOR, len(keys) - 1)]
        if any(parts):
            records.append(dict(zip(keys, parts + [""] * len(keys), strict=False)))
    return records


def write_records(records: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> str:
    """Records as lines, without empty parts at their ends."""
    lines = [
        SEPARATOR.join(str(record.get(key) or "").replace("\n", " ") for key in keys).rstrip(SEPARATOR)
        for record in records
    ]
    return "\n".join(lines)


def keys_of(element: Element) -> tuple[str, ...]:
    """The keys of an element's records."""
    return tuple(key for key, _ in element.parts)
