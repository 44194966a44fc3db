"""The application form of an edition as people fill it in, at home and at the window alike (R048).

The definition decides what is asked and what an answer means (`catalogue.rules.questions`); here it is only drawn, and
what came back is read. Nothing in it needs JavaScript: a button asks the server which questions follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.safestring import SafeString

from yimen.ground.kit.forms import Form
from yimen.ground.kit.masking import mask_id_number
from yimen.service.catalogue.rules import conditions, questions
from yimen.service.catalogue.rules.answers import LONGEST_ADDRESS, LONGEST_LONG_TEXT, LONGEST_TEXT
from yimen.service.catalogue.rules.questions import MAX_ROWS, Column, Question, Section

SHOWN_AGAIN = 10_000
"""A text that was refused comes back to the page for mending, but never more of it than this."""

UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
ROW_ACT = re.compile(r"(add|drop):([a-z][a-z0-9_]{0,39})(?::(\d{1,3}))?")
Regions = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One question on the page. `bound` is None for a note; `drives` says that later questions hang on it."""

    question: Question
    bound: forms.BoundField | None
    follows: bool
    drives: bool
    new: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Questions under one heading."""

    section: Section
    questions: tuple[Drawn, ...]


def posted(definition: questions.Form | Mapping[str, Any], data: QueryDict) -> dict[str, Any]:
    """What a browser sent, in the shape `clean_answers` reads: text, lists of text, and rows of tables.

    A pressed “增加一行” or “删去这一行” (`row=add:key`, `row=drop:key:2`) is carried out here.
    """
    raw: dict[str, Any] = {}
    for question in questions.as_form(definition).questions():
        if question.kind in ("note", "file"):
            continue
        if question.kind == "table":
            raw[question.key] = _posted_rows(question, data)
        elif question.kind == "multi_choice":
            raw[question.key] = data.getlist(question.key)
        elif question.key in data:
            raw[question.key] = data[question.key]
    return raw


def _posted_rows(question: Question, data: QueryDict) -> list[dict[str, str]]:
    count = 0
    cell = re.compile(rf"{re.escape(question.key)}\.(\d{{1,3}})\.")
    for name in data:
        if found := cell.match(name):
            count = max(count, int(found[1]) + 1)
    rows = [
        {column.key: data.get(f"{question.key}.{number}.{column.key}", "") for column in question.columns}
        for number in range(min(count, MAX_ROWS + 1))
    ]
    act = ROW_ACT.fullmatch(data.get("row", ""))
    if act and act[2] == question.key:
        if act[1] == "add" and len(rows) < MAX_ROWS:
            rows.append({})
        elif act[1] == "drop" and act[3] and int(act[3]) < len(rows):
            del rows[int(act[3])]
    return rows


def wants_more(data: QueryDict) -> bool:
    """Whether a button asked only to see the questions anew, and not to go on."""
    return data.get("act") == "refresh" or bool(ROW_ACT.fullmatch(data.get("row", "")))


class AnswerForm(Form):
    """The questions that are asked, given the answers: from a draft (`answers`), or as they came in (`raw`).

    After `is_valid()` the answers are in `answers`, ready to be saved whether valid or not: what is unreadable is left
    out of them and stands in `errors`. `known` are values from the person's file; they are shown and cannot be changed.
    `asked_before` are the keys that stood on the page that was sent: a question that appears only now is asked, not
    complained about, and named in `new`.
    """

    def __init__(
        self,
        definition: questions.Form | Mapping[str, Any],
        *,
        answers: Mapping[str, Any] | None = None,
        raw: Mapping[str, Any] | None = None,
        known: Mapping[str, str] | None = None,
        regions: Regions = (),
        complete: bool = True,
        asked_before: Iterable[str] | None = None,
    ) -> None:
        self.definition = questions.as_form(definition)
        self.known = {key: value for key, value in (known or {}).items() if value}
        held = dict(answers or {})
        self.faults: dict[str, str] = {}
        if raw is not None:
            given = {**_files_kept(self.definition, held), **raw, **self.known}
            self.answers, self.faults = questions.clean_answers(self.definition, given, draft=not complete)
        else:
            given = {**held, **self.known}
            self.answers, _ = questions.clean_answers(self.definition, given, draft=True)
        self.asked = questions.visible_sections(self.definition, self.answers)
        before = None if asked_before is None else set(asked_before)
        self.new = [q for _, q in self.asked if before is not None and q.key not in before and q.kind not in LATER]
        shown = {key: _showable(value) for key, value in given.items()} | self._known_shown()
        fields = {q.key: self._field(q, regions) for _, q in self.asked if q.kind not in LATER}
        self.base_fields = fields  # type: ignore[misc]  # these questions are this form's own, not the class's
        super().__init__(data=shown if raw is not None else None, initial=shown)

    def _known_shown(self) -> dict[str, str]:
        """What the file knows, as it stands on the page: a person's number covered, since it comes back from the file."""
        covered = {q.key for q in self.definition.questions() if q.kind == "id_number"}
        return {key: mask_id_number(value) if key in covered else value for key, value in self.known.items()}

    def _field(self, question: Question, regions: Regions) -> forms.Field:
        field = field_of(question, regions)
        if question.key in self.known:
            field.widget.attrs["readonly"] = True
            field.help_text = "取自您的实名信息，不用填写。"
        if isinstance(field.widget, TableWidget):
            prefix = f"{question.key}."
            field.widget.faults = {k[len(prefix) :]: v for k, v in self.faults.items() if k.startswith(prefix)}
        return field

    def _clean_fields(self) -> None:
        self.cleaned_data: dict[str, Any] = dict(self.answers)
        new = {question.key for question in self.new}
        for name, said in self.faults.items():
            key, *cell = name.split(".")
            if key not in self.fields or key in new:
                continue
            self.add_error(key, f"第 {int(cell[0]) + 1} 行：{said}" if cell else said)

    @property
    def asked_keys(self) -> str:
        """The questions on this page, to be sent back with it."""
        return " ".join(self.fields)

    @property
    def may_go_on(self) -> bool:
        """Everything answered, and nothing asked for the first time."""
        return self.is_valid() and not self.new

    @property
    def groups(self) -> list[Group]:
        """The questions under their headings, in order."""
        drivers = _drivers(self.definition)
        new = {question.key for question in self.new}
        found: dict[str, tuple[Section, list[Drawn]]] = {}
        for section, question in self.asked:
            bound = self[question.key] if question.key in self.fields else None
            drawn = Drawn(question, bound, bool(question.show_if), question.key in drivers, question.key in new)
            found.setdefault(section.key, (section, []))[1].append(drawn)
        return [Group(section, tuple(drawn)) for section, drawn in found.values()]


