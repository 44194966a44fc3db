"""What the management pages ask: elements of an edition, materials, the application form, imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms as django_forms
from django.http import QueryDict

from yimen.ground.kit import forms
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue.models import EditionMaterial, ItemEdition, StandardMaterial
from yimen.service.catalogue.rules import elements
from yimen.service.catalogue.rules.condition_text import read_condition, write_condition
from yimen.service.catalogue.rules.conditions import ConditionProblem
from yimen.service.catalogue.rules.elements import Element, keys_of, read_records, write_records
from yimen.service.catalogue.rules.questions import KIND_LABELS, MEANS_LABELS, PREFILL_LABELS
from yimen.service.catalogue.rules.vocabulary import ItemKind, MaterialKind, Necessity, UseLevel
from yimen.service.catalogue.services.editions import MaterialValues

YES_NO = [("", "未载明"), ("yes", "是"), ("no", "否")]
_WIDE = ("fees", "windows")
"""Records of many parts, which have a page of rows of their own."""
GROUPS = tuple(
    (title, tuple(element for element in group if element.name not in _WIDE)) for title, group in elements.GROUPS
)


class EditionForm(forms.Form):
    """The elements of an edition. Records (results, steps …) are one line each, their parts parted by `|`."""

    version = django_forms.IntegerField(widget=django_forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for _, group in GROUPS:
            for element in group:
                self.fields[element.name] = field_of(element)
                forms.make_polite(self.fields[element.name], element.label)

    def values(self) -> dict[str, Any]:
        """What `services.save_edition` takes."""
        return {
            element.name: said_by(element, self.cleaned_data.get(element.name))
            for _, group in GROUPS
            for element in group
        }

    def groups(self) -> list[tuple[str, list[Any]]]:
        """Fields under their headings, for the template."""
        return [(title, [self[element.name] for element in group]) for title, group in GROUPS]


def field_of(element: Element) -> django_forms.Field:
    """The field that an element is written in."""
    label, needed = element.label, element.name == "name"
    if element.form in ("line", "address"):
        return forms.Line(label=label, max_length=element.longest, required=needed, help_text=element.help)
    if element.form == "text":
        return forms.Paragraph(label=label, max_length=element.longest, required=False, rows=3, help_text=element.help)
    if element.form == "records":
        parts = elements.SEPARATOR.join(part for _, part in element.parts)
        return forms.Paragraph(label=label, help_text=f"每行一个：{parts}", required=False, rows=3, max_length=20_000)
    if element.form == "count":
        return django_forms.IntegerField(
            label=label, required=False, min_value=0, max_value=element.longest, help_text=element.help
        )
    if element.form == "flag":
        return django_forms.ChoiceField(label=label, choices=YES_NO, required=False, help_text=element.help)
    if element.form == "day":
        return forms.Day(label=label, required=False)
    if element.form == "tags":
        return forms.Line(label=label, help_text=element.help, required=False, max_length=1200)
    if element.form == "words":
        return django_forms.MultipleChoiceField(
            label=label, choices=element.words, required=False,
            widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"}),
        )  # fmt: skip
    return django_forms.ChoiceField(
        label=label, choices=element.words, required="" not in dict(element.words), help_text=element.help
    )


def said_by(element: Element, value: Any) -> Any:
    """What a field's value means for `services.save_edition`."""
    if element.form == "records":
        return read_records(str(value or ""), keys_of(element))
    if element.form == "flag":
        return {"yes": True, "no": False}.get(str(value))
    if element.form == "tags":
        return str(value or "").replace("，", "、").replace(",", "、").split("、")
    return value


def edition_initial(edition: ItemEdition) -> dict[str, Any]:
    """What the form starts with."""
    found: dict[str, Any] = {"version": edition.version}
    for _, group in GROUPS:
        for element in group:
            value = getattr(edition, element.name)
            if element.form == "records":
                value = write_records(value, keys_of(element))
            elif element.form == "flag":
                value = {True: "yes", False: "no", None: ""}[value]
            elif element.form == "tags":
                value = "、".join(value)
            found[element.name] = value
    if edition.legal_source == "statutory_default":
        found["legal_limit"] = None
    return found


class NewItemForm(forms.Form):
    """A new item."""

    name = forms.Line(label="事项名称", max_length=300)
    kind = django_forms.ChoiceField(label="事项类型", choices=[("", "请选择"), *ItemKind.pairs()])
    department: Any = django_forms.ModelChoiceField(label="实施部门", queryset=None)
    task_code = forms.Line(
        label="国家实施编码", required=False, max_length=40, help_text="31 位或 33 位；没有的不填，系统编本地编码"
    )
    use_level = django_forms.ChoiceField(label="行使层级", choices=[("", "按部门"), *UseLevel.pairs()], required=False)

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["department"]
        if isinstance(field, django_forms.ModelChoiceField):
            field.queryset = departments


