"""What the screens ask. A form reads; what is right is said by services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms as django_forms

from yimen.ground.kit import forms
from yimen.service.certificates.drawing.names import LAYOUT_NAMES
from yimen.service.certificates.models import CertificateType
from yimen.service.certificates.rules import SOURCES, Field, fields_of

Choices = Sequence[tuple[Any, str]]
LONG = 60


class ActForm(forms.Form):
    """What every act carries: the log as the page showed it, why, by which document."""

    seen = django_forms.IntegerField(widget=django_forms.HiddenInput, required=False)
    reason = forms.Paragraph(label="原因", rows=3, max_length=300)
    document = forms.Line(label="文号", max_length=80, required=False)

    def __init__(self, *args: Any, document_needed: bool = False, reason_label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].required = document_needed
        if document_needed:
            self.fields["document"].help_text = "决定书的文号，会写进记录。"
        if reason_label:
            self.fields["reason"].label = reason_label


class WordsForm(forms.Form):
    """The words of a certificate, one question a field of its type."""

    seen = django_forms.IntegerField(widget=django_forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, fields: Sequence[Field] = (), suggested: Mapping[str, str] | None = None, issuing: bool = True,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        for field in fields:
            self.fields[f"f_{field.key}"] = forms.Line(
                label=field.label, max_length=200, required=field.required, initial=(suggested or {}).get(field.key, "")
            )
        if issuing:
            self.fields["valid_from"] = forms.Day(label="有效期自", required=False, help_text="不填就从今天起。")
        else:
            self.fields["reason"] = forms.Paragraph(label="变更的原因", rows=2, max_length=300)
            self.fields["document"] = forms.Line(label="文号", max_length=80, required=False)

    def values(self) -> dict[str, str]:
        """The words by the keys of the fields."""
        return {name[2:]: said for name, said in self.cleaned_data.items() if name.startswith("f_")}


class PrintForm(forms.Form):
    """Why another copy is printed, on which paper."""

    reason = forms.Line(
        label="为什么打印", max_length=200, required=False, help_text="首次打印可以不填，重打要写原因。"
    )
    paper = forms.Line(label="证照纸号", max_length=40, required=False, help_text="印在空白证照纸上的编号。")


class DrawUpForm(forms.Form):
    """A certificate that comes of no case in this system: its type and its holder."""

    kind = django_forms.TypedChoiceField(label="哪种证照", coerce=int, empty_value=None, choices=())
    holder = forms.Line(
        label="持证人证件号码", max_length=40, help_text="身份证号码或统一社会信用代码；持证人要在本系统有档案。"
    )

    def __init__(self, *args: Any, kinds: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "请选择"), *kinds]  # type: ignore[attr-defined]


class TypeForm(forms.Form):
    """A type of certificate. Fields are written one a line: 名称 | 取自哪里 | 用于哪个答案或固定内容 | 选填."""

    code = forms.Line(
        label="证照类型代码",
        max_length=21,
        help_text="定义机构的 18 位信用代码和 3 位顺序号，例如 11100000000013338W011。",
    )
    name = forms.Line(label="证照名称", max_length=60)
    issuer = django_forms.TypedChoiceField(label="颁发机构", coerce=int, empty_value=None, choices=())
    series = forms.Line(label="证号字头", max_length=20, help_text="例如“清卫公证”，证号就是 清卫公证〔2026〕1号。")
    holder_kind = django_forms.ChoiceField(label="发给谁", choices=CertificateType.HolderKind.choices, initial="either")
    layout = django_forms.ChoiceField(label="版式", choices=list(LAYOUT_NAMES.items()))
    months = django_forms.IntegerField(
        label="有效期（月）", min_value=0, max_value=1200, initial=0, help_text="长期有效的填 0。"
    )
    basis = forms.Line(label="依据", max_length=200, required=False)
    lines = forms.Paragraph(
        label="字段",
        rows=8,
        max_length=4000,
        help_text="一行一个，用竖线隔开：名称 | 取自 | 申请表的字段名或固定内容 | 选填。取自："
        + "、".join(SOURCES.values())
        + "。",
    )
    automatic = django_forms.BooleanField(label="准予后自动制证\n内容齐全就不用人工", required=False)
    items = django_forms.TypedMultipleChoiceField(
        label="哪些事项办成后发", coerce=int, required=False, choices=(), widget=django_forms.CheckboxSelectMultiple
    )
    standards = django_forms.TypedMultipleChoiceField(
        label="以后可以代替哪些材料", coerce=int, required=False, choices=(), widget=django_forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, issuers: Choices = (), item_choices: Choices = (), standard_choices: Choices = (), fixed: bool = False,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        if fixed:
            del self.fields["code"], self.fields["issuer"]
        else:
            self.fields["issuer"].choices = [("", "请选择"), *issuers]  # type: ignore[attr-defined]
        self.fields["items"].choices = list(item_choices)  # type: ignore[attr-defined]
        self.fields["standards"].choices = list(standard_choices)  # type: ignore[attr-defined]
        if not standard_choices:
            del self.fields["standards"]


def read_lines(text: str) -> list[dict[str, Any]]:
    """The fields as they were typed, for `rules.fields_of`; keys are given in order, so that they stay when a label changes."""
    by_label = {label: key for key, label in SOURCES.items()}
    rows = []
    for number, line in enumerate((each for each in text.splitlines() if each.strip()), 1):
        parts = [part.strip() for part in line.replace("｜", "|").split("|")] + ["", "", ""]
        rows.append(
            {
                "key": f"field{number}", "label": parts[0], "source": by_label.get(parts[1] or "制证时填写", parts[1]),
                "of": [each for each in parts[2].replace("，", ",").split(",") if each], "required": parts[3] != "选填",
            }
        )  # fmt: skip
    return rows


def write_lines(kind: CertificateType) -> str:
    """The fields as they are typed."""
    return "\n".join(
        " | ".join(
            part for part in (each.label, SOURCES[each.source], ",".join(each.of), "" if each.required else "选填")
        ).rstrip(" |")
        for each in fields_of(kind.fields)
    )


class VerifyForm(forms.Form):
    """A file that somebody wants checked."""

    file = forms.Attachment(label="证照文件", kinds=("PDF", "OFD"), megabytes=10)
