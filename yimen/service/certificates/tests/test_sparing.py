"""免提交: a certificate stands for a material, of its holder alone and while it is valid; the case says so and the report counts it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests.cast import Cast
from yimen.ground.documents.selectors import open_file
from yimen.ground.kit import crypto
from yimen.ground.kit.moments import day_of, now
from yimen.service.cases import credentials
from yimen.service.cases import services as cases
from yimen.service.cases.models import CaseMaterial, Draft, DraftFile, SparedMaterial
from yimen.service.cases.services.reuse import ConsentNeeded
from yimen.service.cases.tests.stage import ANSWERS, published
from yimen.service.cases.tests.test_situation_and_reuse import draft_of, new_edition
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ServiceItem, StandardMaterial
from yimen.service.catalogue.services.editions import MaterialValues
from yimen.service.certificates import services
from yimen.service.certificates.models import Certificate
from yimen.service.certificates.tests import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def licence(cast: Cast) -> StandardMaterial:
    """A standard material: the hygiene licence, asked for anew each time where nothing stands for it."""
    return catalogue.save_standard_material(
        actor=cast.actor("manager"), code="M009", name="卫生许可证", at=now(), reusable=False
    )


@pytest.fixture
def item(cast: Cast, licence: StandardMaterial) -> ServiceItem:
    """An item that asks for it."""
    made = published(cast)
    wanted = [MaterialValues(name="卫生许可证", source_channel="自备", basis="条例第四条", standard_id=licence.pk)]
    new_edition(cast, made, materials=wanted)
    return made


@pytest.fixture
def row(cast: Cast, licence: StandardMaterial) -> Certificate:
    """Li's certificate that stands for it."""
    return stage.issued(cast, standards=(licence,))


def material(item: ServiceItem) -> int:
    return item.current.materials.get(order=1).pk  # type: ignore[union-attr]


def use(cast: Cast, draft: Draft, item: ServiceItem, row: Certificate, who: str = "li", *, consent: bool = True) -> Any:
    return cases.use_credential(
        draft_uid=draft.uid, material_id=material(item), reference=row.identifier, actor=cast.actor(who), at=now(),
        consent=consent,
    )  # fmt: skip


def ready(cast: Cast, item: ServiceItem, row: Certificate) -> Draft:
    """A draft of Li's whose licence the certificate stands for."""
    draft = draft_of(cast, item)
    use(cast, draft, item, row)
    return cases.save_draft(draft_uid=draft.uid, actor=cast.actor("li"), at=now(), answers=ANSWERS)


def submit(cast: Cast, draft: Draft) -> Any:
    return cases.submit_draft(draft_uid=draft.uid, actor=cast.actor("li"), at=now(), channel="web")


def test_from_the_offer_to_the_case_and_the_report(cast: Cast, item: ServiceItem, row: Certificate) -> None:
    draft, client = draft_of(cast, item), cast.client("li")
    address, press = f"/apply/{draft.uid}/materials/", f"credential:{material(item)}:{row.identifier}"
    page = client.get(address).text
    assert "用证照代替" in page and row.number in page and "您名下的电子证照" in page
    assert client.post(address, {"act": press}).status_code == 422
    for _ in range(2):
        assert client.post(address, {"act": press, "consent": "1"}).status_code == 302
    (held,) = DraftFile.objects.filter(draft=draft)
    assert held.file.name.endswith(".pdf")
    page = client.get(address).text
    assert "免提交，证照代替" in page and "用证照代替" not in page
    cases.save_draft(draft_uid=draft.uid, actor=cast.actor("li"), at=now(), answers=ANSWERS)
    made = submit(cast, draft)
    kept = SparedMaterial.objects.get()
    assert (kept.reference, kept.said) == (row.identifier, f"{row.type.name} {row.number}")
    with open_file(held.file) as file:
        assert kept.digest == f"sm3:{crypto.sm3(file.read()).hex()}"
    assert CaseMaterial.objects.get(case=made.matter_id, order=1).state == "provided"
    for who, page_of in (("wang", f"/desk/cases/{made.code}/"), ("li", f"/my/matters/{made.code}/")):
        assert "免提交：由电子证照代替" in cast.client(who).get(page_of).text
    asked = {"by": "month", "period": "this_year", "which": "spared"}
    leader = cast.client("sun")
    assert "免提交材料" in leader.get("/desk/figures/", asked).text
    behind = leader.get("/desk/figures/spared/", {**asked, "key": f"{day_of(now()):%Y-%m-01}"}).text
    assert made.code in behind and row.number in behind
    assert made.code not in leader.get("/desk/figures/spared/", {**asked, "key": "2020-01-01"}).text
    assert leader.get("/desk/figures/spared/", {**asked, "key": "x"}).status_code == 422
    assert leader.get("/desk/figures/spared/", {**asked, "as": "xlsx"}).status_code == 200


