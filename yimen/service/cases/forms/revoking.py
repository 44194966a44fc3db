"""What is filled in on the way to taking a decision back."""

from __future__ import annotations

from django import forms

from yimen.ground.kit.forms import Form, Paragraph
from yimen.service.cases.forms.asides import AsideForm
from yimen.service.cases.models import Revocation

LONGEST = 4000


class NotifyForm(Form):
    """拟撤销告知."""

    ground = forms.ChoiceField(label="撤销的依据", choices=Revocation.Ground.choices, widget=forms.RadioSelect)
    facts = Paragraph(
        label="认定的事实",
        rows=5,
        max_length=LONGEST,
        help_text="查到了什么、凭什么认定。告知书会原样印出，申请人据此陈述申辩。",
    )


class StateForm(AsideForm):
    """陈述申辩."""

    text = Paragraph(
        label="陈述、申辩", rows=6, max_length=LONGEST, help_text="写明哪里与事实不符，有什么证据；可以分几次提。"
    )


class RecordForm(AsideForm):
    """听证情况."""

    record = Paragraph(label="听证情况", rows=6, max_length=LONGEST, help_text="时间、地点、参加人、各方意见和证据。")


class DecideForm(AsideForm):
    """撤销 or 不予撤销."""

    reason = Paragraph(label="决定的理由", rows=4, max_length=LONGEST, help_text="事实和依据；决定书会原样印出。")
    response = Paragraph(
        label="对陈述申辩的答复",
        rows=4,
        max_length=LONGEST,
        required=False,
        help_text="申请人陈述、申辩过的，写明采纳不采纳、为什么。",
    )


class WhyForm(AsideForm):
    """A reason."""

    reason = Paragraph(label="理由", rows=3, max_length=500)


class LiftForm(Form):
    """解除."""

    reason = Paragraph(label="解除的理由", rows=2, max_length=300, help_text="例如：已整改，信用已修复。")
