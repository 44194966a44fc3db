"""The application form of an edition: its definition, which questions are asked, and what a submitted form means.

A definition is JSON checked by `Form`. Fields are asked in order; a `show_if` may read only fields that stand
before its
own, so one pass decides everything and no circle is possible. What is hidden is dropped, whatever was sent for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from yimen.service.catalogue.rules import answers as reading
from yimen.service.catalogue.rules import conditions

FieldKind = Literal[
    "text",
    "long_text",
    "id_number",
    "credit_code",
    "phone",
    "email",
    "date",
    "integer",
    "decimal",
    "amount",
    "choice",
    "multi_choice",
    "yes_no",
    "region",
    "address",
    "table",
    "file",
    "note",
]

KIND_LABELS: dict[str, str] = {
    "text": "一行文字",
    "long_text": "多行文字",
    "id_number": "身份证号码",
    "credit_code": "统一社会信用代码",
    "phone": "电话",
    "email": "电子邮箱",
    "date": "日期",
    "integer": "整数",
    "decimal": "小数",
    "amount": "金额（元）",
    "choice": "单选",
    "multi_choice": "多选",
    "yes_no": "是或否",
    "region": "行政区划",
    "address": "地址",
    "table": "表格",
    "file": "附件",
    "note": "说明文字",
}

Prefill = Literal["", "name", "id_number", "credit_code", "phone", "address", "legal_representative", "email"]

PREFILL_LABELS: dict[str, str] = {
    "": "不预填",
    "name": "姓名或名称",
    "id_number": "身份证号码",
    "credit_code": "统一社会信用代码",
    "phone": "手机号码",
    "address": "地址",
    "legal_representative": "法定代表人",
    "email": "电子邮箱",
}

Means = Literal["", "licence_expires_on"]
MEANS_LABELS: dict[str, str] = {"": "没有", "licence_expires_on": "许可证有效期届满日（延续）"}

MAX_FIELDS = 300
MAX_ROWS = 100
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Help = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]


class Strict(BaseModel):
    """A part of a definition: nothing unknown, never changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(Strict):
    """One answer that can be chosen."""

    value: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
    label: Label
    help: Help = ""


class Question(Strict):
    """One field of a form.

    `least` and `most` bound numbers, amounts (yuan) and, as ISO dates, days; `shortest` and `longest` count
    characters, or
    choices, rows and files. `columns` belong to a table, `choices` to choices, `material` names the order of
    the material
    whose file is asked for. `span` is a layout hint. `means`: what the centre reads out of the answer; a form that asks for the
    day on which a licence expires is one of renewal, to be handed in `ahead_days` before (行政许可法 art. 50: thirty, unless
    another law says otherwise).
    """

    key: Key
    kind: FieldKind
    label: Label
    help: Help = ""
    required: bool = False
    show_if: list[Any] = Field(default_factory=list)
    choices: tuple[Choice, ...] = ()
    columns: tuple[Column, ...] = ()
    least: str = ""
    most: str = ""
    shortest: int | None = Field(default=None, ge=0, le=10_000)
    longest: int | None = Field(default=None, ge=1, le=10_000)
    places: int = Field(default=2, ge=0, le=6)
    unit: Annotated[str, StringConstraints(max_length=20)] = ""
    accept: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{2,5}$")], ...] = ()
    material: int | None = Field(default=None, ge=1)
    prefill: Prefill = ""
    text: Annotated[str, StringConstraints(max_length=2000)] = ""
    means: Means = ""
    ahead_days: int = Field(default=30, ge=0, le=366)

    @field_validator("show_if")
    @classmethod
    def _condition(cls, value: list[Any]) -> list[Any]:
        conditions.check(value)
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        check_parts(self)
        if self.means and self.kind != "date":
            raise ValueError(f"“{self.label}”要作为许可证有效期，应当是日期")
        return self


ColumnKind = Literal[
    "text", "long_text", "id_number", "credit_code", "phone", "date", "integer", "decimal", "amount", "choice", "yes_no"
]


class Column(Strict):
    """One column of a table field."""

    key: Key
    kind: ColumnKind = "text"
    label: Label
    help: Help = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    least: str = ""
    most: str = ""
    shortest: int | None = Field(default=None, ge=0, le=10_000)
    longest: int | None = Field(default=None, ge=1, le=10_000)
    places: int = Field(default=2, ge=0, le=6)
    unit: Annotated[str, StringConstraints(max_length=20)] = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        check_parts(self)
        return self


Question.model_rebuild()


class Section(Strict):
    """Fields that stand together under one heading, one page of the application."""

    key: Key
    title: Label
    help: Help = ""
    show_if: list[Any] = Field(default_factory=list)
    fields: tuple[Question, ...]

    @field_validator("show_if")
    @classmethod
    def _condition(cls, value: list[Any]) -> list[Any]:
        conditions.check(value)
        return value