def test_the_record_is_never_changed(cast: Cast, item: ServiceItem, row: Certificate) -> None:
    submit(cast, ready(cast, item, row))
    with pytest.raises(IntegrityError), transaction.atomic():
        SparedMaterial.objects.update(said="别的证照")


def test_consent_comes_first(cast: Cast, item: ServiceItem, row: Certificate) -> None:
    with pytest.raises(ConsentNeeded):
        use(cast, draft_of(cast, item), item, row, consent=False)


def test_another_s_certificate_never(cast: Cast, item: ServiceItem, row: Certificate) -> None:
    draft = draft_of(cast, item, "qian")
    client, address = cast.client("qian"), f"/apply/{draft.uid}/materials/"
    assert row.number not in client.get(address).text
    pressed = {"act": f"credential:{material(item)}:{row.identifier}", "consent": "1"}
    assert client.post(address, pressed).status_code == 404
    assert not DraftFile.objects.exists()
    # Nor by a draft that is another's, nor by a number that is none.
    assert client.post(f"/apply/{draft_of(cast, item).uid}/materials/", pressed).status_code == 404
    for odd in ("credential::", "credential:x:y", f"credential:9{'9' * 30}:{row.identifier}"):
        assert client.post(address, {"act": odd, "consent": "1"}).status_code == 404


def test_it_stands_for_its_own_material_alone(cast: Cast, item: ServiceItem) -> None:
    other = catalogue.save_standard_material(actor=cast.actor("manager"), code="M010", name="别的材料", at=now())
    row = stage.issued(cast, standards=(other,))
    with pytest.raises(credentials.NoSuchCredential):
        use(cast, draft_of(cast, item), item, row)


@pytest.mark.parametrize("action", ["suspend", "report_lost", "revoke", "strip", "cancel"])
def test_what_is_not_valid_is_not_offered(cast: Cast, item: ServiceItem, row: Certificate, action: str) -> None:
    assert credentials.offered(row.holder_id, {1: row.type.standards.get().pk}, now())
    move(cast, row, action)
    assert not credentials.offered(row.holder_id, {1: row.type.standards.get().pk}, now())
    with pytest.raises(credentials.NoSuchCredential):
        use(cast, draft_of(cast, item), item, row)


def test_nor_one_that_ended_or_has_not_begun(cast: Cast, item: ServiceItem, row: Certificate) -> None:
    wanted = {1: row.type.standards.get().pk}
    today = day_of(now())
    for change in ({"valid_to": today - timedelta(days=1)}, {"valid_from": today + timedelta(days=1)}):
        Certificate.objects.filter(pk=row.pk).update(
            **{"valid_from": today - timedelta(days=9), "valid_to": None} | change
        )
        assert not credentials.offered(row.holder_id, wanted, now())