LATER = ("note", "file")
"""A note is only read; a file is handed in with the materials."""


def _files_kept(definition: questions.Form, held: Mapping[str, Any]) -> dict[str, Any]:
    return {q.key: held[q.key] for q in definition.questions() if q.kind == "file" and q.key in held}


def _drivers(definition: questions.Form) -> set[str]:
    """The fields on which others hang."""
    found: set[str] = set()
    for section in definition.sections:
        found.update(conditions.fields_of(section.show_if))
        for question in section.fields:
            found.update(conditions.fields_of(question.show_if))
    return found


def _showable(value: Any) -> Any:
    """What may stand in a page again: no characters that nobody sees, and no megabytes."""
    if isinstance(value, str):
        return UNSEEN.sub("", value[:SHOWN_AGAIN])
    if isinstance(value, list):
        return [_showable(part) for part in value[: MAX_ROWS + 1]]
    if isinstance(value, Mapping):
        return {str(key): _showable(part) for key, part in value.items()}
    return value


# --- One question, one control


def field_of(question: Question | Column, regions: Regions = ()) -> forms.Field:
    """The control of a question. It only draws: `clean_answers` judges."""
    usual: dict[str, Any] = {
        "label": question.label,
        "help_text": question.help,
        "required": question.required,
    }
    choices = [(c.value, f"{c.label}\n{c.help}" if c.help else c.label) for c in question.choices]
    match question.kind:
        case "choice" if len(choices) > 8:
            return forms.ChoiceField(choices=[("", "请选择"), *choices], **usual)
        case "choice":
            return forms.ChoiceField(choices=choices, widget=_choices(forms.RadioSelect, choices), **usual)
        case "multi_choice":
            return forms.MultipleChoiceField(
                choices=choices, widget=_choices(forms.CheckboxSelectMultiple, choices), **usual
            )
        case "yes_no":
            pair = [("yes", "是"), ("no", "否")]
            return forms.ChoiceField(choices=pair, widget=_choices(forms.RadioSelect, pair), **usual)
        case "region":
            return forms.ChoiceField(choices=[("", "请选择"), *regions], **usual)
        case "date":
            return forms.DateField(widget=_DateInput(attrs=_bounds(question)), **usual)
        case "table":
            return TableField(question, **usual)
        case "long_text" | "address":
            rows = 2 if question.kind == "address" else 4
            longest = question.longest or (LONGEST_ADDRESS if question.kind == "address" else LONGEST_LONG_TEXT)
            return forms.CharField(max_length=longest, widget=forms.Textarea(attrs={"rows": rows}), **usual)
    field = forms.CharField(max_length=question.longest or LONGEST_TEXT, **usual)
    field.widget.attrs.update(HINTS.get(question.kind, {}))
    field.unit = "元" if question.kind == "amount" else question.unit  # type: ignore[attr-defined]  # read by the page
    return field


