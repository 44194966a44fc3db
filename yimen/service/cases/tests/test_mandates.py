"""Acting for another under a mandate: what it gives, that it ends with the next click, and that both names stand everywhere."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.cast import INSTALLER, LI_ID, QIAN_ID, Cast
from yimen.ground.documents.models import Letter
from yimen.ground.identity import selectors as people
from yimen.ground.identity import services as identity
from yimen.ground.identity.events import MandateAccepted, MandateEnded, MandateGiven
from yimen.ground.identity.models import Acting, Mandate, Session
from yimen.ground.identity.rules import Actor, PowerMissing, StandingEnded
from yimen.ground.identity.services import Agent, MandateOver, MandateUnfit
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.matters.models import Behalf, Step
from yimen.ground.notices.mandate_news import tell_mandate_accepted, tell_mandate_ended, tell_mandate_given
from yimen.ground.notices.models import Message
from yimen.ground.organisations.selectors import by_session
from yimen.service.cases import selectors, services
from yimen.service.cases.events import CaseSubmitted
from yimen.service.cases.handlers.course import tell_submitted
from yimen.service.cases.models import Draft
from yimen.service.cases.services.delivery import CollectorRefused
from yimen.service.cases.tests.stage import ANSWERS, case_of, decided_on, matter_of, published, submitted

pytestmark = pytest.mark.django_db
QIAN = Agent("钱进", "resident", QIAN_ID)
CHILD_ID = "519911201501010010"


def mandated(cast: Cast, **change: Any) -> Mandate:
    """Li mandates Qian, who accepts."""
    given: dict[str, Any] = {
        "actor": cast.actor("li"), "agent": QIAN, "powers": ["apply", "correct"], "valid_from": day_of(now()),
        "valid_to": day_of(now()) + timedelta(days=30), "at": now(),
    } | change  # fmt: skip
    mandate = identity.give_mandate(**given)
    return identity.accept_mandate(actor=cast.actor("qian"), uid=mandate.uid, at=now())


def acting(cast: Cast, mandate: Mandate) -> Actor:
    """Qian as the next request sees him, after he has switched to Li's name."""
    signed_in = identity.open_session(cast.accounts["qian"], at=now())
    identity.act_under_mandate(actor=cast.actor("qian"), session=signed_in.session.uid, mandate=mandate.uid, at=now())
    found = by_session(signed_in.session.key_hash, now())
    assert found is not None
    assert found.actor is not None
    return found.actor


def apply_for_li(cast: Cast, actor: Actor, item: Any = None) -> str:
    item = item or published(cast)
    return services.submit_application(
        item_code=item.code, party_id=cast.parties["li"].pk, answers=ANSWERS, actor=actor, at=now(), channel="web"
    ).code


def test_both_names_stand_in_the_ledger_the_audit_and_on_the_slip(cast: Cast) -> None:
    mandate = mandated(cast)
    actor = acting(cast, mandate)
    assert (actor.name, actor.party_id) == ("钱进（代李明）", cast.parties["li"].pk)
    code = apply_for_li(cast, actor)
    matter, case = matter_of(code), case_of(code)
    assert matter.applicant_name == "李明"
    assert Step.objects.get(matter=matter, seq=1).actor_name == "钱进（代李明）"
    assert AuditEntry.objects.filter(actor_name="钱进（代李明）", action="licence.submit", target=code).exists()
    assert (case.agent_name, case.mandate_number) == ("钱进", mandate.number)
    letter = Letter.objects.get(matter_code=code, kind="materials_receipt")
    assert mandate.number in str(letter.facts)
    case.materials.update(state="paper")
    services.accept_case(code=code, actor=cast.actor("wang"), at=now())
    assert mandate.number in str(Letter.objects.get(matter_code=code, kind="acceptance_slip").facts)
    tell_submitted(CaseSubmitted(matter_id=matter.pk, code=code, at=now()))
    assert {(m.party_id, m.account_id) for m in Message.objects.filter(key__startswith=f"case-submitted:{code}")} == {
        (cast.parties["li"].pk, None), (None, cast.accounts["qian"].pk)
    }  # fmt: skip


def test_only_what_was_given(cast: Cast) -> None:
    item, other = published(cast), published(cast, name="食品经营许可（新办）")
    elder = submitted(cast, item)
    mandate = mandated(cast, powers=["apply"], items=[{"code": item.code31, "name": item.name}])
    actor = acting(cast, mandate)
    with pytest.raises(PowerMissing, match="不包括这个事项"):
        apply_for_li(cast, actor, other)
    code = apply_for_li(cast, actor, item)
    with pytest.raises(PowerMissing, match="撤回申请"):
        services.withdraw(code=code, actor=actor, at=now(), reason="不办了")
    assert matter_of(code).state == "received"
    with pytest.raises(NotFound):  # Li's own case: without the power to look it is not there
        selectors.access_case(actor, elder)
    assert selectors.access_case(actor, code).pk == case_of(code).pk
    seeing = acting(cast, mandated(cast, powers=["look"]))
    assert selectors.access_case(seeing, elder).pk == case_of(elder).pk
    with pytest.raises(PowerMissing):
        apply_for_li(cast, seeing, item)