def move(cast: Cast, row: Certificate, action: str) -> None:
    who = "wu" if action == "report_lost" else "chen"
    services.move(
        certificate=stage.again(row), action=action, reason="责令整改。", document="清市监〔2026〕9号", actor=cast.actor(who),
        at=now(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("action", "said"), [("suspend", "已暂停使用"), ("report_lost", "已挂失"), ("revoke", "已被撤销")]
)
def test_one_that_fell_meanwhile_is_refused_at_submission(
    cast: Cast, item: ServiceItem, row: Certificate, action: str, said: str
) -> None:
    draft = ready(cast, item, row)
    cases.save_draft(
        draft_uid=draft.uid, actor=cast.actor("li"), at=now(), step="check",
        arrangements={"contact_name": "李明", "contact_phone": "13800138000", "delivery_method": "window"},
    )  # fmt: skip
    move(cast, row, action)
    with pytest.raises(credentials.CredentialFell, match=said):
        submit(cast, draft)
    client = cast.client("li")
    draft.refresh_from_db()
    answer = client.post(f"/apply/{draft.uid}/check/", {"seen": draft.version, "truthful": "on"})
    assert answer.status_code in (409, 422) and said in answer.text and "不能再代替" in answer.text
    assert Draft.objects.get(pk=draft.pk).submitted_matter_id is None
    assert DraftFile.objects.filter(draft=draft).count() == 1, "nothing of the draft is lost"


def test_an_edition_that_was_replaced_is_refused_too(cast: Cast, item: ServiceItem, row: Certificate) -> None:
    draft = ready(cast, item, row)
    services.annotate(
        certificate=stage.again(row), note="门牌号重新编定。", document="", actor=cast.actor("wu"), at=now()
    )
    with pytest.raises(credentials.CredentialFell, match="已经换发"):
        submit(cast, draft)


def test_a_type_that_stands_for_it_no_longer(cast: Cast, item: ServiceItem, row: Certificate) -> None:
    draft = ready(cast, item, row)
    row.type.standards.clear()
    with pytest.raises(credentials.CredentialFell, match="只能作别的用途"):
        submit(cast, draft)


def test_the_clerk_lets_it_stand_for_who_is_there(cast: Cast, item: ServiceItem, row: Certificate) -> None:
    draft = draft_of(cast, item, "wang", party_id=cast.parties["li"].pk)
    client, address = cast.client("wang"), f"/desk/intake/form/{draft.uid}/"
    assert "用证照代替" in client.get(address).text
    sent = {"act": f"credential:{material(item)}:{row.identifier}", "seen": str(draft.version), "delivery_method": "window",
            "contact_name": "李", "contact_phone": "13800138000"}  # fmt: skip
    assert client.post(address, sent).status_code == 422
    draft.refresh_from_db()
    client.post(address, {**sent, "seen": str(draft.version), "consent": "1"})
    assert DraftFile.objects.get(draft=draft).reference == row.identifier
    assert "用证照代替" not in client.get(address).text


def over_the_interface(cast: Cast, item: ServiceItem, who: str, wanted: dict[str, str]) -> Any:
    return Client().post(
        "/api/v1/applications", data={"item": item.code, "answers": ANSWERS, "credentials": wanted},
        content_type="application/json", headers={"authorization": f"Bearer {cast.token(who)}"},
    )  # fmt: skip


def test_over_the_interface(cast: Cast, item: ServiceItem, row: Certificate) -> None:
    def asked(who: str) -> Any:
        return Client().get(
            f"/api/v1/items/{item.code}/spareable", headers={"authorization": f"Bearer {cast.token(who)}"}
        )

    (offer,) = asked("li").json()["credentials"]
    assert (offer["material"], offer["reference"], offer["number"]) == (material(item), row.identifier, row.number)
    assert asked("qian").json()["credentials"] == []
    wanted = {str(offer["material"]): offer["reference"]}
    assert over_the_interface(cast, item, "qian", wanted).status_code == 404
    assert over_the_interface(cast, item, "li", {"1": offer["reference"]}).status_code == 404
    answer = over_the_interface(cast, item, "li", wanted)
    assert answer.status_code == 201, answer.content
    assert SparedMaterial.objects.get().case_file.case_material.material_id == offer["material"]
    move(cast, row, "suspend")
    assert over_the_interface(cast, item, "li", wanted).status_code == 404
