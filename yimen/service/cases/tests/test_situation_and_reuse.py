"""The situation goes with the application; a file handed in before is used again by its owner alone, while it may be."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.service.cases import services
from yimen.service.cases.models import CaseFile, CaseMaterial, Draft, DraftFile
from yimen.service.cases.selectors import case_situation
from yimen.service.cases.services import reuse
from yimen.service.cases.services.reuse import ConsentNeeded, NotReusable
from yimen.service.cases.tests.stage import ANSWERS, case_of, published
from yimen.service.catalogue import place_settings
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ServiceItem, StandardMaterial
from yimen.service.catalogue.services.editions import MaterialValues
from yimen.service.catalogue.services.guidance import MaterialCondition

TREE: dict[str, Any] = {
    "form": {
        "title": "办理情形",
        "sections": [
            {
                "key": "main",
                "title": "情形",
                "fields": [
                    {"key": "air", "kind": "yes_no", "label": "用集中空调吗？", "required": True},
                    {"key": "moved", "kind": "yes_no", "label": "是搬迁吗？", "required": True},
                ],
            }
        ],
    }
}


def scan(colour: str = "white") -> SimpleUploadedFile:
    from PIL import Image

    data = BytesIO()
    Image.new("RGB", (20, 20), colour).save(data, "PNG")
    return SimpleUploadedFile("平面图.png", data.getvalue(), "image/png")


def new_edition(cast: Cast, item: ServiceItem, **change: Any) -> None:
    """Publish another edition of the item, with a guidance and standard materials as asked."""
    editor = cast.actor("editor")
    at = now()
    draft = catalogue.new_edition(actor=editor, item=item, at=at)
    if "materials" in change:
        catalogue.save_edition(actor=editor, edition=draft, values={}, materials=change["materials"], at=at)
    if change.get("guidance"):
        catalogue.save_guidance(
            actor=editor, edition=draft, definition=TREE, at=at,
            materials={1: MaterialCondition(["==", "moved", "yes"], "搬迁的要")},
        )  # fmt: skip
    draft.refresh_from_db()
    catalogue.submit_for_legal_check(actor=editor, edition=draft, at=at)
    catalogue.decide_legal_check(actor=cast.actor("legal"), edition=draft, passed=True, opinion="", at=at)
    catalogue.publish_edition(actor=cast.actor("manager"), edition=draft, at=at)
    item.refresh_from_db()


@pytest.fixture
def plan(cast: Cast) -> StandardMaterial:
    """A standard material: the floor plan."""
    return catalogue.save_standard_material(actor=cast.actor("manager"), code="M001", name="平面图", at=now())


@pytest.fixture
def item(cast: Cast, plan: StandardMaterial) -> ServiceItem:
    """An item that asks for the floor plan."""
    made = published(cast)
    wanted = [MaterialValues(name="平面图", source_channel="自备", basis="条例第四条", standard_id=plan.pk)]
    new_edition(cast, made, materials=wanted)
    return made


def draft_of(cast: Cast, item: ServiceItem, who: str = "li", at: datetime | None = None, **more: Any) -> Draft:
    return services.start_draft(item_code=item.code, actor=cast.actor(who), at=at or now(), **more)


def handed_in(cast: Cast, item: ServiceItem, who: str = "li", colour: str = "white") -> str:
    """A case with the plan uploaded; returns its number."""
    draft = draft_of(cast, item, who)
    actor, at = cast.actor(who), now()
    material = item.current.materials.get(order=1)  # type: ignore[union-attr]
    services.attach_file(draft_uid=draft.uid, material_id=material.pk, upload=scan(colour), actor=actor, at=at)
    services.save_draft(draft_uid=draft.uid, actor=actor, at=at, answers=ANSWERS)
    return services.submit_draft(
        draft_uid=draft.uid, actor=actor, at=at, channel="web", contact_phone="13800138000"
    ).code


def offered(cast: Cast, draft: Draft, who: str = "li", at: datetime | None = None) -> list[reuse.Reusable]:
    return [each for some in reuse.reusable(draft, cast.actor(who), at or now()).values() for each in some]


# Situation


def test_the_situation_decides_materials_and_the_clerk_reads_it(cast: Cast) -> None:
    item = published(cast)
    new_edition(cast, item, guidance=True)
    client = cast.client("li")
    asked = client.get(f"/apply/{item.code}/").content.decode()
    assert "先答几个问题" in asked
    told = client.get(f"/apply/{item.code}/?air=no&moved=no").content.decode()
    assert "是搬迁吗" in told
    assert "平面图" not in told
    begun = client.post(f"/apply/{item.code}/", {"air": "no", "moved": "no"})
    draft = Draft.objects.get()
    assert begun.status_code == 302
    assert '"air": "no"' in draft.answers  # what the form asks again is filled in
    services.save_draft(draft_uid=draft.uid, actor=cast.actor("li"), at=now(), answers=ANSWERS)
    # Going on with the draft in another situation changes what is asked for.
    draft = draft_of(cast, item, situation={"air": "no", "moved": "yes", "nonsense": "x"})
    made = services.submit_draft(draft_uid=draft.uid, actor=cast.actor("li"), at=now(), channel="web")
    case = case_of(made.code)
    assert case_situation(case) == {"air": "no", "moved": "yes"}
    assert CaseMaterial.objects.get(case=case, order=1).name == "平面图"
    page = cast.client("wang").get(f"/desk/cases/{made.code}/").content.decode()
    assert "是搬迁吗" in page


def test_at_the_window_the_situation_is_asked_too(cast: Cast) -> None:
    item = published(cast)
    new_edition(cast, item, guidance=True)
    client = cast.client("wang")
    assert "先问情形" in client.get(f"/desk/intake/item/{item.code}/").content.decode()
    result = client.get(f"/items/{item.code}/situation/?air=no&moved=yes&for=window").content.decode()
    assert f"/desk/intake/item/{item.code}/?air=no&amp;moved=yes" in result
    assert "是搬迁吗" in client.get(f"/desk/intake/item/{item.code}/?air=no&moved=yes").content.decode()
    draft = draft_of(cast, item, "wang", party_id=cast.parties["li"].pk, situation={"air": "no", "moved": "yes"})
    page = client.get(f"/desk/intake/form/{draft.uid}/").content.decode()
    assert "平面图" in page
    assert "是搬迁吗" in page


# Reuse


def test_a_file_is_used_again_with_consent_and_its_way_is_written(cast: Cast, item: ServiceItem) -> None:
    first = handed_in(cast, item)
    draft = draft_of(cast, item)
    (offer,) = offered(cast, draft)
    assert (offer.case, offer.name) == (first, "平面图.png")
    material = item.current.materials.get(order=1)  # type: ignore[union-attr]
    address = f"/apply/{draft.uid}/materials/"
    client = cast.client("li")
    assert "用这份" in client.get(address).content.decode()
    assert client.post(address, {"act": f"reuse:{material.pk}:{offer.case_file}"}).status_code == 422
    assert client.post(address, {"act": f"reuse:{material.pk}:{offer.case_file}", "consent": "1"}).status_code == 302
    assert client.post(address, {"act": f"reuse:{material.pk}:{offer.case_file}", "consent": "1"}).status_code == 302
    assert DraftFile.objects.filter(draft=draft).count() == 1
    services.save_draft(draft_uid=draft.uid, actor=cast.actor("li"), at=now(), answers=ANSWERS)
    made = services.submit_draft(draft_uid=draft.uid, actor=cast.actor("li"), at=now(), channel="web")
    again = CaseFile.objects.get(case_material__case=made.matter_id)
    assert again.reused_from_id == offer.case_file
    assert again.case_material.state == "provided"
    assert first[-12:] in cast.client("wang").get(f"/desk/cases/{made.code}/").content.decode()


def test_consent_comes_first(cast: Cast, item: ServiceItem) -> None:
    handed_in(cast, item)
    draft = draft_of(cast, item)
    (offer,) = offered(cast, draft)
    with pytest.raises(ConsentNeeded):
        services.reuse_file(
            draft_uid=draft.uid, material_id=item.current.materials.get(order=1).pk, case_file_id=offer.case_file,  # type: ignore[union-attr]
            actor=cast.actor("li"), at=now(), consent=False,
        )  # fmt: skip


def test_nobody_uses_another_s_file(cast: Cast, item: ServiceItem) -> None:
    handed_in(cast, item)
    theirs = CaseFile.objects.get()
    draft = draft_of(cast, item, "qian")
    assert offered(cast, draft, "qian") == []
    with pytest.raises(NotReusable):
        services.reuse_file(
            draft_uid=draft.uid, material_id=item.current.materials.get(order=1).pk, case_file_id=theirs.pk,  # type: ignore[union-attr]
            actor=cast.actor("qian"), at=now(), consent=True,
        )  # fmt: skip
    assert not DraftFile.objects.filter(draft=draft).exists()


def test_what_was_judged_unusable_is_not_offered(cast: Cast, item: ServiceItem) -> None:
    handed_in(cast, item)
    CaseMaterial.objects.update(state=CaseMaterial.State.RETURNED)
    assert offered(cast, draft_of(cast, item)) == []


def test_validity_is_the_material_s_else_the_place_s(cast: Cast, item: ServiceItem, plan: StandardMaterial) -> None:
    handed_in(cast, item)
    draft = draft_of(cast, item)
    later = now() + timedelta(days=100)
    assert len(offered(cast, draft, at=later)) == 1
    plan.valid_days = 30
    plan.save()
    assert offered(cast, draft, at=later) == []
    plan.valid_days = None
    plan.save()
    place_settings.save_setting(actor=cast.actor("manager"), key="reuse_valid_days", value=99, basis="试行", at=now())
    assert offered(cast, draft, at=later) == []
    plan.valid_days, plan.reusable = 365, False
    plan.save()
    assert offered(cast, draft) == []


def test_a_file_taken_over_counts_from_when_it_was_first_handed_in(cast: Cast, item: ServiceItem) -> None:
    handed_in(cast, item)
    draft = draft_of(cast, item)
    (offer,) = offered(cast, draft)
    services.reuse_file(
        draft_uid=draft.uid, material_id=item.current.materials.get(order=1).pk, case_file_id=offer.case_file,  # type: ignore[union-attr]
        actor=cast.actor("li"), at=now(), consent=True,
    )  # fmt: skip
    services.save_draft(draft_uid=draft.uid, actor=cast.actor("li"), at=now(), answers=ANSWERS)
    services.submit_draft(draft_uid=draft.uid, actor=cast.actor("li"), at=now(), channel="web")
    assert [each.case_file for each in offered(cast, draft_of(cast, item))] == [offer.case_file]


def test_the_clerk_takes_it_over_for_who_stands_there(cast: Cast, item: ServiceItem) -> None:
    handed_in(cast, item)
    handed_in(cast, item, "qian", "black")
    draft = draft_of(cast, item, "wang", party_id=cast.parties["li"].pk)
    (offer,) = offered(cast, draft, "wang")
    material = item.current.materials.get(order=1)  # type: ignore[union-attr]
    client, address = cast.client("wang"), f"/desk/intake/form/{draft.uid}/"
    assert "用以前交过的" in client.get(address).content.decode()
    sent = {"act": f"reuse:{material.pk}:{offer.case_file}", "seen": str(draft.version), "delivery_method": "window",
            "contact_name": "李", "contact_phone": "13800138000", "consent": "1"}  # fmt: skip
    client.post(address, sent)
    assert DraftFile.objects.get(draft=draft).reused_from_id == offer.case_file


def over_the_interface(cast: Cast, item: ServiceItem, situation: dict[str, Any]) -> Any:
    """An application of Li's by API with these answers to the guidance."""
    return Client().post(
        "/api/v1/applications", data={"item": item.code, "answers": ANSWERS, "situation": situation},
        content_type="application/json", headers={"authorization": f"Bearer {cast.token('li')}"},
    )  # fmt: skip


