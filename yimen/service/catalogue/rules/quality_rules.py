"""The rules of the linter as a list: what each is about, how heavy it is by itself, where it comes from.

`by_law` rules stop publication everywhere; the others a place may make heavier, lighter, or leave out.
"""

from __future__ import annotations

from dataclasses import dataclass

CHECKER = "目录质检通行规则"
"""A rule that checkers in use have (law-and-codes §4.7)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its code in findings, what it says in a few words, its severity where nobody has set another."""

    code: str
    title: str
    severity: str
    source: str
    by_law: bool = False


_LAW = (
    Rule("name_missing", "没有事项名称", "error", "GB/T 39554.1—2020 实施清单要素", True),
    Rule("department_missing", "实施部门没有对应", "error", "GB/T 39554.1—2020 实施清单要素", True),
    Rule("kind_missing", "没有事项类型", "error", "GB/T 39554.1—2020 实施清单要素", True),
    Rule("licence_without_limit", "行政许可没有法定时限", "error", "行政许可法第四十二条", True),
    Rule("promise_longer", "承诺时限长于法定时限", "error", "行政许可法第四十二条、第四十三条", True),
    Rule("cancelled_material", "要求已经取消的材料", "error", "取消的证明和材料不得再要求", True),
    Rule("condition_unknown", "条件用到没有的字段", "error", "表单与材料必须一致", True),
    Rule("fee_basis_missing", "收费没有依据", "error", "行政许可法第五十八条", True),
    Rule("fee_contradiction", "不收费却列了收费项目", "error", CHECKER, True),
)
_OURS = (
    Rule("basis_missing", "没有设定依据", "error", "全面公示设定依据"),
    Rule("content_missing", "没有服务内容", "error", "六公开"),
    Rule("fee_unknown", "没有写明是否收费", "error", "六公开"),
    Rule("fee_standard_missing", "收费没有标准", "error", "行政许可法第五十九条"),
    Rule("catch_all_material", "兜底材料（其他材料、有关材料、等）", "error", "优化营商环境条例第四十条；参照北京市优化营商环境条例"),
    Rule("conditions_missing", "没有受理条件", "warning", "什么条件能办要讲清"),
    Rule("catch_all_condition", "兜底条件（其他条件）", "warning", "优化营商环境条例第四十条"),
    Rule("objects_missing", "没有服务对象", "warning", CHECKER),
    Rule("themes_missing", "有服务对象没有主题", "warning", CHECKER),
    Rule("topics_differ", "主题与服务对象不符", "warning", CHECKER),
    Rule("questions_missing", "行政许可没有常见问题", "warning", CHECKER),
    Rule("steps_missing", "行政许可环节不足五步", "warning", CHECKER),
    Rule("result_kind", "结果名称与结果类型不符", "warning", CHECKER),
    Rule("result_sample", "办理结果没有样本", "warning", CHECKER),
    Rule("results_missing", "没有办理结果", "warning", CHECKER),
    Rule("limit_by_default", "法定时限取法定默认", "warning", "行政许可法第四十二条"),
    Rule("limit_units_differ", "法定与承诺时限单位不同", "warning", "时限须写明单位"),
    Rule("instant_kind", "当场办结却不是即办件", "warning", CHECKER),
    Rule("instant_limit", "即办件的承诺时限过长", "warning", CHECKER),
    Rule("instant_at_once", "即办件与即审即办不符", "warning", CHECKER),
    Rule("no_clock", "没有任何时限", "warning", "多长时间办结要讲清"),
    Rule("material_twice", "同一材料列了两次", "warning", "同样的材料不得重复要求"),
    Rule("condition_missing", "视情形材料没有写情形", "warning", "一次性告知要讲清"),
    Rule("material_source_missing", "材料没有来源渠道或依据", "warning", "优化营商环境条例第四十四条"),
    Rule("proof_without_basis", "证明没有依据", "warning", "优化营商环境条例第四十四条"),
    Rule("form_without_template", "申请表没有空白表", "warning", "行政许可法第二十九条"),
    Rule("fee_items_missing", "收费没有逐项列出", "warning", CHECKER),
    Rule("fee_item_standard", "收费项目没有标准", "warning", "行政许可法第五十九条"),
    Rule("fee_item_basis", "收费项目没有依据文件", "warning", "行政许可法第五十八条"),
    Rule("fee_reduction_basis", "减免没有依据", "warning", "减免须有依据"),
    Rule("fee_paid_online", "不收费却支持网上支付", "warning", CHECKER),
    Rule("visits_reason", "要到现场没有写原因", "warning", CHECKER),
    Rule("visits_impossible", "到现场 0 次却不能网办也不能寄", "warning", CHECKER),
    Rule("in_person_visits", "须本人到场却到现场 0 次", "warning", CHECKER),
    Rule("depth_visits", "网办四级却要到现场", "warning", CHECKER),
    Rule("phones_equal", "投诉与咨询电话相同", "warning", CHECKER),
    Rule("consult_missing", "没有咨询方式", "warning", CHECKER),
    Rule("complaint_missing", "没有监督投诉方式", "warning", CHECKER),
    Rule("place_missing", "没有办理地点", "warning", "行政许可法第三十条"),
    Rule("hours_missing", "没有办理时间", "warning", "什么时候能办要讲清"),
    Rule("remedy_missing", "没有救济途径", "warning", "行政许可法第三十八条"),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.code: rule for rule in (*_LAW, *_OURS)}

SEVERITIES = (("error", "要改（不能发布）"), ("warning", "提醒"), ("off", "不查"))


def title_of(code: str) -> str:
    """A rule in a few words."""
    return RULES[code].title if code in RULES else code


def usable(settings: dict[str, str]) -> dict[str, str]:
    """Of what a place has set, that which may be set: no rule of law is made lighter."""
    words = {word for word, _ in SEVERITIES}
    return {code: word for code, word in settings.items() if word in words and code in RULES and not RULES[code].by_law}
