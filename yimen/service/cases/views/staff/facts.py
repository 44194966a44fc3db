"""What the applicant said, as staff read it: covered where it is personal, laid open one value at a time, with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import masked, party
from yimen.ground.identity.services import reveal as reveal_party
from yimen.ground.kit import audit, masking
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.kit.text import clean_line
from yimen.ground.matters import policies
from yimen.service.cases.editions import EditionCard
from yimen.service.cases.models import Case
from yimen.service.cases.selectors import case_answers, case_situation
from yimen.service.catalogue.rules import guidance
from yimen.service.catalogue.rules.questions import Question, as_form, shown_answers, visible_fields

COVERS = {
    "id_number": masking.mask_id_number,
    "phone": masking.mask_phone,
    "email": masking.mask_email,
    "address": masking.mask_address,
}
"""Kinds of answers that are covered, and how."""

PARTY = {"id_number": "证件号码", "phone": "手机号", "address": "地址"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: `field` names it for the way to its whole value; empty where nothing is covered."""

    label: str
    value: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The applicant, the answers by section, how the result is fetched."""

    applicant: list[Fact]
    sections: list[tuple[str, list[Fact]]]
    delivery: list[Fact]
    may_reveal: bool

    def all(self) -> list[Fact]:
        """Every line, for the dialogs that ask why."""
        return [*self.applicant, *(fact for _, lines in self.sections for fact in lines), *self.delivery]


def of(case: Case, edition: EditionCard, actor: Actor, revealed: Mapping[str, str]) -> Facts:
    """The facts of a case; `revealed` holds whole values by field name."""
    may = policies.may(actor, "identity.reveal", case.matter)
    return Facts(
        applicant=list(_applicant(case, revealed)),
        sections=[*_situation(case, edition), *_sections(case, edition, revealed)],
        delivery=list(_delivery(case, revealed)),
        may_reveal=may,
    )


def _situation(case: Case, edition: EditionCard) -> list[tuple[str, list[Fact]]]:
    """What the applicant answered to the situational guidance: on it hangs which materials were asked for."""
    told = guidance.said(edition.edition.guidance, case_situation(case))
    return [("办理情形", [Fact(question, answer) for question, answer in told])] if told else []


def _applicant(case: Case, revealed: Mapping[str, str]) -> Iterator[Fact]:
    matter = case.matter
    if matter.applicant is None:
        yield Fact("申请人", matter.applicant_name)
        return
    shown = masked(matter.applicant)
    yield Fact("申请人", matter.applicant_name)
    legal = matter.applicant.kind == "legal"
    yield _fact(shown.id_type, "party-id_number", shown.id_number, revealed, covered=not legal)
    if case.agent_name:
        under = f"（委托 {case.mandate_number}）" if case.mandate_number else "（单位办事人员）"
        yield Fact("代办人", case.agent_name + under)
    if shown.legal_representative:
        yield Fact("负责人", shown.legal_representative)
    yield Fact("联系人", case.contact_name)
    yield _fact("联系电话", "contact_phone", masking.mask_phone(case.contact_phone), revealed)
    yield Fact("实名", shown.assurance)


def _delivery(case: Case, revealed: Mapping[str, str]) -> Iterator[Fact]:
    yield Fact("领取方式", case.get_delivery_method_display())
    if case.delivery_address:
        yield _fact("邮寄地址", "delivery_address", masking.mask_address(case.delivery_address), revealed)


def _fact(label: str, field: str, shown: str, revealed: Mapping[str, str], *, covered: bool = True) -> Fact:
    if field in revealed:
        return Fact(label, revealed[field])
    return Fact(label, shown, field if covered and shown else "")


def _sections(case: Case, edition: EditionCard, revealed: Mapping[str, str]) -> list[tuple[str, list[Fact]]]:
    if not edition.form:
        return []
    answers = case_answers(case)
    form = as_form(edition.form)
    asked = {question.key: question for question in visible_fields(form, answers)}
    covered = {f"answer-{key}" for key, question in asked.items() if _is_covered(question) and answers.get(key)}
    labels = {question.label: f"answer-{key}" for key, question in asked.items()}
    hidden = {
        key: answers[key] if f"answer-{key}" in revealed else _cover(asked.get(key), value)
        for key, value in answers.items()
    }
    found = []
    for title, lines in shown_answers(form, hidden):
        facts = []
        for label, text in lines:
            field = labels.get(label, "")
            facts.append(Fact(label, text, field if field in covered and field not in revealed else ""))
        found.append((title, facts))
    return found


def _is_covered(question: Question) -> bool:
    return question.kind in COVERS or any(column.kind in COVERS for column in question.columns)


def _cover(question: Question | None, value: Any) -> Any:
    if question is None:
        return value
    if question.kind == "table" and isinstance(value, list):
        kinds = {column.key: column.kind for column in question.columns}
        return [{key: _covered(kinds.get(key, ""), cell) for key, cell in row.items()} for row in value]
    return _covered(question.kind, value)


def _covered(kind: str, value: Any) -> Any:
    return COVERS[kind](value) if kind in COVERS and isinstance(value, str) else value


def lay_open(case: Case, edition: EditionCard, field: str, actor: Actor, why: str, at: datetime) -> str:
    """The whole value of one covered field; recorded with the reason. Raises `NotAllowed`, `NotFound`, `Invalid`."""
    if not policies.may(actor, "identity.reveal", case.matter):
        raise NotAllowed("您没有查看这件办件完整信息的权限。", next_step="请由经办这件办件的岗位查看。")
    why = clean_line(why, label="查看理由", limit=100)
    if field.startswith("party-") and case.matter.applicant_id is not None:
        file = party(case.matter.applicant_id)
        found = reveal_party(actor=actor, party=file, reason=why, at=at).get(field.removeprefix("party-"), "")
    else:
        found = _whole(case, edition, field)
        if found:
            audit.record(
                "cases.reveal",
                actor=actor,
                target_kind="matter",
                target=case.matter.code,
                reason=why,
                facts={"field": field},
            )
    if not found:
        raise NotFound("这件办件没有这一项。", next_step="请回到办件页重新选择。")
    return found


def _whole(case: Case, edition: EditionCard, field: str) -> str:
    if field == "contact_phone":
        return case.contact_phone
    if field == "delivery_address":
        return case.delivery_address
    if not edition.form or not field.startswith("answer-"):
        return ""
    key, answers = field.removeprefix("answer-"), case_answers(case)
    for _, lines in shown_answers(edition.form, answers):
        labels = {question.label: question.key for question in visible_fields(edition.form, answers)}
        for label, text in lines:
            if labels.get(label) == key:
                return text
    return ""


def label_of(edition: EditionCard, field: str) -> str:
    """What a covered field is called, for the page that asks for the reason."""
    plain = {"contact_phone": "联系电话", "delivery_address": "邮寄地址"}
    if field in plain:
        return plain[field]
    if field.startswith("party-"):
        return PARTY.get(field.removeprefix("party-"), "")
    if edition.form and field.startswith("answer-"):
        return as_form(edition.form).labels().get(field.removeprefix("answer-"), "")
    return ""
