"""Authorisation letters: signed by the head for somebody else, one in force, as signed for ever (R006–R008)."""

from __future__ import annotations

import threading
from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from tests.cast import INSTALLER, Cast
from yimen.ground.kit import moments
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, Refusal
from yimen.ground.organisations import selectors, services
from yimen.ground.organisations.models import AuthorisationLetter, SealUse
from yimen.ground.organisations.policies import OutsideScope

AT = datetime(2026, 9, 1, 10, tzinfo=moments.CHINA)


def draft(cast: Cast, **changed: Any) -> AuthorisationLetter:
    given: dict[str, Any] = {
        "actor": cast.actor("he"),
        "number": "清市监委〔2026〕1号",
        "department": cast.units["market"],
        "post": cast.posts["agent"],
        "powers": ["accept"],
        "valid_from": date(2026, 9, 1),
        "valid_to": date(2027, 8, 31),
        "at": AT,
    }
    return services.draft_letter(**(given | changed))


def test_a_letter_counts_from_its_signature_to_its_last_day(cast: Cast) -> None:
    letter = draft(cast, items=["11519911MB0000001X4000131023001"])
    agent = cast.actor("agent", AT)
    assert agent.letters == ()
    services.sign_letter(actor=cast.actor("he"), letter=letter, at=AT)
    agent = cast.actor("agent", AT)
    [held] = agent.letters
    item = "11519911MB0000001X4000131023001"
    assert selectors.letter_for(agent, "accept", item, date(2027, 8, 31)) == held
    assert selectors.letter_for(agent, "accept", item, date(2027, 9, 1)) is None
    assert selectors.letter_for(agent, "decide", item, date(2026, 9, 1)) is None
    assert selectors.letter_for(agent, "accept", "other", date(2026, 9, 1)) is None
    assert selectors.letter_for(agent, "accept", item, date(2026, 9, 1), department_id=cast.units["housing"].pk) is None
    assert cast.actor("agent", datetime(2027, 9, 1, tzinfo=moments.CHINA)).letters == ()


@pytest.mark.parametrize("who", ["zhao", "chen", "zhou", "manager", "tang", "luo", "system", "security", "li"])
def test_only_the_department_s_head_signs(cast: Cast, who: str) -> None:
    letter = draft(cast)
    with pytest.raises(OutsideScope):
        services.sign_letter(actor=cast.actor(who), letter=letter, at=AT)


def test_nobody_signs_for_himself(cast: Cast) -> None:
    letter = draft(cast, post=cast.posts["he"])
    with pytest.raises(NotAllowed, match="自己"):
        services.sign_letter(actor=cast.actor("he"), letter=letter, at=AT)


def test_a_letter_is_signed_once(cast: Cast) -> None:
    letter = draft(cast)
    services.sign_letter(actor=cast.actor("he"), letter=letter, at=AT)
    with pytest.raises(Conflict, match="已经签署"):
        services.sign_letter(actor=cast.actor("he"), letter=letter, at=AT)
    with pytest.raises(Conflict):
        services.discard_letter(actor=cast.actor("he"), letter=letter, at=AT)


def test_two_letters_of_one_department_to_one_post_do_not_overlap(cast: Cast) -> None:
    services.sign_letter(actor=cast.actor("he"), letter=draft(cast), at=AT)
    second = draft(cast, number="清市监委〔2026〕2号", valid_from=date(2027, 8, 31), valid_to=date(2028, 1, 1))
    with pytest.raises(Conflict, match="已有一份"):
        services.sign_letter(actor=cast.actor("he"), letter=second, at=AT)
    third = draft(cast, number="清市监委〔2026〕3号", valid_from=date(2027, 9, 1), valid_to=date(2028, 1, 1))
    services.sign_letter(actor=cast.actor("he"), letter=third, at=AT)


