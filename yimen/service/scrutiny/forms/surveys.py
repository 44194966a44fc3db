"""What is filled in for a survey: the appointment, photos, signatures, the conclusion, the applicant's report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from yimen.ground.kit.forms import Attachment, Day, Form, Line, Paragraph
from yimen.service.scrutiny.forms.challenges import SeenForm as SeenForm
from yimen.service.scrutiny.models import SurveyRecord

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
MOST_SURVEYORS = 4
NUMBERS = ("一", "二", "三", "四")


def moment_field(label: str, **more: Any) -> forms.DateTimeField:
    """A day and a time."""
    return forms.DateTimeField(
        label=label, input_formats=FORMATS, **more,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip


class AppointForm(SeenForm):
    """When, where, who with which certificate, what the applicant has to prepare."""

    planned_at = moment_field("踏勘时间")
    place = Line(label="踏勘地点", max_length=300)
    bring = Paragraph(
        label="请申请人准备",
        rows=2,
        max_length=1000,
        required=False,
        help_text="例如：设备清单、房屋合同原件，打开所有房间。",
    )
    reason = Paragraph(label="为什么改", rows=2, max_length=500, required=False)

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pairs = list(people)
        for at in range(1, MOST_SURVEYORS + 1):
            self.fields[f"surveyor_{at}"] = forms.TypedChoiceField(
                label=f"踏勘人员{NUMBERS[at - 1]}", coerce=int, choices=[("", "请选择" if at <= 2 else "没有"), *pairs],
                required=at <= 2, empty_value=None,
            )  # fmt: skip
            self.fields[f"certificate_{at}"] = Line(label="执法证号", max_length=40, required=False)
        order = [
            "planned_at",
            "place",
            *(f"{name}_{at}" for at in range(1, MOST_SURVEYORS + 1) for name in ("surveyor", "certificate")),
        ]
        self.order_fields([*order, "bring", "reason"])

    def people(self) -> list[tuple[int, str]]:
        """Who goes, with their certificates."""
        given = self.cleaned_data
        return [
            (given[f"surveyor_{at}"], given[f"certificate_{at}"])
            for at in range(1, MOST_SURVEYORS + 1)
            if given.get(f"surveyor_{at}")
        ]


class PhotosForm(Form):
    """Several photos taken at one moment and place."""

    taken_at = moment_field("拍摄时间")
    place = Line(label="拍摄位置", max_length=100, required=False, help_text="例如：后厨、东侧消防通道。")
    caption = Line(label="说明", max_length=100, required=False)


class SignForm(Form):
    """A surveyor's signature."""

    drawn = forms.CharField(widget=forms.HiddenInput, required=False, max_length=400_000)
    paper = Attachment(label="或者上传纸质签名的照片", kinds=("JPG", "PNG"), megabytes=10, required=False)


class PresentForm(SignForm):
    """The applicant's, or the refusal."""

    name = Line(label="在场人姓名", max_length=100)
    refused = Paragraph(label="拒绝签字的，写明理由", rows=2, max_length=300, required=False)
    witness = Line(label="见证人", max_length=100, required=False, help_text="拒绝签字时要有踏勘人员以外的人见证。")


class ConcludeForm(SeenForm):
    """The conclusion of the visit."""

    conclusion = forms.ChoiceField(
        label="结论", widget=forms.RadioSelect,
        choices=[(SurveyRecord.Conclusion.PASS, "符合"), (SurveyRecord.Conclusion.RECTIFY, "整改后复查"),
                 (SurveyRecord.Conclusion.FAIL, "不符合")],
    )  # fmt: skip
    text = Paragraph(
        label="理由", rows=3, max_length=2000, required=False, help_text="不符合的、有不符合项仍判符合的，要写明。"
    )
    rectify = Paragraph(label="整改要求", rows=3, max_length=2000, required=False, help_text="要求整改的，逐条写明。")
    rectify_by = Day(label="整改期限", required=False)


class WhyForm(SeenForm):
    """A reason."""

    reason = Paragraph(label="理由", rows=3, max_length=500)


class RectifiedForm(SeenForm):
    """What the applicant put right."""

    reason = Paragraph(label="整改了什么", rows=4, max_length=1000, help_text="对照整改要求逐条写。")
    file = Attachment(label="照片或材料", kinds=("JPG", "PNG", "PDF"), megabytes=20, required=False)


class TermsForm(Form):
    """How surveys are done."""

    told_before_hours = forms.IntegerField(label="至少提前多少小时告知申请人", min_value=0, max_value=720)
    rectify_workdays = forms.IntegerField(label="通常给多少个工作日整改", min_value=1, max_value=120)
