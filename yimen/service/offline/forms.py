"""What is typed where something waits, and where the public checks a receipt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from yimen.ground.kit.forms import Form, Line, Paragraph
from yimen.service.catalogue.rules.questions import Question
from yimen.service.offline import rules
from yimen.service.offline.rules import Content

ID_TYPES = [
    ("resident", "居民身份证"), ("credit", "统一社会信用代码"), ("permanent", "外国人永久居留身份证"), ("passport", "护照"),
    ("travel", "港澳台居民来往内地通行证"), ("other", "其他有效证件"),
]  # fmt: skip
SIMPLE = frozenset(
    {"text", "long_text", "id_number", "credit_code", "phone", "email", "date", "integer", "decimal", "amount", "choice",
     "yes_no", "region", "address"}
)  # fmt: skip
ANSWER = "answer_"


class ReasonForm(Form):
    """Why."""

    reason = Paragraph(label="说明", rows=2, max_length=500, help_text="写明核对了什么、为什么这样办。")


class CorrectForm(Form):
    """What the receipt says of the applicant, and the answers that are missing; `questions` are those to be asked."""

    kind = forms.ChoiceField(label="申请人", choices=[("natural", "个人"), ("legal", "企业或单位")])
    id_type = forms.ChoiceField(label="证件", choices=ID_TYPES)
    id_number = forms.CharField(label="证件号码", max_length=40)
    name = Line(label="姓名或名称", max_length=200)
    phone = Line(label="手机号", required=False, max_length=30)

    def __init__(self, *args: Any, said: Content, questions: Iterable[Question] = (), **kwargs: Any) -> None:
        initial = {**said.applicant.model_dump(), **{f"{ANSWER}{key}": value for key, value in said.answers.items()}}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["name_changed"] = forms.BooleanField(label="姓名（名称）已变更，按证件更正档案", required=False)
        for each in questions:
            self.fields[f"{ANSWER}{each.key}"] = _field(each)
        self.fields["reason"] = Paragraph(
            label="说明", rows=2, max_length=500, help_text="写明按什么更正，例如：按身份证原件更正末位。"
        )

    @property
    def applicant(self) -> dict[str, str]:
        """The applicant as it is to be."""
        return {name: self.cleaned_data[name] for name in ("kind", "id_type", "id_number", "name", "phone")}

    @property
    def answers(self) -> dict[str, Any]:
        """The answers that were filled in."""
        return {
            name.removeprefix(ANSWER): value for name, value in self.cleaned_data.items() if name.startswith(ANSWER)
        }


def _field(each: Question) -> forms.Field:
    if each.kind in ("choice", "yes_no"):
        choices = [("yes", "是"), ("no", "否")] if each.kind == "yes_no" else [(c.value, c.label) for c in each.choices]
        return forms.ChoiceField(label=each.label, choices=[("", "请选择"), *choices], required=False)
    if each.kind == "long_text":
        return Paragraph(label=each.label, rows=2, max_length=2000, required=False)
    return Line(label=each.label, max_length=500, required=False, help_text=each.help)


class ConfirmForm(ReasonForm):
    """The second person's word; the moment only where the clock was doubted."""

    happened_at = forms.DateTimeField(
        label="收件时间", required=False, help_text="按凭证存根；不改就不填。",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )  # fmt: skip


class VerifyForm(Form):
    """Number and proof code, as they stand on the receipt."""

    number = forms.CharField(
        label="离线编号", max_length=60, help_text="凭证最上面，LX 开头；空格和短横线不用管。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )  # fmt: skip
    code = forms.CharField(
        label="核对码", max_length=40, help_text="凭证下面的 12 位字母和数字。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )  # fmt: skip

    def clean_number(self) -> str:
        """A number whose check character is right."""
        found = rules.read_number(self.cleaned_data["number"])
        if found is None:
            raise ValidationError("编号不对，请对照凭证逐位核对，末位是校验字符")
        return found

    def clean_code(self) -> str:
        """Twelve characters, whatever stands between them."""
        code = "".join(each for each in self.cleaned_data["code"].upper() if each.isascii() and each.isalnum())
        if len(code) != 12:
            raise ValidationError(f"核对码是 12 位，您填了 {len(code)} 位")
        return code


class SettingsForm(Form):
    """The numbers of a centre."""

    def __init__(self, *args: Any, values: Iterable[tuple[rules.Setting, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each, value in values:
            self.fields[each.key] = forms.IntegerField(
                label=f"{each.label}（{each.unit}）", min_value=each.least, max_value=each.most, initial=value,
                help_text=f"{each.source}。{each.least} 到 {each.most}，通常 {each.usual}。",
            )  # fmt: skip
