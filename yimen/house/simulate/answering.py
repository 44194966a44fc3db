"""Answers for any application form: what an applicant might plausibly fill in. Pure.

Fields that a form takes from the person's file are left to the party; everything else is invented from the field's
kind. A form whose answers do not pass its own check is a mistake of the form, and is said so.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from yimen.house.simulate import people
from yimen.service.catalogue.rules.questions import as_form, clean_answers

_PREFILLED = ("name", "id_number", "credit_code", "phone", "address", "legal_representative")
_WORDS = ("一楼临街", "二层东侧", "综合楼", "老街 12 号院", "产业园 B 区", "临时设置", "按规定办理")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form filled in by an invented applicant of `kind`; `from_file` maps field keys to what the file says."""

    kind: str
    answers: dict[str, Any]
    from_file: dict[str, str]

    def for_party(self, party: people.Invented) -> dict[str, Any]:
        """The answers as this party gives them."""
        return self.answers | {
            key: value for key, what in self.from_file.items() if (value := file_of(party).get(what, ""))
        }


def file_of(party: people.Invented) -> dict[str, str]:
    """The party's file by the names that forms use for prefilling."""
    return {
        "name": party.name,
        "id_number": party.id_number if party.kind == "natural" else "",
        "credit_code": party.id_number if party.kind == "legal" else "",
        "phone": party.phone,
        "address": party.address,
        "legal_representative": party.legal_representative,
    }


def fill(definition: Mapping[str, Any], kind: str, rng: random.Random) -> Filled:
    """Fill in a form for a party of `kind` (`natural` or `legal`); raises ValueError where its own check refuses it."""
    form = as_form(definition)
    example = people.person(7) if kind == "natural" else people.enterprise(7)
    raw: dict[str, Any] = {}
    from_file: dict[str, str] = {}
    for question in form.questions():
        if question.prefill in _PREFILLED and file_of(example).get(question.prefill):
            raw[question.key] = file_of(example)[question.prefill]
            from_file[question.key] = question.prefill
        elif question.key == "applicant_kind":
            raw[question.key] = "person" if kind == "natural" else "enterprise"
        else:
            raw[question.key] = _invent(question, rng)
    answers, wrong = clean_answers(form, raw)
    if wrong:
        raise ValueError(f"{form.title}: {wrong}")
    return Filled(kind, answers, {key: what for key, what in from_file.items() if key in answers})


def _invent(question: Any, rng: random.Random) -> Any:
    match question.kind:
        case "choice":
            return rng.choice(question.choices).value
        case "multi_choice":
            values = [choice.value for choice in question.choices]
            return rng.sample(values, rng.randint(max(1, question.shortest or 1), len(values)))
        case "yes_no":
            return rng.choice(("yes", "no"))
        case "integer":
            return str(_between(question, rng))
        case "decimal" | "amount":
            return f"{_between(question, rng)}"
        case "date" if question.means:  # until when a licence holds: still some years
            return f"{rng.randint(2029, 2031)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        case "date":
            return f"{rng.randint(2024, 2026)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        case "id_number":
            return people.resident_number(rng.randrange(5000))
        case "credit_code":
            return people.credit_code(rng.randrange(5000))
        case "phone":
            return people.mobile(rng.randrange(5000))
        case "email":
            return f"mail{rng.randrange(5000)}@example.cn"
        case "region":
            return people.COUNTY
        case "address":
            return people.address(rng.randrange(5000))
        case "table":
            return [
                {column.key: _invent(column, rng) for column in question.columns}
                for _ in range(rng.randint(question.shortest or 1, 2))
            ]
        case "file" | "note":
            return None
    if any(word in question.label for word in ("姓名", "人员", "管理员", "承诺人", "联系人")):
        return people.person_name(rng.randrange(5000))
    if any(word in question.label for word in ("单位", "名称", "机构", "医院", "字号")):
        return people.enterprise_name(rng.randrange(5000))[: question.longest or 60]
    if any(word in question.label for word in ("编号", "编码", "卡号")):
        return f"QH{rng.randrange(10**8):08d}"
    return rng.choice(_WORDS)


def _between(question: Any, rng: random.Random) -> int:
    """A whole number within the bounds, small rather than large, as most things in a county are."""
    least = int(Decimal(question.least).to_integral_value(rounding="ROUND_CEILING")) if question.least else 1
    most = int(Decimal(question.most)) if question.most else least + 200
    return min(most, least + int(rng.expovariate(1 / 40)))