class Form(Strict):
    """A whole definition."""

    title: Label
    sections: tuple[Section, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        seen: set[str] = set()
        for section in self.sections:
            _only_earlier(f"“{section.title}”", section.show_if, seen)
            for question in section.fields:
                if question.key in seen:
                    raise ValueError(f"字段“{question.key}”出现了两次")
                _only_earlier(f"“{question.label}”", question.show_if, seen)
                seen.add(question.key)
        if len(seen) > MAX_FIELDS:
            raise ValueError(f"表单有 {len(seen)} 个字段，最多 {MAX_FIELDS} 个")
        keys = [section.key for section in self.sections]
        if len(set(keys)) != len(keys):
            raise ValueError("两个分组用了同一个编号")
        return self

    def questions(self) -> Iterator[Question]:
        """Every field in order."""
        for section in self.sections:
            yield from section.fields

    def labels(self) -> dict[str, str]:
        """Key to label."""
        return {question.key: question.label for question in self.questions()}


class FormProblem(ValueError):
    """A definition that cannot be used; `findings` lists each fault in Chinese."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("；".join(findings))
        self.findings = findings


def check_parts(part: Question | Column) -> None:
    """Raise ValueError where the parts of a field do not fit its kind."""
    if part.kind in ("choice", "multi_choice"):
        values = [choice.value for choice in part.choices]
        if not values:
            raise ValueError(f"“{part.label}”没有选项")
        if len(set(values)) != len(values):
            raise ValueError(f"“{part.label}”有两个选项的值相同")
    if isinstance(part, Question) and part.kind == "table":
        keys = [column.key for column in part.columns]
        if not keys or len(set(keys)) != len(keys):
            raise ValueError(f"“{part.label}”的表格没有列，或两列编号相同")
    for bound in (part.least, part.most):
        if bound and not reading.bound_fits(part.kind, bound):
            raise ValueError(f"“{part.label}”的上下限“{bound[:40]}”与字段类型不符")
    if part.shortest is not None and part.longest is not None and part.shortest > part.longest:
        raise ValueError(f"“{part.label}”的最短长于最长")


def _only_earlier(name: str, expression: Sequence[Any], seen: set[str]) -> None:
    for key in conditions.fields_of(expression):
        if key not in seen:
            raise ValueError(f"{name}的显示条件用到“{key}”，它不在前面")


def read_form(definition: Mapping[str, Any]) -> Form:
    """The form of a JSON definition; raises `FormProblem` with each fault."""
    try:
        return Form.model_validate(definition)
    except ValidationError as problem:
        raise FormProblem([say_fault(fault) for fault in problem.errors()]) from None


def as_form(definition: Form | Mapping[str, Any]) -> Form:
    """The form itself, read once per definition text."""
    if isinstance(definition, Form):
        return definition
    return _read_cached(json.dumps(definition, ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=256)
def _read_cached(text: str) -> Form:
    return read_form(json.loads(text))


def visible_fields(definition: Form | Mapping[str, Any], answers: Mapping[str, Any]) -> list[Question]:
    """The fields that are asked, given the answers so far, in order. Answers to hidden fields are not looked at."""
    return [question for _, question in visible_sections(definition, answers)]


def visible_sections(
    definition: Form | Mapping[str, Any], answers: Mapping[str, Any]
) -> list[tuple[Section, Question]]:
    """As `visible_fields`, each field with its section."""
    form = as_form(definition)
    known: dict[str, Any] = {}
    shown: list[tuple[Section, Question]] = []
    for section in form.sections:
        if not conditions.holds(section.show_if, known):
            continue
        for question in section.fields:
            if not conditions.holds(question.show_if, known):
                continue
            shown.append((section, question))
            if question.key in answers:
                known[question.key] = answers[question.key]
    return shown


def clean_answers(
    definition: Form | Mapping[str, Any], raw: Mapping[str, Any], *, draft: bool = False
) -> tuple[dict[str, Any], dict[str, str]]:
    """What a submitted form says: (answers, errors), both by key; a table's errors are keyed `key.row.column`
    (row from 0).

    Raw values are text, lists of text, or for a table a list of mappings; anything else is refused as unreadable.
    Answers are JSON: text, int, canonical decimals as text (`"12.50"`), ISO dates, lists of values (choices,
    file uids) or
    of rows. Hidden fields are dropped. With `draft` a missing answer is no error. Total: never raises for any `raw`.
    """
    form = as_form(definition)
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for section in form.sections:
        if not conditions.holds(section.show_if, answers):
            continue
        for question in section.fields:
            if question.kind == "note" or not conditions.holds(question.show_if, answers):
                continue
            value, faults = _answer(question, raw.get(question.key), draft=draft)
            errors.update(faults)
            if not conditions.is_empty(value):
                answers[question.key] = value
    return answers, errors


def _answer(question: Question, raw: Any, *, draft: bool) -> tuple[Any, dict[str, str]]:
    if question.kind == "table":
        return _rows(question, raw, draft=draft)
    try:
        value = reading.read(question, raw)
    except reading.AnswerProblem as problem:
        return None, {question.key: str(problem)}
    if conditions.is_empty(value) and question.required and not draft:
        return None, {question.key: reading.missing(question)}
    return value, {}


def _rows(question: Question, raw: Any, *, draft: bool) -> tuple[list[dict[str, Any]], dict[str, str]]:
    if conditions.is_empty(raw):
        raw = []
    if not isinstance(raw, list) or not all(isinstance(row, Mapping) for row in raw):
        return [], {question.key: f"“{question.label}”的表格看不懂，请重新填写。"}
    most = min(question.longest or MAX_ROWS, MAX_ROWS)
    rows: list[dict[str, Any]] = []
    errors: dict[str, str] = {}
    for number, given in enumerate(raw[: MAX_ROWS + 1]):
        row, faults = _row(question, given, draft=draft)
        if row or faults:
            errors.update({f"{question.key}.{number}.{key}": message for key, message in faults.items()})
            rows.append(row)
    if len(rows) > most:
        errors[question.key] = f"“{question.label}”最多 {most} 行，请删去多出的行。"
    least = question.shortest or (1 if question.required else 0)
    if len(rows) < least and not draft and (question.required or rows):
        errors[question.key] = f"“{question.label}”至少填 {least} 行。"
    return rows, errors


def _row(question: Question, given: Mapping[str, Any], *, draft: bool) -> tuple[dict[str, Any], dict[str, str]]:
    if all(conditions.is_empty(_stripped(given.get(column.key))) for column in question.columns):
        return {}, {}
    row: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for column in question.columns:
        try:
            value = reading.read(column, given.get(column.key))
        except reading.AnswerProblem as problem:
            faults[column.key] = str(problem)
            continue
        if not conditions.is_empty(value):
            row[column.key] = value
        elif column.required and not draft:
            faults[column.key] = reading.missing(column)
    return row, faults


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def prefilled(definition: Form | Mapping[str, Any], file: Mapping[str, str]) -> dict[str, str]:
    """Answers taken from the person's file.

    `file` maps a prefill name (`name`, `id_number`, `phone` …) to its value.
    """
    return {
        question.key: file[question.prefill]
        for question in as_form(definition).questions()
        if question.prefill and file.get(question.prefill)
    }


def shown_answers(
    definition: Form | Mapping[str, Any], answers: Mapping[str, Any]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The answers for reading and printing: [(section title, [(label, text)])], choices by their labels, tables
    in lines.
    """
    groups: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for section, question in visible_sections(definition, answers):
        if question.kind == "note" or conditions.is_empty(answers.get(question.key)):
            continue
        _, lines = groups.setdefault(section.key, (section.title, []))
        lines.append((question.label, _shown(question, answers[question.key])))
    return list(groups.values())


def _shown(question: Question | Column, value: Any) -> str:
    if isinstance(question, Question) and question.kind == "table":
        heads = {column.key: column for column in question.columns}
        rows = [
            "，".join(f"{heads[key].label}：{_shown(heads[key], cell)}" for key, cell in row.items() if key in heads)
            for row in value
        ]
        return "\n".join(f"{number}. {row}" for number, row in enumerate(rows, 1))
    if question.kind == "yes_no":
        return "是" if value == "yes" else "否"
    labels = {choice.value: choice.label for choice in question.choices}
    if isinstance(value, list):
        return (
            f"{len(value)} 个文件" if question.kind == "file" else "、".join(labels.get(str(v), str(v)) for v in value)
        )
    text = labels.get(str(value), str(value))
    if question.kind == "amount":
        return f"{text} 元"
    return f"{text} {question.unit}" if question.unit else text


def material_needed(condition: Sequence[Any], necessity: str, answers: Mapping[str, Any]) -> bool:
    """Whether a material must be given with these answers: required always, conditional when its condition holds."""
    return necessity == "required" or (
        necessity == "conditional" and bool(condition) and conditions.holds(condition, answers)
    )


def say_fault(fault: Any) -> str:
    """One fault of a definition in Chinese."""
    where = ".".join(str(part) for part in fault["loc"] if not isinstance(part, str) or part != "function-after")
    message = str(fault["msg"])
    if message.startswith("Value error, "):
        return message.removeprefix("Value error, ")
    words = {
        "missing": "缺少",
        "extra_forbidden": "不认识的内容",
        "literal_error": "取值不在允许范围内",
        "string_pattern_mismatch": "写法不对（编号用小写字母开头，只含小写字母、数字和下划线）",
        "string_too_long": "太长",
        "string_too_short": "不能为空",
        "too_short": "不能为空",
    }
    return f"{where}：{words.get(fault['type'], '看不懂')}"
