"""The teahouse: an item with conditions in its form and every kind of material, for the journeys of applicants."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from tests.cast import INSTALLER, Cast
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit import moments
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ItemEdition, ServiceItem
from yimen.service.catalogue.services.editions import MaterialValues

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as HttpResponse

FORM: dict[str, Any] = {
    "title": "公共场所卫生许可申请表",
    "sections": [
        {
            "key": "place",
            "title": "您的经营场所",
            "help": "按实际情况填，核查时会到场所看。",
            "fields": [
                {"key": "owner", "kind": "text", "label": "经营者", "prefill": "name", "required": True},
                {"key": "owner_id", "kind": "id_number", "label": "身份证号", "prefill": "id_number"},
                {"key": "place_name", "kind": "text", "label": "场所名称", "required": True, "longest": 60},
                {
                    "key": "address", "kind": "address", "label": "场所地址", "help": "门牌号写到楼层，核查人员好找。",
                    "required": True, "prefill": "address",
                },
                {
                    "key": "area", "kind": "decimal", "label": "经营面积", "help": "顾客能到的地方，不含仓库和后厨。",
                    "unit": "平方米", "required": True, "places": 1, "least": "1",
                },
                {
                    "key": "kind", "kind": "choice", "label": "场所类别", "required": True,
                    "choices": [
                        {"value": "tea", "label": "茶座、咖啡馆、酒吧"}, {"value": "hair", "label": "理发店、美容店"},
                        {"value": "hotel", "label": "宾馆、旅店"},
                        {"value": "other", "label": "其他", "help": "游泳馆、浴室、影剧院等"},
                    ],
                },
                {
                    "key": "air", "kind": "yes_no", "label": "用集中空调吗？", "required": True,
                    "help": "一台主机通过风管送到各个房间的，就是集中空调。",
                },
                {
                    "key": "air_report", "kind": "text", "label": "空调卫生检测报告编号", "required": True,
                    "help": "在报告封面右上角。", "show_if": ["==", "air", "yes"],
                },
            ],
        },
        {
            "key": "people",
            "title": "从业人员",
            "fields": [
                {
                    "key": "staff", "kind": "table", "label": "从业人员名单", "required": True, "longest": 20,
                    "columns": [
                        {"key": "name", "label": "姓名", "required": True},
                        {"key": "checked_on", "kind": "date", "label": "体检日期", "required": True},
                    ],
                },
            ],
        },
    ],
}  # fmt: skip
MATERIALS = (
    MaterialValues("营业执照", exempt=True, source_channel="省电子证照库"),
    MaterialValues("一年内卫生检测报告", format="electronic"),
    MaterialValues("平面图及卫生设施布局图", format="either", note="手画也行，标出门、洗手池、消毒柜。"),
    MaterialValues(
        "集中空调检测报告", necessity="conditional", condition=["==", "air", "yes"], condition_text="用集中空调的才交"
    ),
    MaterialValues("场所照片", necessity="optional"),
)


def open_teahouse(cast: Cast, at: datetime | None = None) -> ServiceItem:
    """Publish the item; returns it with its current edition."""
    at = at or moments.now() - timedelta(minutes=5)
    with transaction.atomic():
        item = catalogue.create_item(
            actor=INSTALLER, name="公共场所卫生许可证核发（新办）", kind="licence", department=cast.units["market"], at=at,
            use_level="4",
        )  # fmt: skip
        return publish(item, FORM, MATERIALS, at)


def publish(
    item: ServiceItem, form: dict[str, Any], materials: tuple[MaterialValues, ...], at: datetime, **values: Any
) -> ServiceItem:
    """Bring the item's open draft, filled in like this, into force."""
    whole = {
        "content": "公共场所卫生许可", "conditions": "有固定场所。", "legal_basis": "《公共场所卫生管理条例》第四条",
        "legal_limit": 20, "legal_unit": "working_day", "promise_limit": 10, "promise_unit": "working_day", "case_kind": "promise",
        "fee": False, "review_body": "清河县人民政府", "suit_court": "清河县人民法院", "consult_phone": "0990-6312208",
        "complaint_phone": "12345", "results": [{"name": "公共场所卫生许可证", "kind": "licence"}],
        "service_objects": ["person", "enterprise"], "delivery_by_post": True, "themes": ["医疗卫生"],
        **values,
    }  # fmt: skip
    draft = ItemEdition.objects.get(item=item, status="draft")
    draft = catalogue.save_edition(actor=INSTALLER, edition=draft, values=whole, materials=materials, at=at)
    catalogue.save_form(actor=INSTALLER, edition=draft, definition=form, at=at)
    catalogue.submit_for_legal_check(actor=INSTALLER, edition=_again(draft), at=at)
    catalogue.decide_legal_check(actor=SYSTEM, edition=_again(draft), passed=True, opinion="合法。", at=at)
    catalogue.publish_edition(actor=INSTALLER, edition=_again(draft), at=at)
    return ServiceItem.objects.select_related("current").get(pk=item.pk)


