"""What is filled in to ask for an opinion, to answer, to hold a hearing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from yimen.ground.kit.forms import Attachment, Form, Line, Paragraph
from yimen.service.cases.models import Hearing, OpinionRequest

LONG = 4000


class AsideForm(Form):
    """`seen` is the version that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_147_483_647, required=False)


class AskOpinionForm(Form):
    """Whom one asks, what, and by when."""

    department = forms.TypedChoiceField(label="征求哪个部门", coerce=int)
    question = Paragraph(
        label="征求什么意见", rows=4, max_length=LONG, help_text="写明要对方从哪方面把关；办件材料对方可以查看。"
    )
    days = forms.IntegerField(label="几个工作日内答复", min_value=1, max_value=30)
    file = Attachment(label="随问附件", kinds=("pdf", "jpg", "png", "docx", "xlsx"), megabytes=20, required=False)

    def __init__(self, *args: Any, departments: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["department"]
        field.choices = [("", "请选择"), *departments]  # type: ignore[attr-defined]


class AnswerOpinionForm(AsideForm):
    """The answer with its reason; conditions where it has any."""

    answer = forms.ChoiceField(
        label="答复", widget=forms.RadioSelect,
        choices=[each for each in OpinionRequest.Answer.choices if each[0] != OpinionRequest.Answer.DEEMED],
    )  # fmt: skip
    conditions = Paragraph(label="条件", rows=3, max_length=LONG, required=False, help_text="有条件同意的，逐条写明。")
    text = Paragraph(label="意见和理由", rows=4, max_length=LONG, help_text="写明依据；不同意的要写明哪一条不符合。")
    file = Attachment(label="附件", kinds=("pdf", "jpg", "png", "docx", "xlsx"), megabytes=20, required=False)


class WhyForm(AsideForm):
    """A reason."""

    reason = Paragraph(label="理由", rows=3, max_length=2000)


class MoreDaysForm(AsideForm):
    """So many days more, and why."""

    days = forms.IntegerField(label="延长几个工作日", min_value=1, max_value=30)
    reason = Paragraph(label="理由", rows=3, max_length=2000)


class OpinionTermsForm(Form):
    """How long others have for their answer."""

    answer_workdays = forms.IntegerField(label="答复期限（工作日）", min_value=1, max_value=30)
    basis = Line(label="依据", max_length=120, help_text="对方的页面和账目会写明。")


class HearingForm(Form):
    """A hearing begins: of right, or of the organ's own accord."""

    ground = forms.ChoiceField(label="依据", choices=Hearing.Ground.choices, widget=forms.RadioSelect)
    subject = Paragraph(label="听证的内容", rows=3, max_length=LONG, help_text="写明涉及谁的什么利益；会写进告知书。")
    interested = Line(
        label="利害关系人", max_length=500, required=False, help_text="除申请人外还要告知的人，用顿号隔开。"
    )


class NoticeForm(AsideForm):
    """Time, place, host."""

    planned_at = forms.DateTimeField(
        label="举行时间", help_text="在通知的 7 个工作日以后。",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )  # fmt: skip
    place = Line(label="地点", max_length=200)
    host_id = forms.TypedChoiceField(label="主持人", coerce=int, help_text="审查过本件的人不在其中。")
    clerk_name = Line(label="记录人", max_length=100)
    open_to_public = forms.BooleanField(label="公开举行", required=False, initial=True)
    reason = Paragraph(label="为什么改", rows=2, max_length=500, required=False)

    def __init__(self, *args: Any, hosts: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["host_id"]
        field.choices = [("", "请选择"), *hosts]  # type: ignore[attr-defined]


class RecordForm(AsideForm):
    """The record, and who signed it."""

    record = Paragraph(label="笔录", rows=8, max_length=20_000)
    participants = Paragraph(label="参加人", rows=2, max_length=2000)
    signed_by = Line(label="谁签了字或盖了章", max_length=500, help_text="参加人确认无误后签字或者盖章，用顿号隔开。")
    file = Attachment(label="笔录扫描件", kinds=("pdf", "jpg", "png"), megabytes=20, required=False)


class PlainForm(AsideForm):
    """Nothing but the button."""
