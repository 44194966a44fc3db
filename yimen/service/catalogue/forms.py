"""What the management pages ask: elements of an edition, materials, the application form, imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms as django_forms
from django.http import QueryDict

from yimen.ground.kit import forms
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue.models import EditionMaterial, ItemEdition, StandardMaterial
from yimen.service.catalogue.rules.condition_text import read_condition, write_condition
from yimen.service.catalogue.rules.conditions import ConditionProblem
from yimen.service.catalogue.rules.questions import KIND_LABELS, PREFILL_LABELS
from yimen.service.catalogue.rules.vocabulary import (
    CaseKind,
    Channel,
    ItemKind,
    LimitUnit,
    Necessity,
    ServiceObject,
    UseLevel,
)
from yimen.service.catalogue.services.editions import TEXTS, MaterialValues, element_label

YES_NO = [("", "未载明"), ("yes", "是"), ("no", "否")]
_ONE_LINE = frozenset(
    {
        "name", "sub_item_name", "main_item_name", "short_name", "daily_name", "legal_limit_basis", "visits_reason",
        "online_depth", "hours", "review_body", "suit_court", "co_departments", "change_note",
    }
)  # fmt: skip
_RECORDS = {
    "results": ("办理结果", "每行一个，名称与类型用“|”隔开，例如：公共场所卫生许可证|证照", ("name", "kind")),
    "fees": ("收费项目", "每行一个：名称|金额|依据", ("name", "amount", "basis")),
    "special_procedures": ("特别程序", "每行一个：名称|时限|单位|依据，例如：卫生检测|15|个工作日|《行政许可法》第四十五条",
                           ("name", "limit", "unit", "basis")),
    "steps": ("办理环节", "每行一步：环节|说明。不填时按办理程序自动写", ("name", "text")),
    "questions": ("常见问题", "每行一问：问题|回答", ("question", "answer")),
}  # fmt: skip
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("名称与内容", ("name", "sub_item_name", "main_item_name", "short_name", "daily_name", "kind", "content")),
    ("谁能办", ("service_objects", "themes", "conditions", "legal_basis")),
    (
        "时限",
        ("legal_limit", "legal_unit", "legal_limit_basis", "promise_limit", "promise_unit", "case_kind",
         "special_procedures"),
    ),
    ("收费", ("fee", "fee_standard", "fee_basis", "fees")),
    ("怎么办", ("channels", "online_depth", "visits", "visits_reason", "delivery_by_post", "steps", "results")),
    ("哪里问", ("place", "hours", "consult_phone", "complaint_phone", "co_departments")),
    ("救济与问答", ("review_body", "suit_court", "questions", "change_note")),
)  # fmt: skip


def _text_field(name: str) -> django_forms.Field:
    label = element_label(name)
    if name in _ONE_LINE:
        return forms.Line(label=label, max_length=TEXTS[name], required=name == "name")
    return forms.Paragraph(label=label, max_length=TEXTS[name], required=False, rows=3)


class EditionForm(forms.Form):
    """The elements of an edition. Records (results, fees, steps …) are one line each, their parts parted by `|`."""

    version = django_forms.IntegerField(widget=django_forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for _, names in GROUPS:
            for name in names:
                self.fields[name] = self._field(name)
                forms.make_polite(self.fields[name], str(self.fields[name].label))

    def _field(self, name: str) -> django_forms.Field:
        if name in TEXTS:
            return _text_field(name)
        if name in _RECORDS:
            label, help_text, _ = _RECORDS[name]
            return forms.Paragraph(label=label, help_text=help_text, required=False, rows=3, max_length=20_000)
        label = element_label(name)
        if name in ("legal_limit", "promise_limit", "visits"):
            helps = {
                "legal_limit": "法律、法规、规章写的数。行政许可不填时取 20 个工作日，并标“法定默认”",
                "promise_limit": "不得长于法定时限；当场办结填 0",
                "visits": "群众要到现场的次数",
            }
            return django_forms.IntegerField(
                label=label, required=False, min_value=0, max_value=3650, help_text=helps[name]
            )
        if name in ("fee", "delivery_by_post"):
            return django_forms.ChoiceField(label=label, choices=YES_NO, required=False)
        if name == "themes":
            return forms.Line(label="主题", help_text="几个主题之间用顿号隔开", required=False, max_length=600)
        if name in ("service_objects", "channels"):
            pairs = ServiceObject.pairs() if name == "service_objects" else Channel.pairs()
            return django_forms.MultipleChoiceField(
                label=label, choices=pairs, required=False,
                widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"}),
            )  # fmt: skip
        pairs = {
            "kind": ItemKind.pairs(),
            "case_kind": CaseKind.pairs(),
            "legal_unit": [("", "请选择"), *LimitUnit.pairs()],
            "promise_unit": [("", "请选择"), *LimitUnit.pairs()],
        }[name]
        return django_forms.ChoiceField(label=label, choices=pairs, required=not name.endswith("unit"))

    def values(self) -> dict[str, Any]:
        """What `services.save_edition` takes."""
        found: dict[str, Any] = {}
        for _, names in GROUPS:
            for name in names:
                value = self.cleaned_data.get(name)
                if name in _RECORDS:
                    value = read_records(str(value or ""), _RECORDS[name][2])
                elif name in ("fee", "delivery_by_post"):
                    value = {"yes": True, "no": False}.get(str(value))
                elif name == "themes":
                    value = str(value or "").replace("，", "、").replace(",", "、").split("、")
                found[name] = value
        return found

    def groups(self) -> list[tuple[str, list[Any]]]:
        """Fields under their headings, for the template."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]


