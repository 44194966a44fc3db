"""What the applicant fills in besides the item's own form: contact and delivery, the public query, withdrawal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from yimen.ground.documents.rules import CODE_LENGTH
from yimen.ground.kit.forms import Form, Line, Paragraph, Phone

DELIVERY = {
    "window": "到窗口领取\n带好身份证件，工作时间随时可领",
    "post": "邮寄\n寄到您写的地址，由您本人签收",
    "online": "网上下载\n办结后在“我的办件”里下载",
}
NUMBER_LENGTH, VERIFICATION_LENGTH = 43, CODE_LENGTH
SHORT = re.compile(r"20\d{10}")
"""A short number, day and serial, as `rules.short_code` says it."""
TAIL = re.compile(r"[0-9A-Z]{4}")


class ContactForm(Form):
    """Step 3: whom to call, and how the result comes to the applicant. `ways` are the ways this item offers."""

    contact_name = Line(label="联系人", max_length=100, help_text="我们打电话时找谁。")
    contact_phone = Phone(label="联系电话", mobile=False, help_text="缺材料、办好了，都打这个电话、发到这个号码。")
    delivery_method = forms.ChoiceField(label="办好后怎么拿结果", widget=forms.RadioSelect)
    delivery_address = Paragraph(
        label="邮寄地址", rows=2, max_length=300, required=False, help_text="选邮寄才要填，写到门牌号。"
    )

    def __init__(self, *args: Any, ways: Sequence[str] = ("window",), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        method = self.fields["delivery_method"]
        assert isinstance(method, forms.ChoiceField)  # noqa: S101  (declared above)
        method.choices = [(way, DELIVERY[way]) for way in ways]
        if "post" not in ways:
            del self.fields["delivery_address"]

    def clean(self) -> dict[str, Any]:
        """An address is needed where something is to be sent."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        missing = cleaned.get("delivery_method") == "post" and not cleaned.get("delivery_address")
        if missing and "delivery_address" not in self.errors:
            self.add_error("delivery_address", "请填写邮寄地址，写到门牌号")
        return cleaned


class SubmitForm(Form):
    """Step 4: the applicant answers for the truth of what is submitted (行政许可法第三十一条)."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_147_483_647)
    truthful = forms.BooleanField(
        label="以上内容和材料都是真实的，我对此负责",
        error_messages={"required": "请先看一遍，确认内容真实，再勾选这一项"},
    )


class WithdrawForm(Form):
    """Taking an application back."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_147_483_647)
    reason = Paragraph(label="为什么撤回", rows=3, max_length=500, help_text="一句话就行，例如：暂时不开店了。")


class TrackForm(Form):
    """The public query: the number on the receipt and the last four characters of the applicant's document."""

    code = forms.CharField(
        label="办件编号或验证码", max_length=120,
        help_text="在收件凭证、受理通知书左下角的二维码旁边：验证码 12 位，办件编号 43 位，填哪一个都行，空格和短横线不用管。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )  # fmt: skip
    tail = forms.CharField(
        label="证件号码后四位", max_length=8, help_text="个人填身份证后四位，企业填统一社会信用代码后四位。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "short", "autocapitalize": "characters"}),
    )  # fmt: skip

    def clean_code(self) -> str:
        """Spaces, dashes and full-width characters come from copying and do no harm."""
        code = _plain(self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9A-Z]+", code):
            raise ValidationError("只有字母和数字，请对照收件凭证再看一遍", code="code")
        if SHORT.fullmatch(code):
            raise ValidationError(
                "这是简短编号，同一天会有几件事用同一个，查不准。请填二维码旁的验证码，或 43 位的办件编号", code="short"
            )
        if len(code) not in (NUMBER_LENGTH, VERIFICATION_LENGTH):
            raise ValidationError(
                f"您填了 {len(code)} 位；办件编号是 43 位，验证码是 12 位，请对照收件凭证再看一遍", code="length"
            )
        return code

    def clean_tail(self) -> str:
        """Four characters; the last may be X."""
        tail = _plain(self.cleaned_data["tail"])
        if not TAIL.fullmatch(tail):
            raise ValidationError("请填证件号码的最后四位，例如 001X", code="tail")
        return tail


def _plain(text: str) -> str:
    wide = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    return re.sub(r"[\s\-‐‑–—−·_\u200b\ufeff]+", "", text.translate(wide)).upper()
