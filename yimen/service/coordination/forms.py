"""What is asked on the screens of coordination."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms as django_forms

from yimen.ground.kit import forms
from yimen.service.coordination.models import Charge, Dispatch, Issue, Leader

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

Choices = Sequence[tuple[Any, Any]]
KINDS = ("PDF", "JPG", "PNG", "DOCX", "XLSX")


def unit_choices(units: Iterable[Unit]) -> list[tuple[int, str]]:
    """Units by name."""
    return [(unit.pk, unit.name) for unit in units]


class OneChoice(django_forms.TypedChoiceField):
    """One of these numbers, in a list that opens."""

    def __init__(self, *, choices: Choices, **kwargs: Any) -> None:
        kwargs.setdefault("empty_value", None)
        super().__init__(choices=[("", "请选择"), *choices], coerce=int, **kwargs)


class ManyChoices(django_forms.TypedMultipleChoiceField):
    """Several of these numbers, each a block to press."""

    def __init__(self, *, choices: Choices, **kwargs: Any) -> None:
        kwargs.setdefault("widget", django_forms.CheckboxSelectMultiple(attrs={"class": "two"}))
        super().__init__(choices=choices, coerce=int, **kwargs)


# --- Issues


class RaiseForm(forms.Form):
    """A new issue."""

    title = forms.Line(label="事项", max_length=100, help_text="一句话说明要协调什么。")
    text = forms.Paragraph(label="问题", rows=5, max_length=4000, help_text="写明事实、已经做过的沟通和希望怎样解决。")
    source = django_forms.ChoiceField(label="来源")
    unit = OneChoice(choices=(), label="直送对应单位", required=False)
    about = forms.Line(label="相关办件编号", max_length=60, required=False)
    file = forms.Attachment(label="附件", required=False)

    def __init__(self, *args: Any, units: Choices, sources: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Issue.Source.choices)
        self.fields["source"].choices = [(code, labels[code]) for code in sources]  # type: ignore[attr-defined]
        if units:
            self.fields["unit"].choices = [("", "由管理办公室交办"), *units]  # type: ignore[attr-defined]
            self.fields["unit"].help_text = "选了单位就直接请它答复；不选由管理办公室交办。"
        else:
            del self.fields["unit"]


class ActForm(forms.Form):
    """What every act carries: the version of the page."""

    seen = django_forms.IntegerField(widget=django_forms.HiddenInput, required=False)


class ReasonForm(ActForm):
    """An act with its words."""

    reason = forms.Paragraph(label="意见", rows=4, max_length=2000)

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["reason"].label = label


class AssignForm(ActForm):
    """To whom, by when, with what words."""

    unit = OneChoice(choices=(), label="承办单位")
    days = django_forms.IntegerField(label="答复时限（工作日）", min_value=1, max_value=60)
    reason = forms.Paragraph(label="交办意见", rows=3, max_length=2000)

    def __init__(self, *args: Any, units: Choices, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", "请选择"), *units]  # type: ignore[attr-defined]
        if label:
            self.fields["reason"].label = label


class ReturnForm(ReasonForm):
    """Back to the unit, by when."""

    days = django_forms.IntegerField(label="重新答复的时限（工作日）", min_value=1, max_value=60)


class AnswerForm(ActForm):
    """The answer, with what belongs to it."""

    text = forms.Paragraph(label="答复", rows=5, max_length=4000, help_text="写明怎样办的、结果如何、还有什么困难。")
    file = forms.Attachment(label="附件", required=False)


class ExtendForm(ActForm):
    """So many working days more."""

    days = django_forms.IntegerField(label="延长几个工作日", min_value=1, max_value=60)
    reason = forms.Paragraph(label="理由", rows=3, max_length=2000)


class ReportForm(forms.Form):
    """A report to government."""

    title = forms.Line(label="标题", max_length=100)
    addressed_to = OneChoice(choices=(), label="报送")
    issues = ManyChoices(choices=(), label="上报的事项", widget=django_forms.CheckboxSelectMultiple)
    preface = forms.Paragraph(label="报告内容", rows=5, max_length=4000)
    request = forms.Paragraph(label="请求事项", rows=3, max_length=2000, required=False)

    def __init__(self, *args: Any, governments: Choices, issues: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["addressed_to"].choices = list(governments)  # type: ignore[attr-defined]
        self.fields["issues"].choices = issues  # type: ignore[attr-defined]


class ReturnVisitForm(forms.Form):
    """A return visit."""

    department = OneChoice(choices=(), label="回访部门")
    visited_on = forms.Day(label="回访日期")
    visitors = forms.Line(label="回访人员", max_length=100)
    received_by = forms.Line(label="接待人员", max_length=100)
    opinions = forms.Paragraph(label="意见建议", rows=3, max_length=4000, required=False)
    problems = forms.Paragraph(label="反映的问题", rows=3, max_length=4000, required=False)

    def __init__(self, *args: Any, departments: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [("", "请选择"), *departments]  # type: ignore[attr-defined]


class ResultForm(forms.Form):
    """What came of it."""

    result = forms.Paragraph(label="处理结果", rows=3, max_length=4000)


class BriefingForm(forms.Form):
    """A briefing of a period."""

    first = forms.Day(label="统计自")
    last = forms.Day(label="统计至")
    subject = forms.Line(label="标题", max_length=100)
    body = forms.Paragraph(label="通报内容", rows=5, max_length=4000)


class TermsForm(forms.Form):
    """Limits and intervals."""

    assign_workdays = django_forms.IntegerField(label="交办时限（工作日）")
    answer_workdays = django_forms.IntegerField(label="答复时限（工作日）")
    confirm_workdays = django_forms.IntegerField(label="确认时限（工作日）")
    escalate_workdays = django_forms.IntegerField(label="超期每满几个工作日，向上一级提醒")
    reply_workdays = django_forms.IntegerField(label="上下传递的回复时限（工作日）")
    visit_days = django_forms.IntegerField(label="现场办公的间隔（日）", help_text="填 0 表示不设间隔。")
    return_visit_days = django_forms.IntegerField(label="部门回访的间隔（日）", help_text="填 0 表示不设间隔。")


# --- Leaders


class LeaderForm(forms.Form):
    """A leader of a department."""

    department = OneChoice(choices=(), label="部门")
    name = forms.Line(label="姓名", max_length=30)
    rank = django_forms.ChoiceField(label="职级", choices=Leader.Rank.choices, initial="deputy")
    title = forms.Line(label="职务", max_length=40, help_text="例如：副局长。")
    phone = forms.Phone(mobile=False, label="电话", required=False)
    from_on = forms.Day(label="任职自")
    account = OneChoice(choices=(), label="本系统账号", required=False, help_text="选了账号，调班、到期会通知到人。")

    def __init__(self, *args: Any, departments: Choices, accounts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [("", "请选择"), *departments]  # type: ignore[attr-defined]
        self.fields["account"].choices = [("", "没有账号"), *accounts]  # type: ignore[attr-defined]


class ChargeForm(forms.Form):
    """One area."""

    kind = django_forms.ChoiceField(label="类别", choices=Charge.Kind.choices, initial="business")
    area = forms.Line(label="分管内容", max_length=100, help_text="例如：行政审批、食品安全监管。")
    basis = forms.Line(label="分工文件", max_length=80, required=False)
    from_on = forms.Day(label="自")


class DayForm(forms.Form):
    """A day on which something ends or begins."""

    to_on = forms.Day(label="日期")

    def __init__(self, *args: Any, label: str = "日期", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_on"].label = label


class DayAndReasonForm(DayForm):
    """The same, with the reason."""

    reason = forms.Line(label="原因", max_length=150)


class ShiftForm(forms.Form):
    """Who leads the shift of a day."""

    leader = OneChoice(choices=(), label="带班领导")

    def __init__(self, *args: Any, leaders: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader"].choices = [("", "请选择"), *leaders]  # type: ignore[attr-defined]


class TakeOverForm(ShiftForm):
    """Another leader, and why."""

    reason = forms.Line(label="原因", max_length=150)


class SwapForm(forms.Form):
    """With which other day, and why."""

    other = OneChoice(choices=(), label="和哪一天对调")
    reason = forms.Line(label="原因", max_length=150)

    def __init__(self, *args: Any, others: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].choices = [("", "请选择"), *others]  # type: ignore[attr-defined]


class WhyForm(forms.Form):
    """Nothing but the reason."""

    reason = forms.Line(label="原因", max_length=150)


class VisitForm(forms.Form):
    """A planned visit."""

    planned_on = forms.Day(label="计划日期")


class MoveForm(VisitForm):
    """Another day, and why."""

    reason = forms.Line(label="原因", max_length=150)


class RecordForm(forms.Form):
    """What a leader did at the window."""

    done_on = forms.Day(label="到场日期")
    summary = forms.Paragraph(label="现场办公情况", rows=3, max_length=4000)
    solved_on_spot = forms.Paragraph(label="当场解决的问题", rows=3, max_length=4000, required=False)


# --- Papers, liaisons, groups


class DispatchForm(forms.Form):
    """A paper to other units."""

    kind = django_forms.ChoiceField(label="种类")
    receivers = ManyChoices(choices=(), label="发给")
    windows = ManyChoices(
        choices=(),
        label="发给对口窗口",
        required=False,
        help_text="由该窗口的人员签收、回复；窗口对口关系在“上下级对口”里登记。",
    )
    subject = forms.Line(label="标题", max_length=100)
    body = forms.Paragraph(label="内容", rows=6, max_length=4000)
    answer_by = forms.Day(label="请在这一天前回复", required=False, help_text="不填表示只要签收，不用回复。")
    file = forms.Attachment(label="附件", required=False)

    def __init__(
        self, *args: Any, kinds: Sequence[str], receivers: Choices, windows: Choices = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Dispatch.Kind.choices)
        if windows:
            self.fields["windows"].choices = windows  # type: ignore[attr-defined]
            self.fields["receivers"].required = False
        else:
            del self.fields["windows"]
        self.fields["kind"].choices = [(code, labels[code]) for code in kinds]  # type: ignore[attr-defined]
        self.fields["receivers"].choices = receivers  # type: ignore[attr-defined]


class ReplyForm(forms.Form):
    """An answer to a paper."""

    text = forms.Paragraph(label="回复", rows=5, max_length=4000)
    file = forms.Attachment(label="附件", required=False)


class LiaisonForm(forms.Form):
    """A liaison and the substitute."""

    account = OneChoice(choices=(), label="联络协办员")
    substitute = OneChoice(choices=(), label="替补", required=False)
    phone = forms.Phone(mobile=False, label="电话", required=False)
    from_on = forms.Day(label="自")
    to_on = forms.Day(label="至", required=False)

    def __init__(self, *args: Any, accounts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = [("", "请选择"), *accounts]  # type: ignore[attr-defined]
        self.fields["substitute"].choices = [("", "不设替补"), *accounts]  # type: ignore[attr-defined]


class GroupForm(forms.Form):
    """A leading group."""

    name = forms.Line(label="名称", max_length=80, help_text="例如：清河县政务公开工作领导小组。")
    line = forms.Line(label="工作", max_length=40, help_text="例如：政务公开、县长公开电话、互联网+政务服务。")
    document = forms.Line(label="成立文号", max_length=60)
    founded_on = forms.Day(label="成立日期")
    leader = forms.Line(label="组长", max_length=30)
    leader_title = forms.Line(label="组长职务", max_length=60)
    office = OneChoice(choices=(), label="办公室设在")
    office_head = forms.Line(label="办公室主任", max_length=30, required=False)
    duties = forms.Paragraph(label="职责", rows=3, max_length=2000, required=False)
    interval_months = django_forms.IntegerField(
        label="每几个月报告一次", required=False, min_value=0, max_value=24, help_text="没有报告要求的不填。"
    )
    first_due_on = forms.Day(label="首次应报日期", required=False)

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = [("", "请选择"), *units]  # type: ignore[attr-defined]


class GroupChangeForm(GroupForm):
    """Name, line, office and duties of one that exists."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("document", "founded_on", "leader", "leader_title", "interval_months", "first_due_on"):
            del self.fields[name]


