"""What the screens ask. A form reads; what is right is said by services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms as django_forms

from yimen.ground.kit import forms
from yimen.service.delivery import rules


class HandForm(forms.Form):
    """At the issuing window: the code, or the document; who, and that it was signed for."""

    code = forms.Line(label="取件码", max_length=12, required=False)
    number = forms.Line(label="或证件号码", max_length=40, required=False)
    receiver = forms.Line(
        label="领取人", max_length=100, required=False, help_text="本人领取不用填。单位的结果填经办人。"
    )
    paper = forms.Line(
        label="纸质委托书", max_length=60, required=False, help_text="没有网上委托的，写委托书的日期或编号，原件留存。"
    )
    paper_signed = django_forms.BooleanField(label="已在纸质送达回证上签字", required=False)
    drawn = django_forms.CharField(required=False, max_length=400_000, widget=django_forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("code", "number"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        self.fields["code"].widget.attrs |= {"inputmode": "numeric"}


class ShelveForm(forms.Form):
    """Where it lies."""

    shelf = forms.Line(label="架位", max_length=20, required=False, help_text="例如：甲 3 排 12。放柜里的不填。")
    cabinet = django_forms.TypedChoiceField(label="自助取件柜", coerce=int, empty_value=None, required=False)
    cell = django_forms.IntegerField(label="格口", min_value=1, max_value=200, required=False)

    def __init__(self, *args: Any, cabinets: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cabinet"].choices = [("", "不放柜里"), *cabinets]  # type: ignore[attr-defined]
        if not cabinets:
            del self.fields["cabinet"], self.fields["cell"]


class AddressForm(forms.Form):
    """Where to, or where from."""

    name = forms.Line(label="姓名", max_length=100)
    phone = forms.Phone(label="手机号")
    address = forms.Line(label="地址", max_length=200, help_text="写到门牌号。邮费由中心出，您不用付钱。")


class CollectForm(AddressForm):
    """Materials to be fetched from home."""

    contents = forms.Line(label="要取的材料", max_length=200, help_text="例如：申请表一份、平面图两张。")


class SendForm(forms.Form):
    """What goes into the parcel."""

    contents = forms.Line(label="内件", max_length=200)


class AgainForm(AddressForm):
    """A parcel in the place of another."""

    contents = forms.Line(label="内件", max_length=200)


class TrackingForm(forms.Form):
    """The number of a paper form, where the courier is not on the line."""

    company = forms.Line(label="快递公司", max_length=40, required=False)
    tracking = forms.Line(label="快递单号", max_length=40)
    cost = forms.Yuan(label="邮费")


class MoveForm(forms.Form):
    """What happened to a parcel, entered by hand."""

    kind = django_forms.ChoiceField(label="邮件情况", choices=[*rules.NOTICES.items(), ("cancelled", "取消邮件")])
    signed_by = forms.Line(label="签收人", max_length=60, required=False)
    words = forms.Line(label="依据", max_length=200, help_text="例如：快递公司电话确认、回执联。")


class WordsForm(forms.Form):
    """What it was."""

    words = forms.Paragraph(label="处理说明", rows=2, max_length=200)


class CabinetForm(forms.Form):
    """A cabinet."""

    name = forms.Line(label="名称", max_length=40)
    cells = django_forms.IntegerField(label="格口数", min_value=1, max_value=200)


class CellForm(forms.Form):
    """The code at the cabinet."""

    code = forms.Line(label="取件码", max_length=12)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off", "autofocus": True}
