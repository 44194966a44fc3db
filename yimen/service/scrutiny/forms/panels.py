"""What is filled in for a joint review, and for an observer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from yimen.ground.kit.forms import Attachment, Form, Line, Paragraph
from yimen.service.scrutiny.forms.challenges import SeenForm
from yimen.service.scrutiny.forms.surveys import moment_field
from yimen.service.scrutiny.models import Panel, Seat
from yimen.service.scrutiny.services.panels import Attendance


def codes_in(text: str) -> list[str]:
    """Numbers of cases, one a line or parted by commas."""
    for mark in "，,、；;\r\n\t ":
        text = text.replace(mark, " ")
    return text.split()


class ConveneForm(Form):
    """Over what, when, where, who is invited."""

    subject = Line(label="议题", max_length=200)
    cases = Paragraph(label="会审的办件", rows=2, max_length=2000, help_text="填写办件编号，一行一个。")
    planned_at = moment_field("时间")
    place = Line(label="地点", max_length=200)
    host = Line(label="主持人", max_length=100)
    agenda = Paragraph(label="议程", rows=4, max_length=4000)
    departments = forms.TypedMultipleChoiceField(
        label="邀请哪些部门", coerce=int, widget=forms.CheckboxSelectMultiple(attrs={"class": "two"})
    )
    people = Paragraph(
        label="指名邀请的人",
        rows=2,
        max_length=1000,
        required=False,
        help_text="一行一个，先写部门再写姓名，例如：清河县住房和城乡建设局 罗兰。",
    )
    file = Attachment(label="会议材料", kinds=("PDF", "DOCX", "XLSX", "JPG", "PNG"), megabytes=20, required=False)

    def __init__(self, *args: Any, units: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = dict(units)
        self.fields["departments"].choices = list(self.units.items())  # type: ignore[attr-defined]

    def invited(self) -> list[tuple[int, str]]:
        """The departments, each with the person who was named."""
        named: dict[str, str] = {}
        for line in self.cleaned_data.get("people", "").splitlines():
            unit, _, person = line.strip().rpartition(" ")
            named[unit.strip()] = person.strip()
        return [(pk, named.get(self.units.get(pk, ""), "")) for pk in self.cleaned_data["departments"]]


class MoreForm(SeenForm):
    """Further departments or cases."""

    departments = forms.TypedMultipleChoiceField(
        label="增加部门", coerce=int, required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "two"})
    )
    cases = Paragraph(label="增加办件", rows=2, max_length=2000, required=False, help_text="填写办件编号，一行一个。")

    def __init__(self, *args: Any, units: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departments"].choices = list(units)  # type: ignore[attr-defined]


class PostponeForm(SeenForm):
    """Another time."""

    planned_at = moment_field("改到")
    place = Line(label="地点", max_length=200)
    reason = Paragraph(label="为什么改期", rows=3, max_length=500)


class WhyForm(SeenForm):
    """A reason."""

    reason = Paragraph(label="理由", rows=3, max_length=500)


class ReplyForm(Form):
    """Whether one comes."""

    answer = forms.ChoiceField(
        label="回复",
        widget=forms.RadioSelect,
        choices=[each for each in Seat.Reply.choices if each[0] != Seat.Reply.WAITING],
    )
    attendee = Line(label="谁参加", max_length=100, required=False)
    note = Paragraph(
        label="说明", rows=2, max_length=300, required=False, help_text="不能参加的，写明原因；可以先在会前写部门意见。"
    )


class OpinionForm(Form):
    """What the department says."""

    opinion = forms.ChoiceField(label="部门意见", widget=forms.RadioSelect, choices=Seat.Opinion.choices)
    text = Paragraph(label="意见内容", rows=4, max_length=4000, help_text="写明依据；有条件同意的逐条写明条件。")


class ConcludeForm(SeenForm):
    """Who was there, and what came of it."""

    minutes = Paragraph(label="会议情况", rows=4, max_length=8000, required=False)
    conclusion = forms.ChoiceField(
        label="结论", widget=forms.RadioSelect(attrs={"class": "two"}), choices=Panel.Conclusion.choices
    )
    concluded = Paragraph(label="结论内容", rows=4, max_length=4000)

    def __init__(self, *args: Any, seats: Iterable[Seat] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = list(seats)
        for seat in self.seats:
            self.fields[f"there_{seat.pk}"] = forms.BooleanField(label=f"{seat.department} 到会", required=False)
            self.fields[f"attendee_{seat.pk}"] = Line(label="到会的人", max_length=100, required=False)
            self.fields[f"absent_{seat.pk}"] = Line(label="没有到会的原因", max_length=300, required=False)
        self.order_fields([name for name in self.fields if "_" in name and name.rpartition("_")[2].isdigit()])

    def attendance(self) -> dict[int, Attendance]:
        """By seat."""
        given = self.cleaned_data
        return {
            seat.pk: Attendance(given[f"there_{seat.pk}"], given[f"attendee_{seat.pk}"], given[f"absent_{seat.pk}"])
            for seat in self.seats
        }


class TermsForm(Form):
    """How soon minutes are due."""

    minutes_workdays = forms.IntegerField(label="会后几个工作日内形成纪要", min_value=1, max_value=30)


class ObserverForm(Form):
    """Who takes part."""

    account = forms.TypedChoiceField(label="谁参与", coerce=int)
    reason = Paragraph(label="为什么参与", rows=2, max_length=300, help_text="写明投资项目的名称，关注哪些关键环节。")

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = [("", "请选择"), *people]  # type: ignore[attr-defined]


class RemarkForm(Form):
    """A remark."""

    step = Line(label="针对哪个环节", max_length=100, required=False)
    text = Paragraph(label="参与意见", rows=4, max_length=2000, help_text="部门会看到；不代替部门的决定。")


class EndForm(Form):
    """A reason."""

    reason = Paragraph(label="为什么结束", rows=2, max_length=300)
