"""What the screens ask. A form reads; what is right is said by services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms as django_forms

from yimen.ground.kit import forms
from yimen.ground.matters.desk.forms import ActForm, ReasonForm
from yimen.watch.efficiency import registers, rules
from yimen.watch.efficiency.models import Complaint, Correction, Ladder, Point

Choices = Sequence[tuple[Any, str]]
VIOLATIONS = list(rules.VIOLATIONS.items())


def choice(label: str, choices: Choices, *, needed: bool = True, help_text: str = "") -> django_forms.ChoiceField:
    """One of a list."""
    return django_forms.ChoiceField(
        label=label, choices=[("", "请选择"), *choices], required=needed, help_text=help_text
    )


def radios(label: str, choices: Choices, *, initial: str = "", two: bool = True) -> django_forms.ChoiceField:
    """One of a few, all of them in sight."""
    widget = django_forms.RadioSelect(attrs={"class": "two"} if two else {})
    return django_forms.ChoiceField(label=label, choices=list(choices), widget=widget, initial=initial)


def unit_choice(label: str, *, needed: bool = True, help_text: str = "") -> django_forms.TypedChoiceField:
    """A unit by its id; the view fills in which."""
    return django_forms.TypedChoiceField(
        label=label, coerce=int, empty_value=None, required=needed, choices=(), help_text=help_text
    )


class WithUnits(forms.Form):
    """A form with a field `unit`."""

    def __init__(self, *args: Any, units: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("unit", "accused"):
            if name in self.fields:
                self.fields[name].choices = [("", "请选择"), *units]  # type: ignore[attr-defined]


# --- Acts on one matter


class DaysForm(ReasonForm):
    """So many working days."""

    days = django_forms.IntegerField(label="几个工作日", min_value=1, max_value=60)


class NoteForm(ActForm):
    """Notes of an investigation."""

    text = forms.Paragraph(label="调查情况", rows=5, max_length=4000, help_text="投诉人和被投诉单位都看不到。")
    file = forms.Attachment(label="证据材料", required=False)
    accused_person = django_forms.TypedChoiceField(
        label="查明的被投诉人", coerce=int, empty_value=None, required=False, choices=(),
        help_text="选定以后，此人不能再看到和办理这件投诉。",
    )  # fmt: skip

    def __init__(self, *args: Any, people: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accused_person"].choices = [("", "还没有查明"), *people]  # type: ignore[attr-defined]


SATISFIED = [("yes", "满意"), ("no", "不满意"), ("none", "联系不上或匿名")]


class FollowForm(ActForm):
    """A follow-up."""

    satisfied = radios("投诉人满意吗", SATISFIED, initial="yes")
    reason = forms.Paragraph(label="回访情况", rows=3, max_length=2000, required=False)

    def clean_satisfied(self) -> bool | None:
        """Yes, no, or nobody reached."""
        return {"yes": True, "no": False}.get(self.cleaned_data["satisfied"])


class SanctionForm(ReasonForm):
    """What follows from a fault."""

    sanction = choice("处理", list(rules.SANCTIONS.items()))
    field_order = ("sanction", "reason")


class RungForm(ActForm):
    """A measure of the ladder."""

    rung = radios("措施", list(rules.RUNGS.items()))
    reason = forms.Paragraph(label="内容和理由", rows=4, max_length=2000)
    person = forms.Line(
        label="谈话对象或调整人选",
        max_length=100,
        required=False,
        help_text="诫勉谈话、岗位调整建议要填，写姓名和职务。",
    )
    addressed = choice(
        "岗位调整建议报送",
        list(rules.ADDRESSEES.items()),
        needed=False,
        help_text="垂直管理单位报上级主管部门，其余报党委。",
    )
    addressed_name = forms.Line(label="报送单位名称", max_length=100, required=False)
    document = forms.Line(label="文号", max_length=60, required=False)
    skipped = forms.Line(label="跳过前一级的理由", max_length=300, required=False, help_text="按次序采取的不填。")

    def __init__(self, *args: Any, rungs: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rungs:
            self.fields["rung"].choices = list(rungs)  # type: ignore[attr-defined]
            self.fields["rung"].initial = rungs[0][0]


class SelfCheckForm(ActForm):
    """What a department says of itself, point by point."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, (label, help_text) in rules.POINTS.items():
            self.fields[key] = forms.Paragraph(label=label, rows=2, max_length=1000, help_text=help_text)
        self.fields["reason"] = forms.Paragraph(label="总的情况", rows=3, max_length=2000)
        self.fields["file"] = forms.Attachment(label="附件", required=False)