def test_the_interface_takes_the_situation_too(cast: Cast, item: ServiceItem) -> None:
    new_edition(cast, item, guidance=True)
    answer = over_the_interface(cast, item, {"air": "no", "moved": "no"})
    assert answer.status_code == 201, answer.content
    case = case_of(answer.json()["code"])
    assert case_situation(case) == {"air": "no", "moved": "no"}
    assert not case.materials.filter(name="平面图").exists(), "it is needed by who moves"
    assert over_the_interface(cast, item, {}).status_code == 201


@pytest.mark.parametrize(
    ("situation", "key"),
    [({"air": "no"}, "moved"), ({"air": "maybe", "moved": "no"}, "air"), ({"air": "no", "moved": "no", "ghost": "1"}, "ghost"),
     ({"air": ["no"], "moved": {"x": 1}}, "moved")],
)  # fmt: skip
def test_the_interface_refuses_a_situation_that_was_not_asked(
    cast: Cast, item: ServiceItem, situation: dict[str, Any], key: str
) -> None:
    new_edition(cast, item, guidance=True)
    answer = over_the_interface(cast, item, situation)
    assert answer.status_code == 422
    assert f"situation.{key}" in answer.content.decode()


def test_an_item_without_guidance_takes_no_situation(cast: Cast, item: ServiceItem) -> None:
    answer = over_the_interface(cast, item, {"air": "no"})
    assert answer.status_code == 422
    assert "没有情形引导" in str(answer.json()["errors"])
