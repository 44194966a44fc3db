"""Forms of the reform's pages: they parse; the services decide."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.core.exceptions import ValidationError

from yimen.ground.kit import forms
from yimen.ground.kit.refusals import Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.rules.vocabulary import ItemKind, LimitUnit
from yimen.service.reform.rules import (
    BatchSource,
    ChangeKind,
    CheckResult,
    CleanUpOutcome,
    ProofKind,
    Replacement,
    RowDecision,
    SimplificationKind,
    StandardField,
)

TABLES = ("CSV", "XLSX", "XLS")


def departments() -> Any:
    """Departments in being, as people look for them."""
    return organisations.departments().order_by("order", "id")


def receivers() -> Any:
    """Units to which a power can be handed: towns, and departments of other tiers."""
    return organisations.units("town", "department")


def responsible_units() -> Any:
    """Units that answer for standards: whoever serves people, but no sections."""
    return organisations.units("office", "centre", "subcentre", "department", "town")


class ItemCode(forms.Line):
    """The code of an item; cleans to the item."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 120, "help_text": "从事项目录或权责清单复制", **kwargs})

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        if not code:
            return None
        try:
            return catalogue.item_by_code(code)
        except Refusal as refusal:
            raise ValidationError(refusal.message, code="unknown") from None


def _choose(label: str, queryset: Any, **more: Any) -> Any:
    return django_forms.ModelChoiceField(label=label, queryset=queryset, **more)


class WithDepartments(forms.Form):
    """A form whose choices of units are read when it is made."""

    units_of: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, read in self.units_of.items():
            self.fields[name].queryset = read()  # type: ignore[attr-defined]  # a choice of models


class BatchForm(forms.Form):
    """A new batch of changes."""

    title = forms.Line(label="名称", max_length=200, help_text="例如“承接省政府下放行政权力事项”")
    source = django_forms.ChoiceField(label="来由", choices=BatchSource.pairs()[:2])
    from_organ = forms.Line(label="来文机关", max_length=200, required=False, help_text="承接上级决定的必填")
    document = forms.Line(
        label="文号", max_length=100, required=False, help_text="承接上级决定的必填；本级决定的可到决定时再填"
    )
    document_on = forms.Day(label="印发日期", required=False)
    note = forms.Paragraph(label="说明", required=False, max_length=2000, rows=3)


class ChangeForm(WithDepartments):
    """A change put into a batch."""

    units_of = {"department": departments, "units": receivers}

    kind = django_forms.ChoiceField(label="调整方式", choices=ChangeKind.pairs())
    item = ItemCode(label="事项编码", required=False, help_text="承接新事项时不填；其余必填")
    name = forms.Line(label="新事项名称", required=False, max_length=1000, help_text="承接时填")
    item_kind = django_forms.ChoiceField(
        label="新事项类型", required=False, choices=[("", "请选择"), *ItemKind.pairs()]
    )
    base_code = forms.Line(label="上级目录编码", required=False, max_length=33)
    department = _choose("承接部门", None, required=False, help_text="承接新事项时选")
    units: Any = django_forms.ModelMultipleChoiceField(
        label="承接机关", queryset=None, required=False, help_text="赋权、下放时选，可多选",
        widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"}),
    )  # fmt: skip
    legal_limit = django_forms.IntegerField(label="法定时限", required=False, min_value=0, max_value=3650)
    legal_unit = django_forms.ChoiceField(
        label="时限单位", required=False, choices=[("", "请选择"), *LimitUnit.pairs()]
    )
    legal_basis = forms.Paragraph(label="设定依据", required=False, max_length=4000, rows=2)
    reason = forms.Line(label="理由", max_length=300)
    basis = forms.Line(label="依据条目", required=False, max_length=300, help_text="例如“附件一第 12 项”")


class OpinionForm(forms.Form):
    """The opinion of a review."""

    opinion = forms.Paragraph(label="审查意见", max_length=2000, rows=3, required=False, help_text="退回时必填")


