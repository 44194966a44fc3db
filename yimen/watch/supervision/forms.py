"""What is asked on the screens of supervision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms as django_forms

from yimen.ground.kit import forms
from yimen.watch.supervision.rules import Kind, Param

Choices = Sequence[tuple[Any, Any]]
LEVELS = (("notice", "预警提示"), ("yellow", "黄牌"), ("red", "红牌"))


class ActForm(forms.Form):
    """What every act carries: the version of the page."""

    seen = django_forms.IntegerField(widget=django_forms.HiddenInput, required=False)


class ReasonForm(ActForm):
    """An act with its words."""

    reason = forms.Paragraph(label="理由", rows=4, max_length=2000)

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["reason"].label = label


class ExplainForm(ActForm):
    """What happened."""

    text = forms.Paragraph(
        label="说明", rows=5, max_length=4000, help_text="写明事实、原因、已经采取的措施；有证明材料的写明名称。"
    )


class CardForm(ActForm):
    """Which card, and why."""

    level = django_forms.ChoiceField(
        label="发什么牌", choices=LEVELS[1:], widget=django_forms.RadioSelect(attrs={"class": "two"})
    )
    reason = forms.Paragraph(
        label="发牌理由", rows=4, max_length=2000, help_text="写明认定的事实、为什么说明不成立、依据的条文。"
    )

    def __init__(self, *args: Any, most: str = "red", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if most != "red":
            self.fields["level"].choices = LEVELS[1:2]  # type: ignore[attr-defined]


class RaiseForm(forms.Form):
    """A finding of one's own."""

    violation = django_forms.ChoiceField(label="违规行为")
    text = forms.Paragraph(label="发现的问题", rows=4, max_length=500, help_text="写明时间、地点和事实。")
    level = django_forms.ChoiceField(label="建议处置", choices=LEVELS, initial="notice")
    about = forms.Line(
        label="所涉办件编号", max_length=60, required=False, help_text="填了办件编号，责任单位和经办人由办件确定。"
    )
    unit = django_forms.TypedChoiceField(label="责任单位", coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, violations: Choices, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["violation"].choices = [("", "请选择"), *violations]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", "由办件确定"), *units]  # type: ignore[attr-defined]


class ResultsForm(forms.Form):
    """A file of results."""

    file = forms.Attachment(label="结果清单", kinds=("XLSX", "XLS", "CSV"), megabytes=10)
    source = forms.Line(label="来源", max_length=100, help_text="例如：市监局许可科台账、省食药许可系统导出。")
    unit = django_forms.TypedChoiceField(
        label="部门", coerce=int, empty_value=None, required=False, help_text="清单里有“部门”列的，可以不选。"
    )

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", "以清单里的部门为准"), *units]  # type: ignore[attr-defined]


class ResultForm(forms.Form):
    """One result."""

    unit = django_forms.TypedChoiceField(label="部门", coerce=int)
    number = forms.Line(label="证照或文书编号", max_length=100)
    applicant = forms.Line(label="申请人", max_length=200)
    item_name = forms.Line(label="事项名称", max_length=200)
    item_code = forms.Line(label="事项编码", max_length=40, required=False, help_text="知道的填上，核对更准。")
    decided_on = forms.Day(label="出具日期")
    source = forms.Line(label="来源", max_length=100, help_text="从哪里知道的，例如：现场检查看到的证照。")

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", "请选择"), *units]  # type: ignore[attr-defined]


class TermsForm(forms.Form):
    """Limits and points."""

    explain_workdays = django_forms.IntegerField(label="说明期限（工作日）")
    judge_workdays = django_forms.IntegerField(label="认定期限（工作日）")
    appeal_workdays = django_forms.IntegerField(label="申诉期限（工作日）")
    review_workdays = django_forms.IntegerField(label="复核期限（工作日）")
    red_points = django_forms.IntegerField(label="红牌扣分")
    yellow_points = django_forms.IntegerField(label="黄牌扣分")
    notice_points = django_forms.IntegerField(label="提醒扣分")
    late_points = django_forms.IntegerField(label="超期办结每件扣分")
    deemed_points = django_forms.IntegerField(label="逾期未受理每件扣分（窗口、人员）")
    light_points = django_forms.IntegerField(label="亮过红灯每件扣分（窗口、人员）")


class RuleForm(forms.Form):
    """A version of a rule: its words, its thresholds, when it holds. The fields of the thresholds come from the kind."""

    code = forms.Line(
        label="规则代号", max_length=40, help_text="英文字母、数字和连接线，例如 late-handling；设立后不能改。"
    )
    label = forms.Line(label="名称", max_length=60)
    text = forms.Paragraph(label="说明", rows=2, max_length=500, required=False)
    law = forms.Line(label="依据", max_length=200, required=False)
    level = django_forms.ChoiceField(label="建议处置", choices=LEVELS)
    in_use = django_forms.BooleanField(label="启用", required=False)
    place = django_forms.TypedChoiceField(
        label="适用范围", coerce=int, empty_value=None, required=False,
        help_text="选了中心或部门的，只在那里适用；范围小的优先于范围大的。",
    )  # fmt: skip
    lifted = django_forms.BooleanField(label="这里不再单独规定，改按各处的规定", required=False)
    valid_on = forms.Day(label="生效日期", required=False, help_text="留空则保存后立即生效。")
    why = forms.Line(label="修改原因", max_length=300)

    def __init__(
        self, *args: Any, kind: Kind, new: bool, places: Choices = (), lift: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [("", "各处"), *places]  # type: ignore[attr-defined]
        if kind.family == "signal":
            del self.fields["level"]
        if new:
            del self.fields["why"]
        else:
            del self.fields["code"]
        if new or not lift:
            del self.fields["lifted"]
        place = ["code", "place", "label", "text", "law", "level"]
        for param in kind.params:
            self.fields[f"param_{param.name}"] = _field(param)
            place.append(f"param_{param.name}")
        self.order_fields([*place, "in_use", "lifted", "valid_on", "why"])


def _field(param: Param) -> django_forms.Field:
    label = f"{param.label}（{param.unit}）" if param.unit else param.label
    if param.kind == "choice":
        return django_forms.ChoiceField(label=label, choices=param.choices, help_text=param.help)
    # Kept as text: the rule itself says what is wrong with a number, also to the interface and on the command line.
    return forms.Line(label=label, required=False, max_length=300 if param.kind == "codes" else 8, help_text=param.help)
