"""A few questions, and what follows: asked one by one without scripts, back and change, printed, checked when it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Invalid
from yimen.service.catalogue import selectors, services
from yimen.service.catalogue.models import ItemEdition
from yimen.service.catalogue.refusals import EditionNotOpen
from yimen.service.catalogue.rules import guidance
from yimen.service.catalogue.services.guidance import MaterialCondition
from yimen.service.catalogue.tests.conftest import NOON

if TYPE_CHECKING:
    from tests.cast import Cast

TREE: dict[str, Any] = {
    "form": {
        "title": "办理情形",
        "sections": [
            {
                "key": "main",
                "title": "情形",
                "fields": [
                    {"key": "new_shop", "kind": "yes_no", "label": "是新开的店吗？", "required": True},
                    {
                        "key": "uses_air", "kind": "yes_no", "label": "用集中空调吗？", "required": True,
                        "show_if": ["==", "new_shop", "yes"],
                    },
                    {
                        "key": "area", "kind": "integer", "label": "面积多大？", "unit": "平方米", "least": "1", "most": "9999",
                        "required": True,
                    },
                    {
                        "key": "wares", "kind": "multi_choice", "label": "卖什么？", "required": True,
                        "choices": [{"value": "tea", "label": "茶"}, {"value": "food", "label": "点心"}],
                    },
                ],
            }
        ],
    },
    "notes": [
        {"kind": "step", "text": "要现场核查。", "when": [">", "area", 100]},
        {"kind": "fee", "text": "不收费。"},
        {"kind": "tip", "text": "卖点心还要办食品许可。", "when": ["has", "wares", "food"]},
    ],
}  # fmt: skip


@pytest.fixture
def guided(cast: Cast, draft: ItemEdition, publish: Callable[[ItemEdition], ItemEdition]) -> ItemEdition:
    """The teahouse's licence in force with a guidance; the report hangs on the air conditioning."""
    services.save_guidance(
        actor=cast.actor("editor"), edition=draft, definition=TREE, at=NOON,
        materials={2: MaterialCondition(["==", "uses_air", "yes"], "用集中空调时要")},
    )  # fmt: skip
    draft.refresh_from_db()
    return publish(draft)


def test_the_walk_asks_only_what_is_open() -> None:
    known = guidance.as_guidance(TREE)
    assert known is not None
    start = guidance.walk(known, {})
    assert (start.now.key if start.now else "", start.answered) == ("new_shop", [])
    on = guidance.walk(known, {"new_shop": "no", "area": "50", "uses_air": "yes"})
    assert [question.key for question in on.answered] == ["new_shop", "area"]
    assert "uses_air" not in on.answers
    done = guidance.walk(known, {"new_shop": "no", "area": "150", "wares": ["food"]})
    assert done.now is None
    assert guidance.notes_of(known, done.answers) == [
        ("怎么办", ["要现场核查。"]), ("收费", ["不收费。"]), ("提醒", ["卖点心还要办食品许可。"]),
    ]  # fmt: skip


def test_the_wizard_lists_what_the_answers_call_for(guided: ItemEdition) -> None:
    client, address = Client(), f"/items/{guided.item.code}/situation/"
    assert address in client.get(f"/items/{guided.item.code}/").content.decode()
    first = client.get(address)
    assert "是新开的店吗" in first.content.decode()
    assert client.get(f"{address}?asked=new_shop").status_code == 422
    second = client.get(f"{address}?new_shop=yes&asked=new_shop").content.decode()
    assert "用集中空调吗" in second
    assert "again=new_shop" in second
    wrong = client.get(f"{address}?new_shop=no&area=lots&asked=area")
    assert wrong.status_code == 422
    done = "new_shop=yes&uses_air=yes&area=150&wares=tea&wares=food"
    page = client.get(f"{address}?{done}").content.decode()
    assert "要带 2 份材料" in page
    assert "集中空调卫生检测报告" in page
    assert "要现场核查" in page
    other = client.get(f"{address}?new_shop=yes&uses_air=no&area=50&wares=tea").content.decode()
    assert "要带 1 份材料" in other
    assert "集中空调卫生检测报告" not in other
    changed = client.get(f"{address}?{done}&again=uses_air").content.decode()
    assert "用集中空调吗" in changed
    assert 'name="area" value="150"' in changed
    assert "材料清单" in client.get(f"{address}?{done}&print=1").content.decode()


