"""What the screens ask. A form reads; what is right is said by services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms as django_forms

from yimen.ground.kit import forms
from yimen.service.fees import rules

Choices = Sequence[tuple[Any, str]]


def choice(label: str, choices: Choices, *, needed: bool = True, help_text: str = "") -> django_forms.ChoiceField:
    """One of a list."""
    return django_forms.ChoiceField(
        label=label, choices=[("", "请选择"), *choices], required=needed, help_text=help_text
    )


class WordsForm(forms.Form):
    """An act with its reason or opinion."""

    words = forms.Paragraph(label="意见", rows=3, max_length=300)

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["words"].label = label


class ChargeForm(forms.Form):
    """A charge as its document has it."""

    department = django_forms.TypedChoiceField(label="收费部门", coerce=int, empty_value=None)
    name = forms.Line(label="科目名称", max_length=120)
    fee_class = choice("收费类别", tuple(rules.CLASSES.items()))
    revenue = choice("收入类别", tuple(rules.REVENUES.items()))
    how = choice("计费方式", tuple(rules.HOW.items()))
    amount = forms.Yuan(label="标准", required=False, help_text="定额和按量的填这里。")
    low = forms.Yuan(label="低限", required=False, help_text="幅度的填低限和高限；经营服务性收费一律按低限收。")
    high = forms.Yuan(label="高限", required=False)
    unit = forms.Line(label="计费单位", max_length=20, required=False, help_text="例如：证、件、平方米。")
    raised_at = choice("何时开单", tuple(rules.RAISED_AT.items()))
    quantity_key = forms.Line(
        label="数量取自申请表的哪一项",
        max_length=60,
        required=False,
        help_text="按量计费、自动开单的才填，写表单项的代码，例如 area。",
    )
    items = django_forms.TypedMultipleChoiceField(
        label="适用事项", coerce=int, required=False, widget=django_forms.SelectMultiple(attrs={"size": 8})
    )
    basis = forms.Line(label="依据文件", max_length=200)
    basis_number = forms.Line(label="文号", max_length=80)
    basis_organ = forms.Line(label="发文机关", max_length=120)
    valid_from = forms.Day(label="有效期自")
    valid_until = forms.Day(label="有效期至", required=False, help_text="文件没有写的不填。")
    reduction_rule = forms.Line(label="文件规定的减免", max_length=300, required=False)
    file = forms.Attachment(label="文件原件", required=False)

    def __init__(self, *args: Any, departments: Choices = (), items: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [("", "请选择"), *departments]  # type: ignore[attr-defined]
        self.fields["items"].choices = list(items)  # type: ignore[attr-defined]


class BillForm(forms.Form):
    """A bill that a window raises."""

    case = forms.Line(
        label="办件编号", max_length=60, required=False, help_text="为一件办件收的填编号；不填的要写缴款人和事由。"
    )
    charge = django_forms.TypedChoiceField(label="收费科目", coerce=int, empty_value=None)
    quantity = forms.Line(label="数量", max_length=12, initial="1")
    chosen = forms.Yuan(label="幅度内的金额", required=False, help_text="幅度收费的可以填；不填按低限。")
    payer_name = forms.Line(label="缴款人", max_length=200, required=False)
    subject = forms.Line(label="事由", max_length=200, required=False)

    def __init__(self, *args: Any, charges: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["charge"].choices = [("", "请选择"), *charges]  # type: ignore[attr-defined]


class CollectForm(forms.Form):
    """Cash or card at the fee window."""

    way = django_forms.ChoiceField(
        label="方式", choices=[("cash", "现金"), ("card", "刷卡")], widget=django_forms.RadioSelect(attrs={"class": "two"}),
        initial="cash",
    )  # fmt: skip
    received = forms.Yuan(label="实收")
    serial = forms.Line(label="刷卡小票的流水号", max_length=60, required=False)


class ReductionForm(forms.Form):
    """An application for a reduction."""

    amount = forms.Yuan(label="减免金额")
    reason = forms.Paragraph(label="申请理由", rows=3, max_length=500)
    document = forms.Line(label="依据文件", max_length=200, help_text="减免必须有文件依据。")
    document_number = forms.Line(label="文号", max_length=80)
    file = forms.Attachment(label="证明材料", required=False)


class RangeForm(forms.Form):
    """A range of ticket numbers."""

    ticket_code = forms.Line(label="票据代码", max_length=8, help_text="财政发给的 8 位代码。")
    first = django_forms.IntegerField(label="起号", min_value=1, max_value=9_999_999_999)
    last = django_forms.IntegerField(label="止号", min_value=1, max_value=9_999_999_999)


class EndForm(forms.Form):
    """The last day of a charge, and why."""

    last_day = forms.Day(label="最后一天")
    words = forms.Paragraph(label="停收原因", rows=3, max_length=300, help_text="写明取消或停止的文件。")


class RefundForm(forms.Form):
    """How much is given back, and why."""

    amount = forms.Yuan(label="退款金额")
    words = forms.Paragraph(label="退款原因", rows=3, max_length=300)


class BankFileForm(forms.Form):
    """The bank's file of a day or more."""

    file = django_forms.FileField(label="对账单")


class DayForm(forms.Form):
    """What was counted in the drawer."""

    counted = forms.Yuan(label="实点现金")