class DecisionForm(forms.Form):
    """The document that decides a batch."""

    document = forms.Line(label="决定文号", max_length=100)
    document_on = forms.Day(label="印发日期")
    effective_on = forms.Day(label="施行日期", help_text="取消、赋权、下放从这一天起算")


class ReasonForm(forms.Form):
    """A reason."""

    reason = forms.Line(label="原因", max_length=300)


class DutyForm(forms.Form):
    """The duty that goes with a power."""

    text = forms.Paragraph(
        label="责任事项", max_length=4000, rows=6, help_text="受理、审查、决定、送达、监管各环节的责任"
    )
    accountable = forms.Paragraph(label="追责情形", max_length=4000, rows=4, required=False)
    basis = forms.Line(label="依据", max_length=300)
    since = forms.Day(label="自", required=False, help_text="不填为今天")


class CleanUpForm(WithDepartments):
    """A new round of cleaning."""

    units_of = {"departments": departments}

    title = forms.Line(label="名称", max_length=200, help_text="例如“2026 年行政许可事项清理”")
    document = forms.Line(label="文号", max_length=100)
    due_on = forms.Day(label="自查截止")
    departments: Any = django_forms.ModelMultipleChoiceField(
        label="部门", queryset=None, widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"})
    )
    note = forms.Paragraph(label="要求", max_length=2000, rows=3, required=False)


class FoundForm(WithDepartments):
    """A department's finding for chosen lines."""

    units_of = {"receiver": receivers}

    found = django_forms.ChoiceField(label="自查意见", choices=CleanUpOutcome.pairs())
    reason = forms.Line(label="理由", max_length=300, required=False)
    receiver = _choose("下放给", None, required=False)


class DecideLinesForm(forms.Form):
    """The legal office's decision on chosen lines."""

    decided = django_forms.ChoiceField(
        label="审定结果", choices=[("", "同意自查意见"), *CleanUpOutcome.pairs()], required=False
    )
    reason = forms.Line(label="审定理由", max_length=300, required=False)


class ComparisonForm(WithDepartments):
    """A superior's list to be compared."""

    units_of = {"department": departments}

    file = forms.Attachment(label="上级清单", kinds=TABLES, megabytes=60)
    title = forms.Line(
        label="清单名称", max_length=200, help_text="例如“省级权责清单（2026 年版）”；同名的下次比对沿用保留意见"
    )
    document = forms.Line(label="文号", max_length=100, required=False)
    department = _choose("只比这个部门", None, required=False, empty_label="全部部门")


class SettleForm(WithDepartments):
    """What is done about chosen lines of a comparison."""

    units_of = {"department": departments}

    decision = django_forms.ChoiceField(label="处理", choices=[*RowDecision.pairs()[1:], ("open", "恢复未处理")])
    reason = forms.Line(label="理由", max_length=300, required=False)
    department = _choose("由哪个部门承接", None, required=False)


class ClassForm(forms.Form):
    """A class of items with a target."""

    code = django_forms.SlugField(label="代号", max_length=40, help_text="字母、数字、短横，例如 project")
    name = forms.Line(label="类别", max_length=60)
    numerator = django_forms.IntegerField(label="承诺不超过法定的几分", min_value=1, max_value=100, initial=1)
    denominator = django_forms.IntegerField(label="几分之", min_value=1, max_value=100, initial=3)
    document = forms.Line(label="依据文件", max_length=200)
    note = forms.Line(label="说明", max_length=300, required=False)


class CodesForm(forms.Form):
    """Items by their codes."""

    codes = forms.Paragraph(label="事项编码", max_length=70_000, rows=4, help_text="每行一个")