class MaterialForm(forms.Form):
    """One material of an edition; an empty name takes the row out."""

    order = django_forms.IntegerField(label="顺序", required=False, min_value=1, max_value=9999)
    name = forms.Line(label="材料名称", required=False, max_length=500)
    necessity = django_forms.ChoiceField(label="必要性", choices=Necessity.pairs(), required=False)
    condition = forms.Line(label="什么情形需要", required=False, max_length=500)
    condition_text = forms.Line(label="写给群众的情形", required=False, max_length=300)
    originals = django_forms.IntegerField(label="原件份数", required=False, min_value=0, max_value=99)
    copies = django_forms.IntegerField(label="复印件份数", required=False, min_value=0, max_value=99)
    format = django_forms.ChoiceField(label="形式", choices=EditionMaterial.Format.choices, required=False)
    kind = django_forms.ChoiceField(label="材料类型", choices=[("", "未载明"), *MaterialKind.pairs()], required=False)
    paper_size = forms.Line(label="纸质材料规格", required=False, max_length=60)
    source_channel = forms.Line(label="来源渠道", required=False, max_length=200)
    source_explain = forms.Line(label="来源渠道说明", required=False, max_length=500)
    accept_standard = forms.Paragraph(label="受理标准", required=False, max_length=2000, rows=2)
    basis = forms.Line(label="依据", required=False, max_length=500)
    note = forms.Line(label="填报须知", required=False, max_length=500)
    template_url = forms.Line(label="空白表地址", required=False, max_length=300)
    sample_url = forms.Line(label="样表地址", required=False, max_length=300)
    exempt = django_forms.BooleanField(label="免提交", required=False)
    exempt_how = forms.Line(label="免提交方式", required=False, max_length=200)
    held = django_forms.IntegerField(required=False, widget=django_forms.HiddenInput, min_value=1)
    standard = django_forms.ModelChoiceField(
        label="标准材料",
        queryset=StandardMaterial.objects.filter(cancelled_on__isnull=True).order_by("name"),
        required=False,
    )

    def clean_condition(self) -> list[Any]:
        """The condition as an expression."""
        try:
            return read_condition(self.cleaned_data.get("condition") or "")
        except ConditionProblem as problem:
            raise django_forms.ValidationError(str(problem)) from None

    def clean(self) -> dict[str, Any]:
        """A row with anything in it needs a name."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        said = [cleaned.get(name) for name in ("condition_text", "source_channel", "basis", "note", "originals")]
        if not cleaned.get("name") and any(said):
            self.add_error("name", "请填写材料名称；不要这一行就把整行清空")
        return cleaned

    def material(self, held: Mapping[int, EditionMaterial]) -> MaterialValues | None:
        """The material, None for an empty row. `held` are the edition's own, whose files stay with them."""
        cleaned = self.cleaned_data
        if not cleaned.get("name"):
            return None
        standard, before = cleaned.get("standard"), held.get(cleaned.get("held") or 0)
        return MaterialValues(
            name=cleaned["name"],
            necessity=cleaned.get("necessity") or "required",
            condition=cleaned.get("condition") or [],
            condition_text=cleaned.get("condition_text") or "",
            originals=cleaned.get("originals"),
            copies=cleaned.get("copies"),
            format=cleaned.get("format") or "either",
            kind=cleaned.get("kind") or "",
            paper_size=cleaned.get("paper_size") or "",
            source_channel=cleaned.get("source_channel") or "",
            source_explain=cleaned.get("source_explain") or "",
            accept_standard=cleaned.get("accept_standard") or "",
            template_url=cleaned.get("template_url") or "",
            sample_url=cleaned.get("sample_url") or "",
            exempt_how=cleaned.get("exempt_how") or "",
            exempt=bool(cleaned.get("exempt")),
            basis=cleaned.get("basis") or "",
            note=cleaned.get("note") or "",
            standard_id=standard.pk if standard else None,
            form_file_id=before.form_file_id if before else None,
            sample_file_id=before.sample_file_id if before else None,
        )


MaterialFormSet = django_forms.formset_factory(MaterialForm, extra=3, max_num=200, absolute_max=220)