def test_the_principals_file_stays_closed_to_the_agent(cast: Cast) -> None:
    actor = acting(cast, mandated(cast))
    with pytest.raises(NotAllowed):
        identity.reveal(actor=actor, party=cast.parties["li"], reason="", at=now())
    with pytest.raises(NotAllowed):
        identity.update_contact(actor=actor, party=cast.parties["li"], at=now(), phone="13900001111")
    with pytest.raises(NotAllowed):  # no mandate out of a mandate
        identity.give_mandate(
            actor=actor, agent=QIAN, powers=["apply"], valid_from=day_of(now()), valid_to=day_of(now()), at=now()
        )
    assert identity.reveal(actor=actor, party=cast.parties["qian"], reason="", at=now())["id_number"] == QIAN_ID


def test_revoked_while_the_form_is_open(cast: Cast) -> None:
    mandate, item = mandated(cast), published(cast)
    actor = acting(cast, mandate)
    draft = services.start_draft(item_code=item.code, actor=actor, at=now())
    services.save_draft(draft_uid=draft.uid, actor=actor, at=now(), answers=ANSWERS)
    identity.revoke_mandate(actor=cast.actor("li"), uid=mandate.uid, at=now(), reason="自己来办")
    with pytest.raises(StandingEnded, match="刚刚终止"):
        services.submit_draft(draft_uid=draft.uid, actor=actor, at=now(), channel="web")
    assert Draft.objects.get(uid=draft.uid).submitted_matter_id is None
    assert list(selectors.my_drafts(cast.actor("li"))) == [draft]  # the principal's, to go on with
    assert services.submit_draft(draft_uid=draft.uid, actor=cast.actor("li"), at=now(), channel="web").code


def test_the_next_click_is_refused_with_the_reason_and_the_one_after_is_ones_own(cast: Cast) -> None:
    mandate = mandated(cast)
    client = cast.client("qian")
    session = Session.objects.filter(account=cast.accounts["qian"]).latest("opened_at")
    identity.act_under_mandate(actor=cast.actor("qian"), session=session.uid, mandate=mandate.uid, at=now())
    assert "李明的办件" in client.get("/my/").content.decode()
    identity.revoke_mandate(actor=cast.actor("li"), uid=mandate.uid, at=now())
    refused = client.get("/my/")
    assert refused.status_code == 403
    said = refused.content.decode()
    assert mandate.number in said
    assert "由委托人终止" in said
    assert AuditEntry.objects.filter(result="refused", reason__contains=mandate.number).exists()
    assert not Acting.objects.exists()
    assert "钱进的办件" in client.get("/my/").content.decode()


def test_one_that_ran_out_yesterday_gives_nothing(cast: Cast) -> None:
    mandate = mandated(cast)
    signed_in = identity.open_session(cast.accounts["qian"], at=now())
    identity.act_under_mandate(actor=cast.actor("qian"), session=signed_in.session.uid, mandate=mandate.uid, at=now())
    Mandate.objects.update(valid_from=date(2024, 1, 1), valid_to=day_of(now()) - timedelta(days=1))
    found = by_session(signed_in.session.key_hash, now())
    assert found is not None
    assert found.actor is not None
    assert found.sign_in is not None
    assert found.actor.party_id == cast.parties["qian"].pk
    assert found.actor.standing is None
    assert "到期终止" in found.sign_in.standing_ended


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"agent": Agent("李明", "resident", LI_ID)}, "自己"),
        ({"powers": []}, "至少选一项"),
        ({"powers": ["reign"]}, "至少选一项"),
        ({"valid_to": date(2020, 1, 1)}, "早于开始"),
        ({"valid_from": date(2020, 1, 1)}, "早于今天"),
        ({"valid_to": date(2099, 1, 1)}, "三年"),
        ({"agent": Agent("小钱", "resident", CHILD_ID)}, "未满 18 周岁"),
    ],
)
def test_impossible_mandates(cast: Cast, change: dict[str, Any], said: str) -> None:
    with pytest.raises(MandateUnfit, match=said):
        mandated(cast, **change)
    assert not Mandate.objects.exists()


def test_a_child_has_a_guardian_and_gives_no_mandate(cast: Cast) -> None:
    child = identity.party_at_window(
        actor=cast.actor("wang"), kind="natural", name="李小禾", id_type="resident", id_number=CHILD_ID, at=now()
    )
    given: dict[str, Any] = {
        "actor": cast.actor("wang"), "principal": child, "agent": Agent("李明", "resident", LI_ID), "powers": ["apply"],
        "valid_from": day_of(now()), "valid_to": date(2040, 1, 1), "at": now(), "paper": child.uid,
    }  # fmt: skip
    with pytest.raises(MandateUnfit, match="监护人"):
        identity.give_mandate_at_window(**given)
    guardian = identity.give_mandate_at_window(**given, guardian=True)
    assert guardian.valid_to == date(2032, 12, 31)  # the day before the eighteenth birthday
    with pytest.raises(MandateUnfit, match="未满 18 周岁的人"):
        identity.give_mandate_at_window(**given | {"principal": cast.parties["qian"]}, guardian=True)
    with pytest.raises(MandateUnfit, match="扫描"):
        identity.give_mandate_at_window(**given | {"paper": None}, guardian=True)