class MemberForm(forms.Form):
    """A leader, deputy leader or member unit."""

    role = django_forms.ChoiceField(
        label="身份", choices=[("member", "成员单位"), ("deputy", "副组长"), ("leader", "组长\n原组长到前一天为止")],
        widget=django_forms.RadioSelect, initial="member",
    )  # fmt: skip
    unit = OneChoice(choices=(), label="单位", required=False)
    name = forms.Line(label="姓名", max_length=30, required=False)
    title = forms.Line(label="职务", max_length=60, required=False)
    from_on = forms.Day(label="自")
    basis = forms.Line(label="依据文号", max_length=60)

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", "请选择"), *units]  # type: ignore[attr-defined]


class DayAndBasisForm(DayForm):
    """A day and the document."""

    basis = forms.Line(label="文号", max_length=60)


class ReportingForm(forms.Form):
    """How often a group is reported to."""

    interval_months = django_forms.IntegerField(
        label="每几个月报告一次", min_value=0, max_value=24, help_text="填 0 表示以后不再要求报告。"
    )
    first_due_on = forms.Day(label="从哪一天起")


class HandInForm(forms.Form):
    """A report of a group's office."""

    due_on = django_forms.TypedChoiceField(label="应报日期", coerce=date.fromisoformat)
    title = forms.Line(label="标题", max_length=100)
    text = forms.Paragraph(label="摘要", rows=3, max_length=4000, required=False)
    file = forms.Attachment(label="报告", required=False)

    def __init__(self, *args: Any, days: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].choices = list(days)  # type: ignore[attr-defined]