def _again(edition: ItemEdition) -> ItemEdition:
    return ItemEdition.objects.get(pk=edition.pk)


def pdf(title: str, pages: int = 1) -> bytes:
    """A PDF that the upload gate lets through."""
    import pikepdf

    buffer = BytesIO()
    with pikepdf.new() as book:
        for _ in range(pages):
            book.add_blank_page(page_size=(595, 842))
        book.docinfo["/Title"] = title
        book.save(buffer)
    return buffer.getvalue()


# --- As a browser fills it in

ASKED = "owner owner_id place_name address area kind air staff"
ANSWERS = {
    "place_name": "听泉茶馆", "address": "清河县柳溪镇临泉街 27 号一层", "area": "86.5", "kind": "tea", "air": "no",
    "staff.0.name": "王𠮷", "staff.0.checked_on": "2026-10-12",
}  # fmt: skip
CONTACT = {"contact_name": "李明", "contact_phone": "13812342671", "delivery_method": "window"}


def seen_on(page: str) -> str:
    """The version of the draft that a page showed."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found is not None, page[:2000]
    return found[1]


def begin(client: Client, item: ServiceItem) -> str:
    """Press “开始申请”; returns the draft's uid."""
    answer = client.post(f"/apply/{item.code}/")
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"]).split("/")[2]


def fill(client: Client, uid: str, **changed: str) -> HttpResponse:
    """Send step 1 as a page that has just been opened would."""
    page = client.get(f"/apply/{uid}/form/").content.decode()
    return client.post(
        f"/apply/{uid}/form/", {"seen": seen_on(page), "asked": ASKED, "act": "next", **ANSWERS, **changed}
    )


def hand_in(client: Client, uid: str, *names: str) -> HttpResponse:
    """Upload one PDF to each material named (to all that take files, where none is), and go on."""
    page = client.get(f"/apply/{uid}/materials/").content.decode()
    found = re.findall(r'name="file-(\d+)"[^>]*aria-label="(?:上传|再传一个)([^"]+)"', page)
    files = {
        f"file-{pk}": SimpleUploadedFile(f"{name}.pdf", pdf(name), "application/pdf")
        for pk, name in found
        if not names or name in names
    }
    return client.post(f"/apply/{uid}/materials/", {"act": "next", **files})


def to_check(client: Client, item: ServiceItem) -> str:
    """Fill in everything up to the last page; returns the draft's uid."""
    uid = begin(client, item)
    assert fill(client, uid).status_code == 302
    assert hand_in(client, uid).status_code == 302
    assert client.post(f"/apply/{uid}/delivery/", CONTACT).status_code == 302
    return uid


def submit(client: Client, uid: str) -> HttpResponse:
    """Press “提交申请”."""
    page = client.get(f"/apply/{uid}/check/").content.decode()
    return client.post(f"/apply/{uid}/check/", {"seen": seen_on(page.partition('id="submit"')[2]), "truthful": "on"})


def apply(client: Client, item: ServiceItem) -> str:
    """From the first button to the number; returns the case's number."""
    answer = submit(client, to_check(client, item))
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"]).split("/")[3]