class JudgeForm(ActForm):
    """The judgement, point by point."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, (label, _) in rules.POINTS.items():
            self.fields[key] = radios(label, [each for each in Point.Judged.choices if each[0]], initial="good")
            self.fields[f"{key}_remark"] = forms.Line(label=f"{label}：检查意见", max_length=500, required=False)
        self.fields["reason"] = forms.Paragraph(label="检查结论", rows=3, max_length=2000)
        self.fields["orders"] = django_forms.BooleanField(
            label="不符合的各下一份整改通知", required=False, initial=True
        )


# --- New matters


class CorrectionForm(WithUnits):
    """An order of correction."""

    unit = unit_choice("整改单位")
    source = choice("问题来源", Correction.Source.choices)
    violation = choice("问题类别", VIOLATIONS)
    problem = forms.Paragraph(
        label="存在的问题",
        rows=4,
        max_length=2000,
        help_text="整改单位会看到。来自投诉的，不要写能看出投诉人是谁的内容。",
    )
    demand = forms.Paragraph(label="整改要求", rows=3, max_length=2000)
    days = django_forms.IntegerField(label="整改期限（工作日）", min_value=1, max_value=60)
    source_code = forms.Line(label="来源编号", max_length=60, required=False)
    file = forms.Attachment(label="证据材料", required=False)


class FaultForm(WithUnits):
    """A fault to be looked into."""

    unit = unit_choice("责任单位")
    person = django_forms.TypedChoiceField(
        label="责任人", coerce=int, empty_value=None, required=False, choices=(), help_text="追究单位责任的不选。"
    )
    violation = choice("过错类别", VIOLATIONS)
    rule = forms.Line(label="违反的规定", max_length=300, help_text="制度名称和条款，例如：《首问负责制》第四条。")
    facts = forms.Paragraph(label="事实", rows=5, max_length=4000)
    source_code = forms.Line(label="来源编号", max_length=60, required=False)
    file = forms.Attachment(label="证据材料", required=False)

    def __init__(self, *args: Any, people: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "不追究个人，追究单位"), *people]  # type: ignore[attr-defined]


class LadderForm(WithUnits):
    """A ladder to be begun."""

    unit = unit_choice("单位")
    ground = choice("原因", Ladder.Ground.choices)
    text = forms.Paragraph(label="事实和理由", rows=5, max_length=4000)
    vertical = django_forms.BooleanField(label="这是垂直管理单位（岗位调整建议报它的上级主管部门）", required=False)
    source_code = forms.Line(label="来源编号", max_length=60, required=False)


class CheckForm(WithUnits):
    """An inspection to be assigned."""

    unit = unit_choice("被检查部门")
    demand = forms.Paragraph(label="检查要求", rows=3, max_length=2000)


# --- Complaints


class ComplaintForm(WithUnits):
    """A complaint in a citizen's own words; the telephone first of all."""

    kind = radios(
        "您要做什么",
        [("complaint", "投诉\n办事中遇到的不作为、慢作为、态度差"), ("report", "举报\n吃拿卡要、乱收费等违规行为"), ("question", "咨询")],
        initial="complaint", two=False,
    )  # fmt: skip
    accused = unit_choice("反映哪个单位")
    accused_who = forms.Line(
        label="哪个人或哪个窗口", max_length=100, required=False, help_text="不知道姓名的，写窗口号或者样子。"
    )
    violation = choice("是什么问题", VIOLATIONS)
    statement = forms.Paragraph(label="写清经过", rows=6, max_length=4000, help_text="什么时间、在哪里、发生了什么。")
    file = forms.Attachment(label="照片、录音文字等材料", required=False)
    anonymous = django_forms.BooleanField(label="匿名提交（不留姓名和电话，凭查询码看答复）", required=False)
    name = forms.Line(label="姓名", max_length=60, required=False, help_text="不匿名的要填。")
    phone = forms.Phone(mobile=False, label="联系电话", required=False, help_text="不匿名的要填，答复和核实用。")
    address = forms.Line(label="联系地址", max_length=120, required=False)
    about = forms.Line(label="相关办件编号", max_length=60, required=False)
    wants_reward = django_forms.BooleanField(label="举报查实后申请奖励", required=False)

    def clean(self) -> dict[str, Any]:
        """Named complaints need a name and a telephone."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not given.get("anonymous"):
            for name, label in (("name", "姓名"), ("phone", "联系电话")):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, f"请填写{label}，或者勾选匿名提交。")
        return given


class RegisterForm(ComplaintForm):
    """A complaint taken down by staff."""

    channel = radios("怎样来的", [("phone", "来电"), ("letter", "来信"), ("visit", "来访")], initial="phone")
    desk = radios("受理中心", Complaint.Desk.choices, initial="efficiency")
    field_order = ("channel", "desk")


class TrackForm(forms.Form):
    """Number and secret."""

    code = forms.Line(label="投诉编号", max_length=60, help_text="TS 开头，提交时给您的。")
    secret = forms.Line(label="查询码", max_length=20, help_text="8 位字母和数字，提交时给您的。")


class SupplementForm(forms.Form):
    """More to say."""

    text = forms.Paragraph(label="补充的情况", rows=4, max_length=4000)
    file = forms.Attachment(label="材料", required=False)


class WhyForm(forms.Form):
    """Why it is taken back."""

    text = forms.Paragraph(label="为什么撤回", rows=2, max_length=500)


class RateForm(forms.Form):
    """Whether the answer satisfies."""

    satisfied = radios("您对办理结果满意吗", [("yes", "满意"), ("no", "不满意")])
    text = forms.Paragraph(label="还想说的话", rows=3, max_length=1000, required=False)


class RewardForm(forms.Form):
    """A reward proposed."""

    level = choice("等级", list(rules.REWARD_LEVELS.items()))
    amount_fen = forms.Yuan(label="金额", least=1)
    ground = forms.Line(label="理由", max_length=300)


class VoucherForm(forms.Form):
    """A payment."""

    voucher = forms.Line(label="发放凭证号", max_length=60, help_text="一个凭证号只能用一次。")


class RefuseForm(forms.Form):
    """A reason alone."""

    reason = forms.Paragraph(label="理由", rows=3, max_length=500)


# --- Registers


class EntryForm(WithUnits):
    """An entry of any register: the fields follow the register."""

    def __init__(self, *args: Any, register: registers.Register, **kwargs: Any) -> None:
        self.register = register
        kwargs_units = kwargs.pop("units", ())
        super().__init__(*args, **kwargs)
        self.fields["unit"] = unit_choice(register.unit_label, needed=register.unit_needed)
        self.fields["unit"].choices = [("", "请选择" if register.unit_needed else "不涉及单位"), *kwargs_units]  # type: ignore[attr-defined]
        self.fields["on_date"] = forms.Day(label=register.day_label)
        self.fields["title"] = forms.Line(label=register.title_label, max_length=200, help_text=register.title_help)
        self.fields["text"] = forms.Paragraph(label=register.text_label, rows=4, max_length=4000, required=False)
        for asked in register.fields:
            self.fields[f"details_{asked.name}"] = _field(asked)
        if register.stages:
            self.fields["stage"] = django_forms.ChoiceField(label="进展", choices=register.stages)
        if register.due:
            self.fields["due_on"] = forms.Day(label="完成期限")
        if register.linked:
            self.fields["linked_code"] = forms.Line(label=register.linked, max_length=60, required=False)
        self.fields["file"] = forms.Attachment(label="附件", required=False)

    def details(self) -> dict[str, Any]:
        """What only this register asks."""
        return {asked.name: self.cleaned_data.get(f"details_{asked.name}") for asked in self.register.fields}


def _field(asked: registers.Asked) -> django_forms.Field:
    given: dict[str, Any] = {"label": asked.label, "required": asked.needed, "help_text": asked.help}
    if asked.kind == "choice":
        return choice(asked.label, asked.choices, needed=asked.needed, help_text=asked.help)
    if asked.kind == "text":
        return forms.Paragraph(rows=3, max_length=2000, **given)
    if asked.kind == "yuan":
        return forms.Yuan(**given)
    if asked.kind == "number":
        return django_forms.IntegerField(min_value=0, **given)
    return forms.Line(max_length=200, **given)


class EntryNoteForm(forms.Form):
    """What happened since."""

    kind = django_forms.ChoiceField(label="种类", choices=())
    stage = django_forms.ChoiceField(label="进展到", choices=(), required=False)
    text = forms.Paragraph(label="内容", rows=4, max_length=4000)

    def __init__(self, *args: Any, register: registers.Register, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(register.notes)  # type: ignore[attr-defined]
        if register.stages:
            self.fields["stage"].choices = [("", "不变"), *register.stages]  # type: ignore[attr-defined]
        else:
            del self.fields["stage"]


class TextForm(forms.Form):
    """Words alone."""

    text = forms.Paragraph(label="内容", rows=5, max_length=3000)


class SettingsForm(forms.Form):
    """Every setting."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, each in rules.SETTINGS.items():
            self.fields[key] = django_forms.IntegerField(
                label=f"{each.label}（{each.unit}）", min_value=each.least, max_value=each.most, help_text=each.source
            )
