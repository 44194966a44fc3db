"""The pieces from which a demo item is written: papers, form fields, the item itself. Pure data, no database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Applicants = Literal["person", "enterprise", "either"]
LegalUnit = Literal["working_day", "calendar_day"]

OWN, LIBRARY, ISSUED, FILLED = "申请人自备", "省电子证照库", "政府部门核发", "在线填写"
ART_29 = "《行政许可法》第二十九条"


@dataclass(frozen=True, slots=True)
class Paper:
    """One material: what it is, where it comes from, the article that asks for it, and when it is needed."""

    name: str
    basis: str
    source: str = OWN
    necessity: str = "required"
    when: tuple[Any, ...] = ()
    when_text: str = ""
    exempt: bool = False
    format: str = "either"
    note: str = ""


@dataclass(frozen=True, slots=True)
class DemoItem:
    """One service item. `promise` is in working days; `legal` in `legal_unit`, None where no rule sets one (a licence then
    gets art. 42).

    A law that says 工作日 is counted in working days. A bare 日 of another law than 行政许可法 is a calendar day (民法典
    第二百零四条; art. 82 speaks of the periods of that law alone): the reading that holds the organ to less.

    `at_once` marks a 即办件. `special` names the special procedures of art. 45 that it may need. `weight` says how often
    people apply for it, beside the others.
    """

    key: str
    department: str
    name: str
    kind: str
    daily_name: str
    content: str
    basis: str
    conditions: str
    legal: int | None
    legal_basis: str
    promise: int
    result: str
    result_kind: str
    applicants: Applicants
    theme: str
    papers: tuple[Paper, ...]
    question: str
    answer: str
    at_once: bool = False
    form: dict[str, Any] | None = None
    special: tuple[str, ...] = ()
    weight: int = 5
    legal_unit: LegalUnit = "working_day"


def form(title: str, *sections: dict[str, Any]) -> dict[str, Any]:
    """A form definition of these sections."""
    return {"title": title, "sections": list(sections)}


def section(key: str, title: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Fields that stand together under one heading."""
    return {"key": key, "title": title, "fields": list(fields), **more}


def ask(key: str, kind: str, label: str, *, required: bool = True, **more: Any) -> dict[str, Any]:
    """One field; required unless said otherwise."""
    return {"key": key, "kind": kind, "label": label, "required": required, **more}


def choose(key: str, label: str, options: dict[str, str], **more: Any) -> dict[str, Any]:
    """A single choice; `options` maps values to labels."""
    kind = more.pop("kind", "choice")
    return ask(key, kind, label, choices=[{"value": value, "label": text} for value, text in options.items()], **more)


def person(title: str = "申请人") -> dict[str, Any]:
    """Who applies: a natural person, prefilled from the file."""
    return section(
        "applicant",
        title,
        ask("name", "text", "姓名", prefill="name", longest=60),
        ask("id_number", "id_number", "身份证号码", prefill="id_number"),
        ask("address", "address", "联系地址", prefill="address", required=False),
    )


def enterprise(title: str = "申请单位") -> dict[str, Any]:
    """Who applies: an enterprise or organisation, prefilled from the file."""
    return section(
        "applicant",
        title,
        ask("name", "text", "单位名称", prefill="name", longest=120),
        ask("credit_code", "credit_code", "统一社会信用代码", prefill="credit_code"),
        ask("legal_representative", "text", "法定代表人（负责人）", prefill="legal_representative", longest=60),
    )


def either(title: str = "申请人") -> dict[str, Any]:
    """Who applies: a person or an enterprise; what is asked depends on it."""
    is_person, is_enterprise = ["==", "applicant_kind", "person"], ["==", "applicant_kind", "enterprise"]
    return section(
        "applicant",
        title,
        choose("applicant_kind", "以什么身份申请", {"person": "个人", "enterprise": "企业或其他组织"}),
        ask("name", "text", "姓名或单位名称", prefill="name", longest=120),
        ask("id_number", "id_number", "身份证号码", prefill="id_number", show_if=is_person),
        ask("credit_code", "credit_code", "统一社会信用代码", prefill="credit_code", show_if=is_enterprise),
        ask(
            "legal_representative", "text", "法定代表人（负责人）", prefill="legal_representative",
            show_if=is_enterprise, longest=60,
        ),
    )  # fmt: skip


def id_card(basis: str = ART_29) -> Paper:
    """The identity card, taken from the licence library: nobody has to bring it."""
    return Paper("申请人身份证", basis, LIBRARY, exempt=True, format="electronic")


def business_licence(basis: str = ART_29) -> Paper:
    """The business licence, taken from the licence library: nobody has to bring it."""
    return Paper("营业执照", basis, LIBRARY, exempt=True, format="electronic")


def application(name: str, basis: str = ART_29) -> Paper:
    """The application form: filled in online, so that it is always there."""
    return Paper(name, basis, FILLED, exempt=True, format="electronic")


LICENCE, CONFIRMATION, SERVICE, OTHER, PAYMENT = "licence", "confirmation", "public_service", "other_power", "payment"
ART_42 = "《行政许可法》第四十二条"


def asked_for(basis: str, title: str, who: Applicants, *names: str) -> tuple[Paper, ...]:
    """The papers of an ordinary item, all under one article: its form, who applies (from the library), and these."""
    shown = {"person": (id_card(basis),), "enterprise": (business_licence(basis),), "either": (id_card(basis),)}[who]
    return (application(title, basis), *shown, *(Paper(name, basis) for name in names))