class RebuildForm(forms.Form):
    """A course before and after."""

    before = forms.Paragraph(label="再造前的内部环节", max_length=4000, rows=6, help_text="每行：环节｜岗位｜工作日")
    after = forms.Paragraph(label="再造后的内部环节", max_length=4000, rows=6, help_text="每行：环节｜岗位｜工作日")
    edition_before = django_forms.ChoiceField(
        label="再造前的版本", required=False, help_text="材料数、跑动次数按版本算"
    )
    edition_after = django_forms.ChoiceField(label="再造后的版本", required=False)
    document = forms.Line(label="文件", max_length=200)
    reason = forms.Line(label="理由", max_length=300)
    on = forms.Day(label="施行日期")

    def __init__(self, *args: Any, editions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("edition_before", "edition_after"):
            self.fields[name].choices = [("", "不比"), *editions]  # type: ignore[attr-defined]  # a choice


class SimplifyForm(forms.Form):
    """A measure of simplification."""

    kind = django_forms.ChoiceField(label="举措", choices=SimplificationKind.pairs())
    document = forms.Line(label="文件", max_length=200)
    note = forms.Line(label="做法", max_length=300, required=False)
    since = forms.Day(label="自")


class TagsForm(forms.Form):
    """The four handlings of an item."""

    at_once = django_forms.BooleanField(required=False)
    online = django_forms.BooleanField(required=False)
    nearby = django_forms.BooleanField(required=False)
    once = django_forms.BooleanField(required=False)

    def __init__(self, *args: Any, words: dict[str, str], **kwargs: Any) -> None:
        for name in self.base_fields:
            self.base_fields[name].label = words[f"tag.{name}"]
        super().__init__(*args, **kwargs)


class ProofForm(forms.Form):
    """A proof that is kept."""

    kind = django_forms.ChoiceField(label="种类", choices=ProofKind.pairs())
    name = forms.Line(label="名称", max_length=300)
    issuer = forms.Line(label="出具单位", max_length=200, required=False)
    purpose = forms.Line(label="用途", max_length=300, required=False)
    basis = forms.Line(label="保留依据", max_length=300, help_text="法律、行政法规或国务院决定的条款")


class CancelProofForm(forms.Form):
    """A proof that is cancelled."""

    document = forms.Line(label="取消文号", max_length=200)
    replacement = django_forms.ChoiceField(label="以什么代替", choices=Replacement.pairs())
    replacement_note = forms.Line(label="代替办法", max_length=300, required=False)
    on = forms.Day(label="取消日期", required=False, help_text="不填为今天")


class StandardForm(WithDepartments):
    """A standard to be issued."""

    units_of = {"responsible": responsible_units}

    field = django_forms.ChoiceField(label="领域", choices=StandardField.pairs())
    title = forms.Line(label="标准名称", max_length=200)
    responsible = _choose("责任单位", None)
    due_on = forms.Day(label="应完成日期")
    content = forms.Paragraph(label="主要内容", max_length=4000, rows=4, required=False)


class IssueForm(forms.Form):
    """A standard is issued."""

    document = forms.Line(label="发布文号", max_length=100)
    issued_on = forms.Day(label="发布日期")


class CheckForm(WithDepartments):
    """How a standard is kept."""

    units_of = {"unit": responsible_units, "window": organisations.open_windows}

    unit = _choose("单位", None)
    window = _choose("窗口", None, required=False)
    checked_on = forms.Day(label="检查日期")
    result = django_forms.ChoiceField(label="结果", choices=CheckResult.pairs())
    finding = forms.Line(label="发现的问题", max_length=300, required=False, help_text="没有完全达标的必填")
    due_on = forms.Day(label="整改期限", required=False)


class MendForm(forms.Form):
    """What was found is mended."""

    note = forms.Line(label="整改情况", max_length=300)
    on = forms.Day(label="完成日期")


class WordingForm(forms.Form):
    """A word or target of this place."""

    text = forms.Line(label="内容", max_length=60, required=False, help_text="清空即恢复默认")
    basis = forms.Line(label="依据", max_length=200, required=False)