def materials_initial(edition: ItemEdition) -> list[dict[str, Any]]:
    """What the formset of materials starts with."""
    return [
        {
            "held": material.pk,
            "order": material.order,
            "name": material.name,
            "necessity": material.necessity,
            "condition": write_condition(material.condition),
            "condition_text": material.condition_text,
            "originals": material.originals,
            "copies": material.copies,
            "format": material.format,
            **{
                name: getattr(material, name)
                for name in (
                    "kind",
                    "paper_size",
                    "source_channel",
                    "source_explain",
                    "accept_standard",
                    "template_url",
                    "sample_url",
                    "exempt_how",
                )
            },
            "basis": material.basis,
            "note": material.note,
            "exempt": material.exempt,
            "standard": material.standard_id,
        }
        for material in edition.materials.all()
    ]


class QuestionForm(forms.Form):
    """One row of the form editor: a heading of a section, or a field. An empty label takes the row out."""

    order = django_forms.IntegerField(label="顺序", required=False, min_value=1, max_value=9999)
    kind = django_forms.ChoiceField(
        label="类型", choices=[("section", "—— 分组标题 ——"), *KIND_LABELS.items()], required=False, initial="text"
    )
    key = forms.Line(label="编号", required=False, max_length=40)
    label = forms.Line(label="问什么", required=False, max_length=200)
    help = forms.Line(label="一句帮助", required=False, max_length=500)
    required = django_forms.BooleanField(label="必填", required=False)
    choices = forms.Paragraph(
        label="选项或表格的列", required=False, rows=2, max_length=4000,
    )  # fmt: skip
    show_if = forms.Line(label="什么时候问", required=False, max_length=500)
    bounds = forms.Line(label="上下限", required=False, max_length=60)
    unit = forms.Line(label="单位", required=False, max_length=20)
    prefill = django_forms.ChoiceField(label="预填", choices=list(PREFILL_LABELS.items()), required=False)
    material = django_forms.IntegerField(label="对应第几份材料", required=False, min_value=1, max_value=999)
    means = django_forms.ChoiceField(label="特别含义", choices=list(MEANS_LABELS.items()), required=False)

    def clean_show_if(self) -> list[Any]:
        """The condition as an expression."""
        try:
            return read_condition(self.cleaned_data.get("show_if") or "")
        except ConditionProblem as problem:
            raise django_forms.ValidationError(str(problem)) from None


QuestionFormSet = django_forms.formset_factory(QuestionForm, extra=4, max_num=320, absolute_max=340)


class ImportForm(forms.Form):
    """A catalogue to be brought in."""

    file = forms.Attachment(label="事项目录", kinds=("CSV", "TXT", "XLSX", "XLS"), megabytes=60)
    materials = forms.Attachment(label="申请材料", kinds=("CSV", "TXT", "XLSX", "XLS"), megabytes=60, required=False)


class ReasonForm(forms.Form):
    """A reason and, where it is needed, a basis."""

    reason = forms.Line(label="原因", max_length=300)
    basis = forms.Line(label="依据", max_length=300, required=False)


class OpinionForm(forms.Form):
    """The opinion of a legal check."""

    opinion = forms.Paragraph(label="审查意见", max_length=2000, required=False, rows=3)


class SynonymForm(forms.Form):
    """What people say, and what the catalogue calls it."""

    word = forms.Line(label="群众的说法", max_length=40)
    expansions = forms.Line(
        label="目录的说法", max_length=400, required=False, help_text="几种说法用顿号隔开；清空就删去这一条"
    )


class StandardMaterialForm(forms.Form):
    """A standard material."""

    code = forms.Line(label="材料编码", max_length=40)
    name = forms.Line(label="材料名称", max_length=300)
    issuer = forms.Line(label="出具单位", max_length=200, required=False)
    proof = django_forms.BooleanField(label="属于证明材料", required=False)
    reusable = django_forms.BooleanField(
        label="可以重复使用", required=False, initial=True, help_text="申请人以前交过的，下次可以直接选用，不用再交。"
    )
    valid_days = django_forms.IntegerField(
        label="重复使用的有效天数", required=False, min_value=1, max_value=36_500,
        help_text="从交来那天算起；不填，按本中心的统一设置。",
    )  # fmt: skip


class DepartmentForm(forms.Form):
    """Which of our departments a catalogue means."""

    unit: Any = django_forms.ModelChoiceField(label="对应部门", queryset=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        if isinstance(field, django_forms.ModelChoiceField):
            field.queryset = organisations.departments().order_by("name")


def with_rows(data: QueryDict, prefix: str, more: int) -> QueryDict:
    """Posted formset data with so many more empty rows, for the button `再加几行`."""
    copied = data.copy()
    total = copied.get(f"{prefix}-TOTAL_FORMS", "0")
    copied[f"{prefix}-TOTAL_FORMS"] = str(min(int(total) if total.isascii() and total.isdigit() else 0, 320) + more)
    return copied