def test_nobody_accepts_or_sees_what_was_given_to_another(cast: Cast) -> None:
    mandate = identity.give_mandate(
        actor=cast.actor("li"), agent=QIAN, powers=["apply"], valid_from=day_of(now()), valid_to=day_of(now()), at=now()
    )
    stranger = identity.register_natural(
        name="郑和平", id_type="passport", id_number="E12345678", phone="13700001111", sign_in_name="zheng",
        password="Lantern-Bridge-2026", at=now(),
    )  # fmt: skip
    other = Actor(uid=stranger.uid, name="郑和平", kind="citizen", account_id=stranger.pk, party_id=stranger.party_id)
    for act in (identity.accept_mandate, identity.decline_mandate, identity.revoke_mandate):
        with pytest.raises(NotFound):
            act(actor=other, uid=mandate.uid, at=now())
    with pytest.raises(NotFound):
        people.mandate(mandate.uid, other)
    mandate.refresh_from_db()
    assert mandate.state(day_of(now())) == "offered"
    identity.decline_mandate(actor=cast.actor("qian"), uid=mandate.uid, at=now())
    with pytest.raises(MandateOver):
        identity.accept_mandate(actor=cast.actor("qian"), uid=mandate.uid, at=now())


def test_the_handover_window_sees_who_may_collect(cast: Cast) -> None:
    code = decided_on(cast)
    services.grant(code=code, actor=cast.actor("chen"), at=now())
    apply_only = mandated(cast, powers=["apply"])
    given: dict[str, Any] = {
        "code": code,
        "method": "document",
        "receiver": "钱进",
        "actor": cast.actor("wu"),
        "at": now(),
    }
    with pytest.raises(CollectorRefused, match="没有包括“领取结果”"):
        services.deliver(**given, proof="0012")
    identity.revoke_mandate(actor=cast.actor("li"), uid=apply_only.uid, at=now())
    with pytest.raises(CollectorRefused, match="终止"):
        services.deliver(**given, proof="0012")
    mandate = mandated(cast, powers=["collect"])
    page = cast.client("wu").get(f"/desk/cases/{code}/deliver/").content.decode()
    assert mandate.number in page
    services.deliver(**given, proof="0012")
    assert mandate.number in case_of(code).delivery_proof


def test_installer_and_system_need_no_standing(cast: Cast) -> None:
    identity.demand_standing(INSTALLER, "apply", "x", now())
    assert not Behalf.objects.exists()


def test_both_sides_are_told(cast: Cast) -> None:
    mandate = mandated(cast)
    tell_mandate_given(MandateGiven(mandate.uid, now()))
    tell_mandate_accepted(MandateAccepted(mandate.uid, now()))
    identity.revoke_mandate(actor=cast.actor("li"), uid=mandate.uid, at=now())
    for _ in range(2):
        tell_mandate_ended(MandateEnded(mandate.uid, now()))
    told = Message.objects.filter(key__startswith="mandate-").values_list("party_id", "subject")
    li, qian = cast.parties["li"].pk, cast.parties["qian"].pk
    assert sorted(told) == sorted(
        [(li, "出具了一份委托"), (qian, "有人委托您代办"), (li, "委托已生效"), (li, "委托已终止"), (qian, "委托已终止")]
    )


def sheet_of(answer: Any) -> list[tuple[Any, ...]]:
    """The rows of an Excel answer, headings first."""
    from io import BytesIO

    from openpyxl import load_workbook

    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return [tuple(row) for row in load_workbook(BytesIO(data)).active.iter_rows(values_only=True)]


def test_lists_of_mandates_go_into_excel(cast: Cast) -> None:
    mandate = mandated(cast)
    given = sheet_of(cast.client("li").get("/my/mandates/?as=xlsx"))
    assert mandate.number in given[-1] and "钱进" in given[-1] and "有效" in given[-1]
    received = sheet_of(cast.client("qian").get("/my/mandates/?side=received&as=xlsx"))
    assert mandate.number in received[-1]
    assert len(sheet_of(cast.client("qian").get("/my/mandates/?as=xlsx"))) == len(given) - 1
    found = cast.client("wang").get(f"/desk/mandates/?q={mandate.number}&as=xlsx")
    assert found["cache-control"] == "no-store"
    rows = sheet_of(found)
    assert mandate.number in rows[-1]
    assert not any(LI_ID in str(cell) for row in rows for cell in row)
    assert len(sheet_of(cast.client("wang").get("/desk/mandates/?as=xlsx"))) == len(rows) - 1, (
        "nobody takes everybody's"
    )
