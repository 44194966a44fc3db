"""情形引导: a few questions, and what follows from the answers: which materials, which steps, what fee, what limit.

The questions are a form (`rules.questions`), asked one by one; a question's `show_if` reads those before it, which makes a tree.
What follows hangs on conditions of the same language: materials by their own condition, the rest as notes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from yimen.service.catalogue.rules import conditions, questions
from yimen.service.catalogue.rules.questions import Form, FormProblem, Question, Strict

KINDS = frozenset({"yes_no", "choice", "multi_choice", "integer", "decimal", "amount", "date"})
"""What can be asked before anybody says who they are: nothing personal, nothing long."""
MOST_QUESTIONS = 30
NOTE_KINDS: dict[str, str] = {"step": "怎么办", "fee": "收费", "limit": "时限", "tip": "提醒"}


class Note(Strict):
    """What is told when its condition holds; without one, always."""

    when: list[Any] = Field(default_factory=list)
    kind: Literal["step", "fee", "limit", "tip"] = "tip"
    text: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]

    @field_validator("when")
    @classmethod
    def _condition(cls, value: list[Any]) -> list[Any]:
        conditions.check(value)
        return value


class Guidance(Strict):
    """Questions and notes."""

    form: Form
    notes: tuple[Note, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Guidance:
        asked = list(self.form.questions())
        if len(asked) > MOST_QUESTIONS:
            raise ValueError(f"情形引导最多 {MOST_QUESTIONS} 个问题，现在有 {len(asked)} 个")
        for question in asked:
            if question.kind not in KINDS:
                raise ValueError(f"“{question.label}”：情形引导只问是否、选择、数字和日期")
        keys = {question.key for question in asked}
        for note in self.notes:
            unknown = [key for key in conditions.fields_of(note.when) if key not in keys]
            if unknown:
                raise ValueError(f"“{note.text[:20]}”的条件用到没有问的“{unknown[0]}”")
        return self


def read_guidance(definition: Mapping[str, Any]) -> Guidance:
    """The guidance of a JSON definition; raises `FormProblem` with each fault."""
    try:
        return Guidance.model_validate(definition)
    except ValidationError as problem:
        raise FormProblem([questions.say_fault(fault) for fault in problem.errors()]) from None


def as_guidance(definition: Mapping[str, Any]) -> Guidance | None:
    """The guidance of an edition, None where it has none; read once per definition."""
    return _cached(json.dumps(definition, ensure_ascii=False, sort_keys=True)) if definition else None


@lru_cache(maxsize=256)
def _cached(text: str) -> Guidance:
    return read_guidance(json.loads(text))


def labels(definition: Mapping[str, Any]) -> dict[str, str]:
    """Key to question, {} where there is no guidance."""
    found = as_guidance(definition)
    return found.form.labels() if found is not None else {}


@dataclass(frozen=True, slots=True)
class State:
    """Where somebody stands: answers so far, the questions answered, the one to ask now (None: done)."""

    answers: dict[str, Any]
    answered: list[Question]
    now: Question | None
    left: int


def walk(guidance: Guidance, raw: Mapping[str, Any]) -> State:
    """Walk through the questions with what was said; unreadable answers count as not given."""
    answers, _ = questions.clean_answers(guidance.form, raw, draft=True)
    asked = questions.visible_fields(guidance.form, answers)
    open_ones = [question for question in asked if question.key not in answers]
    now = open_ones[0] if open_ones else None
    # What was said to questions after an open one is kept, but counts only once they are reached.
    before = [question for question in asked if question.key in answers]
    return State(answers, before, now, len(open_ones))


def notes_of(guidance: Guidance, answers: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """What is told with these answers: [(kind in Chinese, texts)], kinds in their order."""
    held = [note for note in guidance.notes if conditions.holds(note.when, answers)]
    return [
        (label, [note.text for note in held if note.kind == kind])
        for kind, label in NOTE_KINDS.items()
        if any(note.kind == kind for note in held)
    ]


def said(definition: Mapping[str, Any], answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answers for reading: [(question, answer)]; [] without guidance or answers."""
    found = as_guidance(definition)
    if found is None or not answers:
        return []
    return [line for _, lines in questions.shown_answers(found.form, answers) for line in lines]


def kept(definition: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was sent, the answers that this guidance asks for and can read."""
    found = as_guidance(definition)
    return questions.clean_answers(found.form, raw, draft=True)[0] if found is not None else {}


def checked(definition: Mapping[str, Any], raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Answers sent by a machine: (what can be read, what is wrong by key). Whoever answers at all answers to the end.

    A key that is not asked, an answer that cannot be read and a question left open are wrong; nothing sent is nothing wrong.
    """
    if not raw:
        return {}, {}
    found = as_guidance(definition)
    if found is None:
        return {}, dict.fromkeys(raw, "这个事项没有情形引导，不用填写。")
    known = {question.key for question in found.form.questions()}
    wrong = {key: "情形引导里没有这个问题。" for key in raw if key not in known}
    _, unread = questions.clean_answers(found.form, {key: raw[key] for key in raw if key in known}, draft=True)
    wrong |= unread
    state = walk(found, raw)
    if not wrong and state.now is not None:
        wrong[state.now.key] = f"请回答“{state.now.label}”。"
    return kept(definition, raw), wrong


def is_whole(definition: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    """Whether every question that these answers open is answered; true where nothing is asked."""
    found = as_guidance(definition)
    return found is None or walk(found, answers).now is None