HINTS: dict[str, dict[str, str]] = {
    "id_number": {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"},
    "credit_code": {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"},
    "phone": {"inputmode": "tel", "autocomplete": "tel"},
    "email": {"inputmode": "email", "autocomplete": "email"},
    "integer": {"inputmode": "numeric", "class": "short"},
    "decimal": {"inputmode": "decimal", "class": "short"},
    "amount": {"inputmode": "decimal", "class": "short"},
}


def _choices(widget: type[forms.RadioSelect], choices: Sequence[tuple[str, str]]) -> forms.RadioSelect:
    """Two columns where the words are short enough to stand beside each other."""
    short = len(choices) > 1 and all(len(label) <= 14 for _, label in choices)
    return widget(attrs={"class": "two"} if short else {})


class _DateInput(forms.DateInput):
    """The browser's calendar; what nobody could read as a date comes back as it was typed."""

    input_type = "date"

    def __init__(self, attrs: dict[str, str]) -> None:
        super().__init__(attrs={"class": "short", **attrs}, format="%Y-%m-%d")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        if shown and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(shown)):
            context["widget"]["type"] = "text"
        return context


def _bounds(question: Question | Column) -> dict[str, str]:
    return {name: bound for name, bound in (("min", question.least), ("max", question.most)) if bound}


# --- Tables


class TableWidget(forms.Widget):
    """Rows of a table question: one block a row on a phone, one line a row on a desk."""

    template_name = "cases/public/_table.html"
    use_fieldset = True

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question
        self.faults: dict[str, str] = {}

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}_0_{self.question.columns[0].key}" if id_ else ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        rows = [row for row in value or [] if isinstance(row, Mapping)] or [{}]
        ident = str((attrs or {}).get("id", f"id_{name}"))
        return {
            "question": self.question,
            "name": name,
            "ident": ident,
            "rows": [
                {
                    "number": number,
                    "said": number + 1,
                    "cells": [self._cell(name, ident, number, c, row) for c in self.question.columns],
                }
                for number, row in enumerate(rows)
            ],
            "several": len(rows) > 1,
            "full": len(rows) >= min(self.question.longest or MAX_ROWS, MAX_ROWS),
        }

    def _cell(self, name: str, ident: str, number: int, column: Column, row: Mapping[str, Any]) -> dict[str, Any]:
        field = field_of(column)
        if isinstance(field.widget, forms.RadioSelect):
            field.widget = forms.Select(choices=[("", "请选择"), *field.widget.choices])
        cell_id, fault = f"{ident}_{number}_{column.key}", self.faults.get(f"{number}.{column.key}", "")
        attrs = {"id": cell_id, "class": "input"} | ({"aria-invalid": "true"} if fault else {})
        if fault:
            attrs["aria-describedby"] = f"{cell_id}_error"
        drawn: SafeString = field.widget.render(f"{name}.{number}.{column.key}", row.get(column.key, ""), attrs)
        return {"column": column, "id": cell_id, "drawn": drawn, "fault": fault}


class TableField(forms.Field):
    """A table question."""

    def __init__(self, question: Question | Column, **kwargs: Any) -> None:
        if not isinstance(question, Question):
            raise TypeError("a table stands in a form, not in another table")
        super().__init__(widget=TableWidget(question), **kwargs)


# --- What is known already

IDENTITY = ("name", "id_number", "credit_code")
"""What was proved when the person registered; an application cannot say otherwise."""


def known_of(definition: questions.Form | Mapping[str, Any], file: Mapping[str, str]) -> dict[str, str]:
    """The answers that stand in the person's file (`services.drafts.file_for_forms`) and are not asked again."""
    return {
        question.key: file[question.prefill]
        for question in questions.as_form(definition).questions()
        if question.prefill in IDENTITY and not question.key.startswith("contact") and file.get(question.prefill)
    }


def asks_region(definition: questions.Form | Mapping[str, Any]) -> bool:
    """Whether the list of divisions is needed to draw the form."""
    return any(question.kind == "region" for question in questions.as_form(definition).questions())
