"""What is filled in for a reconsideration or lawsuit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from yimen.ground.kit.forms import Attachment, Day, Form, Line, Paragraph
from yimen.service.scrutiny.models import Challenge, ChallengePaper

LONG = 4000
PAPERS = ("pdf", "jpg", "png", "docx")


class SeenForm(Form):
    """`seen` is the version that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_147_483_647, required=False)


class WithPaper(SeenForm):
    """One paper may come with it."""

    file = Attachment(label="文书", kinds=PAPERS, megabytes=20, required=False)


class RegisterForm(Form):
    """Who challenges what, before whom."""

    kind = forms.ChoiceField(
        label="种类", choices=Challenge.Kind.choices, widget=forms.RadioSelect(attrs={"class": "two"})
    )
    who = forms.ChoiceField(
        label="由谁提出", choices=Challenge.Who.choices, widget=forms.RadioSelect(attrs={"class": "two"})
    )
    challenger = Line(
        label="利害关系人",
        max_length=200,
        required=False,
        help_text="由申请人以外的人提出的，填写名称；申请人自己提出的不用填。",
    )
    against = forms.ChoiceField(label="针对什么", choices=Challenge.Against.choices)
    claim = Paragraph(label="请求和理由", rows=4, max_length=LONG)
    body = Line(label="复议机关或法院", max_length=200)
    number = Line(
        label="案号", max_length=100, help_text="照通知书填写，例如 清政复受〔2026〕3号、(2026)川9911行初5号。"
    )
    accepted_on = Day(label="受理（立案）日期")
    served_on = Day(label="收到副本的日期", help_text="答复期限从这一天的第二天起算：复议 10 个工作日，诉讼 15 日。")
    summary = forms.BooleanField(label="复议适用简易程序（答复期限 5 个工作日）", required=False)
    earlier = forms.TypedChoiceField(
        label="前一程序", coerce=int, required=False, empty_value=None, help_text="先复议后起诉的，选那次复议。"
    )
    file = Attachment(label="受理通知和副本", kinds=PAPERS, megabytes=20, required=False)

    def __init__(self, *args: Any, earlier: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pairs = list(earlier)
        if pairs:
            self.fields["earlier"].choices = [("", "没有"), *pairs]  # type: ignore[attr-defined]
        else:
            del self.fields["earlier"]


class AnswerForm(WithPaper):
    """The organ's answer."""

    reason = Paragraph(label="答复了什么", rows=4, max_length=2000, help_text="写明主张，以及交了哪些证据和依据。")


class MoveOnForm(WithPaper):
    """The next instance."""

    stage = forms.ChoiceField(
        label="转入",
        choices=[(Challenge.Stage.SECOND, "二审"), (Challenge.Stage.RETRIAL, "再审")],
        widget=forms.RadioSelect,
    )
    reason = Paragraph(label="本审怎样裁判，谁上诉或者为什么再审", rows=4, max_length=2000)


class DecideForm(WithPaper):
    """The outcome, and what it orders."""

    outcome = forms.ChoiceField(label="结果", choices=[("", "请选择"), *Challenge.Outcome.choices])
    decided_on = Day(label="作出日期")
    ruling = Paragraph(label="主文", rows=4, max_length=LONG, help_text="照决定书、裁判文书的主文填写。")
    orders = Paragraph(
        label="要求做什么", rows=3, max_length=LONG, required=False,
        help_text="例如：三十日内重新作出决定。不要求行政机关做什么的，留空即为审结。",
    )  # fmt: skip
    comply_days = forms.IntegerField(label="多少天内履行", min_value=1, max_value=365, required=False)
    comply_unit = forms.ChoiceField(
        label="天数按", choices=[("workday", "工作日"), ("calendar", "日（自然日）")], required=False,
        widget=forms.RadioSelect(attrs={"class": "two"}), initial="workday",
    )  # fmt: skip


class ComplyForm(WithPaper):
    """How the organ obeyed."""

    reason = Paragraph(label="怎样履行的", rows=4, max_length=2000, help_text="写明新的决定文号、日期等。")


class WhyForm(SeenForm):
    """A reason."""

    reason = Paragraph(label="理由", rows=3, max_length=500)


class PaperForm(Form):
    """A paper that came later."""

    kind = forms.ChoiceField(label="种类", choices=ChallengePaper.Kind.choices)
    file = Attachment(label="文书", kinds=PAPERS, megabytes=20)
