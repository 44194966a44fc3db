"""A letter gets its number once, keeps its facts, and can be voided but never rewritten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from yimen.ground.documents import selectors, services
from yimen.ground.documents.fonts import MissingGlyph
from yimen.ground.documents.models import Letter
from yimen.ground.documents.services import AlreadyVoided, IssuedLetter, issue_letter, void_letter
from yimen.ground.documents.tests.conftest import AT, BASE, MORE
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.outbox import OutsideTransactionError, deliver_once
from yimen.ground.kit.refusals import Invalid


def issue(kind: str = "acceptance_slip", **changed: Any) -> IssuedLetter:
    given: dict[str, Any] = {
        "kind": kind,
        "series": "清卫受字",
        "matter_code": "C1",
        "facts": {**BASE, **MORE[kind]},
        "seal_id": None,
        "actor": SYSTEM,
        "at": AT,
    }
    return issue_letter(**given | changed)


@pytest.mark.django_db
def test_numbers_run_per_series_and_year_without_gap() -> None:
    first = issue()
    with pytest.raises(RuntimeError), transaction.atomic():
        issue()
        raise RuntimeError
    numbers = [first.number, issue().number, issue(series="清卫补字").number, issue(at=AT + timedelta(days=200)).number]
    assert numbers == ["清卫受字〔2026〕1号", "清卫受字〔2026〕2号", "清卫补字〔2026〕1号", "清卫受字〔2027〕1号"]


@pytest.mark.django_db
def test_the_pdf_is_drawn_by_the_worker_signed_and_found_by_its_code() -> None:
    issued = issue()
    assert selectors.verify(issued.code).digest == ""
    deliver_once()
    letter = selectors.letter_by_code(issued.code.lower())
    assert letter is not None and letter.pdf is not None
    assert selectors.open_file(letter.pdf).read().startswith(b"%PDF-")
    assert letter.pdf.name == "行政许可申请受理通知书 清卫受字〔2026〕1号.pdf"
    found = selectors.verify(issued.code)
    assert (found.standing, found.number, found.signed) == ("valid", issued.number, True)
    assert services.draw_letter(letter.pk) == letter.pdf
    assert [shown.number for shown in selectors.letters_of("C1")] == [issued.number]


@pytest.mark.django_db
def test_it_is_drawn_when_opened_before_the_worker_came() -> None:
    letter = selectors.letter_by_code(issue().code)
    assert letter is not None
    assert selectors.letter_pdf(letter).size > 10_000


@pytest.mark.django_db
def test_a_letter_that_cannot_be_drawn_uses_no_number() -> None:
    with pytest.raises(MissingGlyph), transaction.atomic():
        issue(facts={**BASE, **MORE["acceptance_slip"], "applicant": "李\U00012345"})
    assert issue().number.endswith("1号")


@pytest.mark.django_db
def test_voiding_says_who_when_why_and_happens_once() -> None:
    issued = issue()
    with pytest.raises(Invalid):
        void_letter(code=issued.code, reason=" ", actor=SYSTEM, at=AT)
    void_letter(code=issued.code, reason="文号打错", actor=SYSTEM, at=AT)
    with pytest.raises(AlreadyVoided):
        void_letter(code=issued.code, reason="再来一次", actor=SYSTEM, at=AT)
    found = selectors.verify(issued.code)
    assert (found.standing, found.void_reason) == ("voided", "文号打错")
    assert AuditEntry.objects.get(action="documents.void_letter").target == issued.number


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "update documents_letter set facts = '{}'",
        "update documents_letter set number = 'x'",
        "update documents_letter set issued_at = now()",
        "update documents_letter set pdf_id = null",
        "update documents_letter set signature = 'x'",
        "update documents_letter set voided_at = null, void_reason = ''",
        "delete from documents_letter",
        "truncate documents_letter cascade",
        "update documents_storedfile set digest = 'x'",
        "delete from documents_storedfile",
    ],
)
def test_the_database_refuses_to_rewrite_a_letter_or_file(change: str) -> None:
    issued = issue()
    services.draw_letter(issued.id)
    void_letter(code=issued.code, reason="文号打错", actor=SYSTEM, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(change)


@pytest.mark.django_db
def test_facts_changed_behind_the_guard_are_found_by_the_signature() -> None:
    issued = issue()
    services.draw_letter(issued.id)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table documents_letter disable trigger documents_letter_guard")
        cursor.execute("update documents_letter set facts = replace(facts, '听泉', '听风')")
        cursor.execute("alter table documents_letter enable trigger documents_letter_guard")
    found = selectors.verify(issued.code)
    assert (found.standing, found.signed) == ("valid", False)


def test_a_transaction_is_needed(committed_db: Any) -> None:
    with pytest.raises(OutsideTransactionError):
        issue()
    assert not Letter.objects.exists()


def test_the_seal_of_the_department_is_used_under_a_letter_of_authority(cast: Any) -> None:
    from yimen.ground.organisations.models import SealUse

    seal = next(iter(cast.seals.values()))
    issued = issue(seal_id=seal.pk)
    use = SealUse.objects.get(document_number=issued.number)
    assert (use.seal, use.actor_name) == (seal, SYSTEM.name)
    assert selectors.verify(issued.code).seal_text == seal.text
