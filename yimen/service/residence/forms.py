"""The forms of the residence."""

from __future__ import annotations

from typing import Any

from django import forms as django
from django.db.models import Q

from yimen.ground.kit import forms
from yimen.ground.organisations import selectors as organisations
from yimen.service.residence import selectors
from yimen.service.residence.models import (
    DemandAnswer,
    DirectoryLine,
    Function,
    PlanReview,
    ProvinceField,
    ReadinessPoint,
)
from yimen.service.residence.rules import Choice, WideClass


class FunctionForm(forms.Form):
    """A function of a department."""

    def __init__(self, *args: Any, within: Q | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        departments = organisations.departments().order_by("order", "pk")
        sections = organisations.sections_in(departments if within is None else departments.filter(within))
        self.fields["department"] = django.ModelChoiceField(
            departments if within is None else departments.filter(within), label="部门"
        )
        self.fields["section"] = SectionField(
            sections, label="现在所在的科室", required=False, help_text="选本部门的科室。"
        )
        self.order_fields(["department", "name", "kind", "section", "wide_class", "basis"])
        _polite(self)

    name = forms.Line(label="职能", help_text="例如：食品经营许可。")
    kind = django.ChoiceField(label="性质", choices=Function.Kind.choices, widget=django.RadioSelect)
    wide_class = django.ChoiceField(
        label="审批以外纳入中心的类别", choices=[("", "不属于"), *WideClass.pairs()], required=False
    )
    basis = forms.Line(label="依据", required=False, max_length=300, help_text="三定规定或法律条文。")


class HandleForm(forms.Form):
    """What was done about an attempt."""

    text = forms.Paragraph(label="处理结果", rows=3, max_length=300, help_text="写明核实的情况和怎样处理。")


class OpinionForm(forms.Form):
    """The department's word."""

    agree = django.ChoiceField(
        label="本部门意见", choices=[("1", "同意"), ("0", "不同意")], widget=django.RadioSelect(attrs={"class": "two"})
    )
    text = forms.Paragraph(label="说明", rows=3, max_length=500, required=False, help_text="不同意的，请写明理由。")


class DecisionForm(forms.Form):
    """The centre's decision on an adjustment."""

    number = forms.Line(label="决定文号", required=False, max_length=60, help_text="调出必须有文号。")
    text = forms.Paragraph(label="决定说明", rows=3, max_length=500)
    effective_on = forms.Day(label="生效日期")


class ReasonForm(forms.Form):
    """Why not."""

    text = forms.Paragraph(label="理由", rows=3, max_length=500)


class ProposalForm(forms.Form):
    """Why, and to which windows; what it is about is ticked in the list beside it."""

    def __init__(self, *args: Any, place: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["windows"] = django.ModelMultipleChoiceField(
            organisations.open_windows().filter(kind__in=["comprehensive", "department"]),
            label="进驻的窗口", widget=django.CheckboxSelectMultiple(attrs={"class": "two"}), required=place,
        )  # fmt: skip
        if not place:
            del self.fields["windows"]
        _polite(self)

    reason = forms.Paragraph(label="理由", rows=3, max_length=500)


class DirectoryForm(forms.Form):
    """The next edition."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["centre"] = django.ModelChoiceField(
            organisations.halls().filter(kind="centre"), label="中心", empty_label=None
        )
        self.order_fields(["centre", "title"])
        _polite(self)

    title = forms.Line(label="名称", max_length=120, initial="应进驻政务服务中心事项目录")


class LineForm(forms.Form):
    """One line of the directory."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"] = django.ModelChoiceField(
            organisations.departments().order_by("order", "pk"), label="部门", required=False,
            help_text="按部门或类别列入时选。类别不选部门，就是各部门都要。",
        )  # fmt: skip
        self.order_fields(["kind", "code", "department", "base_code", "wide_class", "place", "note"])
        _polite(self)

    kind = django.ChoiceField(
        label="按什么列入", choices=DirectoryLine.Kind.choices, widget=django.RadioSelect, initial="item"
    )
    code = forms.Line(label="事项编码", max_length=40, required=False, help_text="按一个事项列入时填。")
    base_code = forms.Line(label="基本编码", max_length=12, required=False, help_text="留空就是这个部门的全部事项。")
    wide_class = django.ChoiceField(label="类别", choices=[("", "请选择"), *WideClass.pairs()], required=False)
    place = django.ChoiceField(
        label="进驻方式", choices=DirectoryLine.Place.choices, widget=django.RadioSelect(attrs={"class": "two"}),
        initial="centre",
    )  # fmt: skip
    note = forms.Line(label="备注", max_length=300, required=False)


class UploadForm(forms.Form):
    """A directory as a file."""

    file = forms.Attachment(label="目录文件", kinds=("XLSX", "XLS", "CSV"), megabytes=20)


class PublishForm(forms.Form):
    """Under which document."""

    document_number = forms.Line(label="文号", max_length=60)
    document_on = forms.Day(label="印发日期")


class BatchForm(forms.Form):
    """A new batch."""

    title = forms.Line(label="名称", max_length=120, required=False, help_text="留空按批次自动取名。")


class BatchPublishForm(forms.Form):
    """公布一批, perhaps 推行一批 at once."""

    document_number = forms.Line(label="文号", max_length=60)
    published_on = forms.Day(label="公布日期")
    in_force_on = forms.Day(label="推行日期", required=False, help_text="还没定的先留空，以后再推行。")


class InForceForm(forms.Form):
    """推行一批."""

    in_force_on = forms.Day(label="推行日期")


class UnlistForm(forms.Form):
    """Why it is taken off."""

    reason = forms.Line(label="移出理由", max_length=300)


class DemandForm(forms.Form):
    """What a citizen adds."""

    text = forms.Paragraph(
        label="为什么需要在大厅办",
        rows=4,
        max_length=500,
        required=False,
        help_text="请不要写身份证号等个人信息。",
    )


class WishForm(DemandForm):
    """Something the catalogue does not know."""

    wanted = forms.Line(label="想办的事", max_length=120, help_text="例如：开具无房证明。")
    field_order = ("wanted", "text")


class AnswerForm(forms.Form):
    """What becomes of a wish."""

    outcome = django.ChoiceField(label="决定", choices=DemandAnswer.Outcome.choices, widget=django.RadioSelect)
    text = forms.Paragraph(
        label="答复", rows=4, max_length=1000, help_text="会发给每一位提出的人，并在网上公布。写明理由和什么时候能办。"
    )


class PlanForm(forms.Form):
    """The head of a consolidation plan; functions and people stand beside it."""

    def __init__(self, *args: Any, department: Any, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections = organisations.sections_of(department)
        staff = organisations.staff_of(department, day)
        self.fields["section"] = django.ModelChoiceField(sections, label="归并到的科室（行政审批服务科）")
        self.fields["second_section"] = django.ModelChoiceField(
            sections, label="第二个科室", required=False, help_text="最多归并到两个科室，没有就留空。"
        )
        self.fields["leader"] = django.ModelChoiceField(staff, label="负责人", help_text="验收后任首席代表。")
        self.fields["windows"] = django.ModelMultipleChoiceField(
            organisations.windows_serving(department), label="进驻的窗口", required=False,
            widget=django.CheckboxSelectMultiple(attrs={"class": "two"}),
            help_text="这里只列受理本部门的窗口。",
        )  # fmt: skip
        self.order_fields(["section", "second_section", "leader", "whole_section", "windows", "reason", "separation"])
        _polite(self)

    whole_section = django.BooleanField(label="科室整建制进驻大厅", required=False, initial=True)
    reason = forms.Paragraph(label="归并理由", rows=3, max_length=1000)
    separation = forms.Paragraph(
        label="审批与监管如何分开",
        rows=3,
        max_length=1000,
        required=False,
        help_text="写明审批后由哪个科室监管、怎样移交。",
    )


class PersonForm(forms.Form):
    """Somebody to be sent."""

    def __init__(self, *args: Any, department: Any, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"] = django.ModelChoiceField(
            organisations.staff_of(department, day), label="人员", required=False
        )
        self.order_fields(["account", "duty", "qualification", "enforcement", "permanent"])
        _polite(self)

    duty = forms.Line(label="拟任岗位", max_length=60, required=False)
    qualification = forms.Line(label="学历与业务资格", max_length=300, required=False)
    enforcement = forms.Line(label="执法资格证号", max_length=60, required=False)
    permanent = django.BooleanField(label="在编", required=False, initial=True)


class ReviewForm(forms.Form):
    """One body's word."""

    def __init__(self, *args: Any, bodies: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(PlanReview.Body.choices)
        self.fields["body"] = django.ChoiceField(
            label="代表", choices=[(body, labels[body]) for body in bodies], initial=bodies[0] if bodies else ""
        )
        self.order_fields(["body", "passed", "opinion"])
        _polite(self)

    passed = django.ChoiceField(
        label="结论", choices=[("1", "同意"), ("0", "退回修改")], widget=django.RadioSelect(attrs={"class": "two"})
    )
    opinion = forms.Paragraph(label="意见", rows=3, max_length=500, help_text="人员资格、编制、场地分别由三家审核。")


class DesignateWindowForm(forms.Form):
    """A window for the whole province."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"] = django.ModelChoiceField(ProvinceField.objects.all(), label="领域")
        self.fields["window"] = django.ModelChoiceField(organisations.open_windows(), label="窗口")
        self.order_fields(["field", "window", "from_on", "basis"])
        _polite(self)

    from_on = forms.Day(label="设立日期")
    basis = forms.Line(label="依据", max_length=200, help_text="文号或通知名称。")


class DesignateItemForm(forms.Form):
    """An item for the whole province."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"] = django.ModelChoiceField(ProvinceField.objects.all(), label="领域")
        self.order_fields(["field", "code", "from_on", "basis"])
        _polite(self)

    code = forms.Line(label="事项编码", max_length=40)
    from_on = forms.Day(label="通办日期")
    basis = forms.Line(label="依据", max_length=200, help_text="文号或通知名称。")

    def clean_code(self) -> Any:
        """The item with this code."""
        found = selectors.items_by_code([self.cleaned_data["code"]]).get(self.cleaned_data["code"])
        if found is None:
            raise django.ValidationError("没有这个编码的事项，请核对后再填")
        return found


class FieldForm(forms.Form):
    """A field of one's own."""

    name = forms.Line(label="领域", max_length=30)


class PointForm(forms.Form):
    """A point of the checklist."""

    side = django.ChoiceField(label="方面", choices=ReadinessPoint.Side.choices, widget=django.RadioSelect)
    text = forms.Line(label="要点", max_length=200)


class SettingForm(forms.Form):
    """One setting."""

    def __init__(self, *args: Any, choice: Choice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if choice.choices:
            self.fields[choice.key] = django.ChoiceField(
                label=choice.label, choices=choice.choices, widget=django.RadioSelect, help_text=choice.source
            )
        else:
            self.fields[choice.key] = django.IntegerField(
                label=f"{choice.label}（{choice.unit}）",
                min_value=choice.least,
                max_value=choice.most,
                help_text=choice.source,
            )
        _polite(self)


class SectionField(django.ModelChoiceField):  # type: ignore[type-arg]  # generic only to the type checker
    """Sections named with their department, since most are called alike."""

    def label_from_instance(self, obj: Any) -> str:
        """`市场监管局 · 行政审批服务科`."""
        return f"{obj.parent.short_name} · {obj.name}" if obj.parent else obj.name


def _polite(form: forms.Form) -> None:
    """The fields that were made for this request speak our words too."""
    for name, field in form.fields.items():
        if name not in form.base_fields:
            forms.make_polite(field, str(field.label or name))