def edition_initial(edition: ItemEdition) -> dict[str, Any]:
    """What the form starts with."""
    found: dict[str, Any] = {"version": edition.version}
    for _, names in GROUPS:
        for name in names:
            value = getattr(edition, name)
            if name in _RECORDS:
                value = write_records(value, _RECORDS[name][2])
            elif name in ("fee", "delivery_by_post"):
                value = {True: "yes", False: "no", None: ""}[value]
            elif name == "themes":
                value = "、".join(value)
            found[name] = value
    if edition.legal_source == "statutory_default":
        found["legal_limit"] = None
    return found


def read_records(text: str, keys: Sequence[str]) -> list[dict[str, str]]:
    """Lines `a|b|c` as records; a last part may hold further bars."""
    records = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.replace("｜", "|").split("|", len(keys) - 1)]
        if any(parts):
            records.append(dict(zip(keys, parts + [""] * len(keys), strict=False)))
    return records


def write_records(records: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> str:
    """Records as lines, without empty parts at their ends."""
    lines = ["|".join(str(record.get(key, "")).replace("\n", " ") for key in keys).rstrip("|") for record in records]
    return "\n".join(lines)


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
    source_channel = forms.Line(label="来源渠道", required=False, max_length=200)
    basis = forms.Line(label="依据", required=False, max_length=500)
    note = forms.Line(label="填报须知", required=False, max_length=500)
    exempt = django_forms.BooleanField(label="免提交", required=False)
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

    def material(self) -> MaterialValues | None:
        """The material, None for an empty row."""
        cleaned = self.cleaned_data
        if not cleaned.get("name"):
            return None
        standard = cleaned.get("standard")
        return MaterialValues(
            name=cleaned["name"],
            necessity=cleaned.get("necessity") or "required",
            condition=cleaned.get("condition") or [],
            condition_text=cleaned.get("condition_text") or "",
            originals=cleaned.get("originals"),
            copies=cleaned.get("copies"),
            format=cleaned.get("format") or "either",
            source_channel=cleaned.get("source_channel") or "",
            exempt=bool(cleaned.get("exempt")),
            basis=cleaned.get("basis") or "",
            note=cleaned.get("note") or "",
            standard_id=standard.pk if standard else None,
        )


MaterialFormSet = django_forms.formset_factory(MaterialForm, extra=3, max_num=200, absolute_max=220)


def materials_initial(edition: ItemEdition) -> list[dict[str, Any]]:
    """What the formset of materials starts with."""
    return [
        {
            "order": material.order,
            "name": material.name,
            "necessity": material.necessity,
            "condition": write_condition(material.condition),
            "condition_text": material.condition_text,
            "originals": material.originals,
            "copies": material.copies,
            "format": material.format,
            "source_channel": material.source_channel,
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