def test_nonsense_in_the_address_does_no_harm(guided: ItemEdition) -> None:
    address = f"/items/{guided.item.code}/situation/"
    for asked in (
        "?new_shop=%20&again=%27",
        "?area=1e999&asked=area",
        "?wares=moon&asked=wares",
        "?again=nobody",
        "?for=window",
    ):
        assert Client().get(address + asked).status_code in (200, 422)


def test_the_materials_and_the_linter_know_the_guidance(guided: ItemEdition) -> None:
    edition = selectors.edition_of(guided.item, guided.number)
    day = day_of(NOON)
    assert len(selectors.materials_needed(edition, {"uses_air": "yes"}, day)) == 2
    assert len(selectors.materials_needed(edition, {"uses_air": "no"}, day)) == 1
    assert "condition_unknown" not in {finding.rule for finding in selectors.findings(edition, day)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"notes": [{"text": "x", "when": ["==", "nobody", "1"]}]}, "没有问"),
        (
            {"form": {"title": "x", "sections": [
                {"key": "a", "title": "b", "fields": [{"key": "name", "kind": "text", "label": "姓名"}]}
            ]}},
            "只问是否",
        ),
        ({"form": {"title": "x", "sections": []}}, "不能为空"),
        ({"notes": [{"text": ""}]}, "不能为空"),
    ],
)  # fmt: skip
def test_a_guidance_that_makes_no_sense_is_refused(
    cast: Cast, draft: ItemEdition, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        services.save_guidance(
            actor=cast.actor("editor"), edition=draft, definition={**TREE, **change}, materials={}, at=NOON
        )
    assert said in " ".join(refused.value.fields.values())


def test_a_condition_on_nobody_s_question_is_refused(cast: Cast, draft: ItemEdition) -> None:
    with pytest.raises(Invalid, match="没有问"):
        services.save_guidance(
            actor=cast.actor("editor"), edition=draft, definition=TREE, at=NOON,
            materials={1: MaterialCondition(["==", "moon", "yes"])},
        )  # fmt: skip


def test_only_a_draft_is_changed(cast: Cast, guided: ItemEdition) -> None:
    with pytest.raises(EditionNotOpen):
        services.save_guidance(actor=cast.actor("editor"), edition=guided, definition=None, materials={}, at=NOON)


def test_the_editor_s_page_works_without_a_script(cast: Cast, draft: ItemEdition) -> None:
    client, address = cast.client("editor"), f"/manage/items/{draft.item.code}/1/guidance/"
    assert client.get(address).status_code == 200
    sent = {
        "q-TOTAL_FORMS": "2", "q-INITIAL_FORMS": "0", "q-0-kind": "yes_no", "q-0-key": "uses_air", "q-0-label": "用集中空调吗？",
        "q-1-kind": "choice", "q-1-key": "size", "q-1-label": "多大？", "q-1-choices": "small=小\nlarge=大",
        "q-1-show_if": "uses_air = yes",
        "n-TOTAL_FORMS": "1", "n-INITIAL_FORMS": "0", "n-0-kind": "tip", "n-0-text": "请提前检测。", "n-0-when": "uses_air = yes",
        "m-TOTAL_FORMS": "2", "m-INITIAL_FORMS": "2", "m-0-order": "1", "m-1-order": "2", "m-1-condition": "uses_air = yes",
        "m-1-condition_text": "用集中空调时要",
    }  # fmt: skip
    assert client.post(address, {**sent, "q-1-show_if": "moon = yes"}).status_code == 422
    assert client.post(address, {**sent, "n-0-when": "大于"}).status_code == 422
    assert client.post(address, {**sent, "more": "1"}).status_code == 200
    assert client.post(address, sent).status_code == 302
    draft.refresh_from_db()
    assert [note["text"] for note in draft.guidance["notes"]] == ["请提前检测。"]
    assert draft.materials.get(order=2).condition == ["==", "uses_air", "yes"]
    assert "用集中空调吗" in client.get(f"{address}try/").content.decode()
    assert "用集中空调吗" in client.get(address).content.decode()
    assert cast.client("qian_staff").get(address).status_code in (403, 404)
