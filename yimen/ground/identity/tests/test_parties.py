"""One file per document number, and nobody gets into it over the internet by knowing the number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.cast import INSTALLER, LI_ID, PASSWORD, Cast
from yimen.ground.identity import selectors, services
from yimen.ground.identity.models import Account, Party
from yimen.ground.identity.services import CodeRefused, NameTaken, PartyDiffers, PartyKnown, PasswordRefused
from yimen.ground.kit import moments
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.refusals import Invalid, NotAllowed

AT = datetime(2026, 9, 1, 10, tzinfo=moments.CHINA)
ZHENG_ID = "519911197808081539"  # checked below


def natural(**changed: Any) -> dict[str, Any]:
    return {
        "name": "郑和平",
        "id_type": "passport",
        "id_number": "E12345678",
        "phone": "13700001111",
        "sign_in_name": "zheng",
        "password": PASSWORD,
        "at": AT,
    } | changed


def at_window(cast: Cast, **changed: Any) -> Party:
    given: dict[str, Any] = {
        "kind": "natural",
        "name": "郑和平",
        "id_type": "passport",
        "id_number": "E12345678",
        "at": AT,
    }
    return services.party_at_window(actor=cast.actor("wang"), **(given | changed))


def test_a_number_is_never_in_the_database_in_clear(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(p)::text from identity_party p")
        rows = " ".join(text for (text,) in cursor.fetchall())
    for secret in (LI_ID, LI_ID[-4:] + '"', "13812342671", "东街"):
        assert secret not in rows
    assert selectors.find_party("resident", LI_ID.lower()) == cast.parties["li"]


def test_a_second_registration_of_a_number_is_refused(cast: Cast) -> None:
    with pytest.raises(PartyKnown) as refused:
        services.register_natural(**natural(id_type="resident", id_number=LI_ID))
    assert "窗口" in refused.value.next_step
    assert "李" not in refused.value.message
    assert not Account.objects.filter(sign_in_name="zheng").exists()


def test_a_taken_sign_in_name_is_refused_without_case(cast: Cast) -> None:
    with pytest.raises(NameTaken):
        services.register_natural(**natural(sign_in_name="LI_citizen"))
    assert not Party.objects.filter(name="郑和平").exists()


@pytest.mark.parametrize("name", ["𠮷䶮·买买提", "欧阳 娜娜", "O'Neill-Smith"])
def test_rare_names_survive(cast: Cast, name: str) -> None:
    assert services.register_natural(**natural(name=name)).party == Party.objects.get(name=name)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"name": "a\x00b"},
        {"name": "\ud842"},
        {"name": "长" * 1_000_000},
        {"phone": "1380000"},
        {"phone": "长" * 1_000_000},
        {"email": "not an address"},
        {"email": "a@b\n.cn"},
        {"id_number": "E1" * 500_000},
        {"id_number": "E\x001234567"},
        {"id_type": "credit"},
        {"id_type": "nothing"},
        {"sign_in_name": "13800000000"},
        {"sign_in_name": "x" * 41},
        {"sign_in_name": "a b"},
        {"address": "长" * 201},
    ],
)
def test_what_cannot_be_kept_is_refused_and_leaves_nothing(cast: Cast, changed: dict[str, str]) -> None:
    before = Party.objects.count()
    with pytest.raises(Invalid):
        services.register_natural(**natural(**changed))
    assert Party.objects.count() == before


def test_the_window_finds_the_same_file_again(cast: Cast) -> None:
    first = at_window(cast, phone="13700001111")
    again = at_window(cast, id_number=" e12345678 ", address="清河县西街 3 号")
    assert first == again
    assert (again.phone, again.address, again.assurance) == ("13700001111", "清河县西街 3 号", "window")


def test_another_name_on_the_document_is_no_small_matter(cast: Cast) -> None:
    with pytest.raises(PartyDiffers):
        at_window(cast, id_type="resident", id_number=LI_ID, name="李鸣")
    assert cast.actor("li").party_id == cast.parties["li"].pk

    party = at_window(cast, id_type="resident", id_number=LI_ID, name="李鸣", name_changed=True)
    assert party.name == "李鸣"
    assert not Account.objects.get(pk=cast.accounts["li"].pk).is_active  # opened by mere claim, perhaps a stranger's


@pytest.mark.parametrize(("phone", "stays"), [("", True), ("13700001111", True), ("13900002222", False)])
def test_a_claimed_account_with_another_telephone_ends_at_the_window(cast: Cast, phone: str, stays: bool) -> None:
    claimed = services.register_natural(**natural())
    party = at_window(cast, phone=phone)
    assert party.assurance == "window"
    assert Account.objects.get(pk=claimed.pk).is_active is stays
    if not stays:
        assert party.phone == phone


@pytest.mark.parametrize("who", ["zhao", "sun", "he", "system", "li"])
def test_only_who_verifies_documents_opens_files(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        services.party_at_window(
            actor=cast.actor(who), kind="natural", name="郑和平", id_type="passport", id_number="E12345678", at=AT
        )


def test_a_file_of_the_window_is_opened_on_the_web_with_a_code_only(cast: Cast) -> None:
    party = at_window(cast)
    with pytest.raises(PartyKnown):
        services.register_natural(**natural())
    code = services.give_activation_code(actor=cast.actor("wang"), party=party, at=AT)
    with pytest.raises(PasswordRefused):
        services.use_code(code=code, password="short", sign_in_name="zheng", at=AT)
    account = services.use_code(code=code.lower(), password=PASSWORD, sign_in_name="zheng", at=AT)
    assert account.party == party
    with pytest.raises(CodeRefused):
        services.use_code(code=code, password=PASSWORD, sign_in_name="zheng2", at=AT)


def test_masked_for_everybody_and_revealed_with_a_reason(cast: Cast) -> None:
    party = cast.parties["li"]
    shown = selectors.masked(party)
    assert (shown.id_number, shown.phone) == ("5199**********0029", "138****2671")
    with pytest.raises(Invalid):
        services.reveal(actor=cast.actor("wang"), party=party, reason=" ", at=AT)
    full = services.reveal(actor=cast.actor("wang"), party=party, reason="核对领证人身份", at=AT)
    assert full["id_number"] == LI_ID
    entry = AuditEntry.objects.get(action="identity.reveal")
    assert (entry.reason, entry.actor_name, entry.target) == ("核对领证人身份", "王芳", str(party.uid))
    assert LI_ID not in entry.facts
    for stranger in ("qian", "editor", "system", "audit"):
        with pytest.raises(NotAllowed):
            services.reveal(actor=cast.actor(stranger), party=party, reason="随便看看而已", at=AT)


def test_the_page_of_one_s_account_is_masked_until_asked(cast: Cast) -> None:
    client = cast.client("li")
    page = client.get("/my/account/").content.decode()
    assert LI_ID not in page
    assert "13812342671" not in page
    assert LI_ID in client.post("/my/account/reveal/").content.decode()


def test_contacts_change_and_the_old_ones_find_nothing(cast: Cast) -> None:
    client = cast.client("li")
    assert client.post("/my/account/contact/", {"phone": "13611112222", "email": "", "address": ""}).status_code == 302
    party = Party.objects.get(pk=cast.parties["li"].pk)
    assert (party.phone, party.address) == ("13611112222", "清河县城关镇东街 12 号")
    assert list(selectors.find_by_phone("13611112222")) == [party]
    with pytest.raises(NotAllowed):
        services.update_contact(actor=cast.actor("qian"), party=party, phone="13600000000", at=AT)


@pytest.mark.parametrize(
    ("tail", "fits"),
    [("0029", True), ("００２９", True), ("0028", False), ("", False), ("029", False), ("\ud8420", False)],
)
def test_the_last_four_of_the_number(cast: Cast, tail: str, fits: bool) -> None:
    assert selectors.tail_matches(cast.parties["li"], tail) is fits


def test_registering_on_the_page_signs_in(cast: Cast) -> None:
    form = natural(again=PASSWORD)
    del form["at"]
    client = Client()
    answer = client.post("/register/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/my/")
    assert client.get("/my/account/").status_code == 200

    other = Client().post("/register/", form | {"again": "x", "id_number": "1"})
    assert other.status_code == 422
    assert PASSWORD not in other.content.decode()


def test_an_enterprise_registers_with_its_credit_code(cast: Cast) -> None:
    with pytest.raises(Invalid):
        services.register_legal(
            name="清河县二叶茶馆",
            credit_code="91519911MA0000002X",
            legal_representative="李明",
            operator_name="李明",
            phone="13812342671",
            sign_in_name="teahouse2",
            password=PASSWORD,
            at=AT,
        )
    assert cast.parties["teahouse"].kind == "legal"


def test_a_closed_account_opens_no_more(cast: Cast) -> None:
    client = cast.client("li")
    assert client.post("/my/account/close/").status_code == 302
    assert client.get("/my/account/").status_code == 302
    with pytest.raises(services.SignInRefused):
        services.sign_in(name="li_citizen", password=PASSWORD, kind="citizen", at=AT)
    assert Party.objects.filter(pk=cast.parties["li"].pk).exists()


def test_the_installer_may_open_files(cast: Cast) -> None:
    party = services.party_at_window(
        actor=INSTALLER, kind="natural", name="郑和平", id_type="passport", id_number="E12345678", at=AT
    )
    assert party.assurance == "window"