def test_a_signed_letter_stays_as_it_was_signed(cast: Cast) -> None:
    pk = cast.letters["market_wang"].pk
    for change in ({"powers": ["decide"]}, {"valid_to": date(2029, 1, 1)}, {"state": "draft", "signed_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AuthorisationLetter.objects.filter(pk=pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuthorisationLetter.objects.filter(pk=pk).delete()
    services.revoke_letter(actor=cast.actor("he"), letter=cast.letters["market_wang"], reason="调整", at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuthorisationLetter.objects.filter(pk=pk).update(state="signed", revoked_at=None)
    with pytest.raises(Conflict):
        services.revoke_letter(actor=cast.actor("he"), letter=cast.letters["market_wang"], reason="再收", at=AT)


@pytest.mark.parametrize(
    "changed",
    [
        {"powers": []},
        {"powers": ["accept", "rule"]},
        {"valid_to": date(2026, 8, 31)},
        {"valid_from": date(1, 1, 1), "valid_to": date(9999, 12, 31)},
        {"items": []},
        {"items": ["\x00"]},
        {"number": ""},
        {"number": "\ud842"},
        {"number": "长" * 1_000_000},
    ],
)
def test_a_letter_that_says_nothing_usable_is_refused(cast: Cast, changed: dict[str, Any]) -> None:
    before = AuthorisationLetter.objects.count()
    with pytest.raises(Refusal):
        draft(cast, **changed)
    assert AuthorisationLetter.objects.count() == before


def test_a_number_is_used_once_and_a_seal_is_the_department_s_own(cast: Cast) -> None:
    draft(cast)
    with pytest.raises(Conflict, match="文号"):
        draft(cast)
    with pytest.raises(Invalid, match="印章"):
        draft(cast, number="清市监委〔2026〕9号", seal=cast.seals["housing"])


def test_an_expired_draft_is_not_signed(cast: Cast) -> None:
    letter = draft(cast, valid_from=date(2026, 8, 1), valid_to=date(2026, 8, 31))
    with pytest.raises(Conflict, match="失效"):
        services.sign_letter(actor=cast.actor("he"), letter=letter, at=AT)


def test_letters_that_run_out(cast: Cast) -> None:
    services.sign_letter(actor=cast.actor("he"), letter=draft(cast, valid_to=date(2026, 9, 20)), at=AT)
    assert [letter.number for letter in selectors.letters_running_out(AT.date(), 30)] == ["清市监委〔2026〕1号"]


def test_a_seal_is_used_under_a_letter_and_every_use_is_kept(cast: Cast) -> None:
    seal = cast.seals["market"]
    use = services.use_seal(
        seal=seal, actor=cast.actor("chen"), at=AT, document="准予行政许可决定书", document_number="清市监许〔2026〕1号"
    )
    assert use.letter_id == cast.letters["market_chen"].pk
    for stranger in ("qian_approver", "manager", "sun", "qian"):
        with pytest.raises(NotAllowed):
            services.use_seal(seal=seal, actor=cast.actor(stranger), at=AT, document="决定书")
    services.use_seal(seal=cast.seals["acceptance"], actor=cast.actor("wang"), at=AT, document="受理通知书")
    with pytest.raises(NotAllowed):
        services.use_seal(seal=cast.seals["acceptance"], actor=cast.actor("chen"), at=AT, document="受理通知书")
    for sql in ("update organisations_sealuse set document = 'x'", "delete from organisations_sealuse"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_a_seal_out_of_use_stamps_nothing(cast: Cast) -> None:
    before = SealUse.objects.count()
    services.end_seal(actor=cast.actor("he"), seal=cast.seals["market"], at=AT)
    seal = type(cast.seals["market"]).objects.get(pk=cast.seals["market"].pk)
    with pytest.raises(Conflict):
        services.use_seal(
            seal=seal, actor=cast.actor("chen"), at=datetime(2026, 9, 2, tzinfo=moments.CHINA), document="决定书"
        )
    assert SealUse.objects.count() == before


@pytest.mark.commits
def test_of_two_heads_who_sign_at_once_one_wins(committed_db: object) -> None:
    from tests.cast import build_cast

    with transaction.atomic():
        cast = build_cast()
        post = services.create_post(actor=INSTALLER, unit=cast.units["market"], duty="head", title="副局长", at=AT)
        services.give_usual_grants(actor=INSTALLER, post=post, at=AT)
        services.appoint(actor=INSTALLER, post=post, account=cast.accounts["leader"], at=AT)
        letter = draft(cast)
    heads = [cast.actor("he"), selectors.actor_for(cast.accounts["leader"], moments.now(), post)]
    start, outcomes = threading.Barrier(2), []

    def sign(who: Any) -> None:
        start.wait()
        try:
            services.sign_letter(actor=who, letter=letter, at=AT)
            outcomes.append("signed")
        except Conflict:
            outcomes.append("late")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sign, args=[who]) for who in heads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["late", "signed"]
    assert AuthorisationLetter.objects.get(pk=letter.pk).signer in ("何伟", "林远")
