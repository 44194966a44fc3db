"""The letters of a case: which facts each kind says. Layout is in `documents`; no rule of law is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from yimen.ground.documents.services import IssuedLetter, PreparedLetter, issue_prepared, prepare_letter
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.masking import mask_id_number
from yimen.ground.kit.moments import day_of
from yimen.ground.organisations.selectors import Letterhead, letterhead
from yimen.service.cases import rules
from yimen.service.cases.editions import EditionCard
from yimen.service.cases.models import Case
from yimen.service.catalogue.rules.powers import Power

if TYPE_CHECKING:
    from yimen.ground.identity.models import Party

SERIES_WORDS: dict[str, str] = {
    "materials_receipt": "收",
    "acceptance_slip": "受",
    "correction_notice": "补",
    "not_required_notice": "告",
    "not_accepted_notice": "不受",
    "suspension_notice": "停",
    "extension_notice": "延",
    "report_up_letter": "报",
    "tolerance_notice": "容",
    "termination_notice": "终",
    "promise_letter": "诺",
    "decision_grant": "准",
    "decision_refuse": "不准",
    "delivery_receipt": "送",
    "hearing_right_notice": "听告",
    "hearing_notice": "听通",
    "hearing_record": "听录",
    "survey_notice": "勘通",
    "survey_record": "勘录",
    "revocation_notice": "拟撤",
    "decision_revoke": "撤",
    "revocation_dropped": "不撤",
    "withdrawal_up_letter": "撤函",
}


def issue(
    kind: str,
    *,
    case: Case,
    code: str,
    title: str,
    party: Party,
    edition: EditionCard,
    actor: Actor,
    at: datetime,
    department_id: int | None = None,
    **facts: Any,
) -> IssuedLetter:
    """Issue one letter of a case: number from its gap-free series, facts as they stand now, seal of the department.

    The department is the matter's own: the item's may be another since a reorganisation.

    The PDF is rendered after the commit. Runs in the caller's transaction, so a refused act leaves no number used.
    """
    letter = prepare(
        kind, code=code, title=title, applicant=party.name, applicant_number=mask_id_number(party.id_number),
        head=letterhead(department_id or case.matter.department_id, day=day_of(at)), edition=edition, actor=actor, at=at,
        applicant_kind=party.kind, **agent_words(case.agent_name, case.mandate_number), **facts,
    )  # fmt: skip
    return issue_prepared(letter)


def prepare(
    kind: str,
    *,
    code: str,
    title: str,
    applicant: str,
    applicant_number: str,
    head: Letterhead,
    edition: EditionCard,
    actor: Actor,
    at: datetime,
    **facts: Any,
) -> PreparedLetter:
    """A letter of a case, checked and ready for its number; `applicant_number` is masked already."""
    return prepare_letter(
        kind=kind,
        series=f"{head.series_word}{SERIES_WORDS[kind]}",
        matter_code=code,
        facts={
            "code": code,
            "short_code": rules.short_code(code),
            "item": title,
            "applicant": applicant,
            "applicant_id": applicant_number,
            "department": head.name,
            "place": head.address,
            "phone": head.phone,
            "handler": actor.name,
            "review_body": edition.review_body,
            "suit_court": edition.suit_court,
            **words_of(edition.power),
            **facts,
        },
        seal=head.seal,
        actor=actor,
        at=at,
    )


def agent_words(name: str, mandate: str) -> dict[str, str]:
    """Who acted in the applicant's name and under which mandate; nothing where the applicant did, or its own people."""
    return {"agent": name, "mandate": mandate} if mandate else {}


def words_of(power: Power) -> dict[str, str]:
    """How a power that is no licence calls its acts; a licence's letters are written in its own words as they are."""
    return {} if power.licence else {"power": power.title, "grant": power.grant, "refuse": power.refuse}


def material_rows(lines: Sequence[tuple[int, str, str]]) -> list[dict[str, Any]]:
    """Materials as a letter's table takes them."""
    return [{"order": order, "name": name, "state": state} for order, name, state in lines]
