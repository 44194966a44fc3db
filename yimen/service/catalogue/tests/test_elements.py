"""The table of elements is the model's, and the editor writes each of them."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from yimen.ground.kit.refusals import Invalid
from yimen.service.catalogue import services
from yimen.service.catalogue.models import EditionMaterial, ItemEdition
from yimen.service.catalogue.refusals import EditionNotOpen
from yimen.service.catalogue.rules.elements import ELEMENTS, MATERIAL_ELEMENTS
from yimen.service.catalogue.tests.conftest import NOON, SHARED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast


def test_elements_are_called_as_the_model_calls_them() -> None:
    for name, element in ELEMENTS.items():
        assert element.label == str(getattr(ItemEdition._meta.get_field(name), "verbose_name", "")), name
    for name, element in MATERIAL_ELEMENTS.items():
        assert element.label == str(getattr(EditionMaterial._meta.get_field(name), "verbose_name", "")), name


def test_the_national_list_has_a_place_for_each_of_its_fields() -> None:
    source = SHARED / "exchange_schema_national.json"
    if not source.exists():
        pytest.skip("the national exchange schema is not beside this repository (../shared/data)")
    text = json.dumps(json.loads(source.read_text()), ensure_ascii=False).lower()
    named = [e.national for e in (*ELEMENTS.values(), *MATERIAL_ELEMENTS.values()) if e.national]
    assert len(named) > 50
    known = [name for name in named if name in text]
    assert len(known) > len(named) * 0.6, sorted(set(named) - set(known))


def test_every_element_is_written_and_shown(cast: Cast, draft: ItemEdition) -> None:
    values = {
        "power_source": "法定本级行使", "handle_area": "county", "appointment": True, "quantity_limit": "无数量限制",
        "rights": "依法申请，享有知情权。", "duties": "如实提供材料。", "plan_effective_on": date(2027, 1, 1),
        "online_url": "https://service.example.cn/apply", "windows": [{"name": "3 号综合窗口", "address": "一楼", "hours": "9—17"}],
        "fee": True, "fee_basis": "川发改价格〔2017〕1 号",
        "fees": [{"name": "工本费", "amount": "20", "unit": "每证", "basis": "川发改价格〔2017〕1 号",
                  "reduction": "低保户免收", "reduction_basis": "财税〔2016〕42 号"}],
        "personal_topics": ["准营准办"], "corporate_topics": ["准营准办"],
    }  # fmt: skip
    services.save_edition(actor=cast.actor("editor"), edition=draft, values=values, at=NOON)
    draft.refresh_from_db()
    for name in ("power_source", "handle_area", "appointment", "plan_effective_on", "online_url", "personal_topics"):
        assert getattr(draft, name) == values[name]
    assert draft.fees[0]["reduction"] == "低保户免收"
    page = cast.client("editor").get(f"/manage/items/{draft.item.code}/1/").content.decode()
    for said in ("20 元/证", "低保户免收（财税〔2016〕42 号）", "全县（区）通办", "如实提供材料", "可以预约"):
        assert said in page


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("fees", [{"name": "工本费", "low": "十元"}], "应是元"),
        ("fees", [{"name": "工本费", "low": "20", "high": "10"}], "最低高于最高"),
        ("fees", [{"amount": "10"}], "没有写项目名称"),
        ("online_url", "javascript:alert(1)", "http"),
        ("handle_area", "moon", "请选择"),
        ("visits", "100", "0 到 99"),
        ("plan_effective_on", "明天", "日期"),
        ("windows", [{"name": f"{n} 号"} for n in range(61)], "最多 60 行"),
    ],
)
def test_wrong_values_are_refused_in_words(cast: Cast, draft: ItemEdition, name: str, value: object, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.save_edition(actor=cast.actor("editor"), edition=draft, values={name: value}, at=NOON)
    assert said in refused.value.fields[name]


def test_fees_and_windows_have_rows(cast: Cast, draft: ItemEdition) -> None:
    client, address = cast.client("editor"), f"/manage/items/{draft.item.code}/1/records/fees/"
    sent = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-name": "工本费", "form-0-amount": "12.50"}
    assert client.post(address, {**sent, "form-0-low": "abc"}).status_code == 422
    assert client.post(address, {**sent, "more": "1"}).status_code == 200
    assert client.post(address, sent).status_code == 302
    draft.refresh_from_db()
    assert draft.fees == [{"name": "工本费", "amount": "12.50"}]
    assert client.get(f"/manage/items/{draft.item.code}/1/records/name/").status_code == 404


def _picture() -> SimpleUploadedFile:
    from PIL import Image

    data = BytesIO()
    Image.new("RGB", (20, 20), "white").save(data, "PNG")
    return SimpleUploadedFile("样表.png", data.getvalue(), "image/png")


def test_the_blank_form_is_downloaded_by_everybody_once_published(
    cast: Cast, draft: ItemEdition, publish: Callable[[ItemEdition], ItemEdition]
) -> None:
    editor = cast.client("editor")
    address = f"/manage/items/{draft.item.code}/1/materials/1/files/"
    assert editor.post(address, {"form": _picture()}).status_code == 302
    public = f"/items/{draft.item.code}/materials/1/form/"
    assert Client().get(public).status_code in (404, 409, 410, 422)
    assert editor.get(f"{address}form/").status_code == 200
    published = publish(draft)
    assert Client().get(public).status_code == 200
    assert public in Client().get(f"/items/{draft.item.code}/").content.decode()
    with pytest.raises(EditionNotOpen):
        services.save_material_files(
            actor=cast.actor("editor"), edition=published, order=1, uploads={}, at=NOON, taken_off=["form"]
        )
    # A new draft keeps the file, and saving its materials as rows does not lose it.
    again = services.new_edition(actor=cast.actor("editor"), item=published.item, at=NOON)
    kept = EditionMaterial.objects.get(edition=again, order=1)
    sent = {
        "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-held": str(kept.pk), "form-0-order": "1",
        "form-0-name": "申请表", "form-0-necessity": "required", "form-0-format": "either",
    }  # fmt: skip
    assert editor.post(f"/manage/items/{draft.item.code}/{again.number}/materials/", sent).status_code == 302
    assert EditionMaterial.objects.get(edition=again, order=1).form_file_id == kept.form_file_id


def test_the_interface_gives_every_element(published: ItemEdition) -> None:
    said = Client().get(f"/api/v1/items/{published.item.code}").json()
    assert set(said["elements"]) == set(ELEMENTS) - {"change_note"}
    assert said["materials"][0]["source_channel"] == "在线填写"
