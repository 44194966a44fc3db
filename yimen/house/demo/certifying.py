"""Certificates of 清河县: types of a few departments, what the granted cases brought, and what happened to some since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.identity.selectors import party
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Refusal
from yimen.house.demo.acting import Stage
from yimen.service.cases.models import Case
from yimen.service.catalogue.models import ServiceItem, StandardMaterial
from yimen.service.certificates import services
from yimen.service.certificates.models import Certificate, CertificateType
from yimen.service.certificates.selectors import known_of
from yimen.service.certificates.services.issuing import suggested

TYPES: tuple[tuple[str, str, str, str, int, str, tuple[tuple[Any, ...], ...]], ...] = (
    ("hygiene", "公共场所卫生许可证", "清卫公证", "001", 48, "landscape", (
        ("单位名称", "holder"), ("法定代表人（负责人）", "representative"), ("场所名称", "answer", "place_name"),
        ("经营地址", "answer", "place_address"), ("许可项目", "answer", "place_kind"))),
    ("food", "食品经营许可证", "清食证", "002", 60, "portrait", (
        ("经营者名称", "holder"), ("法定代表人（负责人）", "representative"), ("经营场所", "answer", "place_address", "address"),
        ("经营项目", "fixed", "热食类食品制售，预包装食品销售"))),
    ("nurse", "护士执业证书", "清卫护证", "003", 60, "portrait", (
        ("姓名", "holder"), ("身份证件号码", "holder_number"), ("执业事项", "item"))),
    ("books", "出版物经营许可证", "清新出发", "004", 36, "landscape", (
        ("单位名称", "holder"), ("负责人", "representative"), ("经营范围", "fixed", "图书、期刊零售"))),
    ("billboard", "户外广告设置许可证", "清城广", "005", 24, "portrait", (
        ("单位名称", "holder"), ("许可事项", "item"), ("决定文号", "decision"))),
    ("drainage", "城镇污水排入排水管网许可证", "清排许", "006", 60, "portrait", (
        ("排水户名称", "holder"), ("法定代表人（负责人）", "representative"), ("许可事项", "item"))),
)  # fmt: skip
"""Item, name, word of the number, order, months, layout, fields."""

MOST = 40
"""Certificates of each type."""

COURSE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("change", {}), ("annotate", {"note": "经营地址的门牌号由公安机关重新编定，经营场所没有变。"}),
    ("suspend", {"reason": "监督检查发现卫生设施停用，责令整改。", "document": "清卫监〔2026〕17号"}),
    ("report_lost", {"reason": "持证人到窗口挂失，登报声明作废。"}), ("replace", {"reason": "挂失满三十日，补发。"}),
    ("revoke", {"reason": "以隐瞒有关情况取得许可。", "document": "清市监撤〔2026〕3号"}),
    ("strip", {"reason": "整改期满仍不符合条件。", "document": "清卫罚〔2026〕22号"}), ("cancel", {"reason": "持证人终止经营，申请注销。"}),
)  # fmt: skip


def tell(stage: Stage) -> None:
    """Types, certificates of the cases granted, what happened to eight of them, and three that wait to be made."""
    at = stage.days.at(stage.days.back(20), 9, 0)
    for key, name, series, order, months, layout, fields in TYPES:
        item = ServiceItem.objects.select_related("department").get(code=stage.codes[key])
        kind = _kind(item, name, series, order, months, layout, fields, at)
        _issue(stage, kind, item)
    _course(stage)
    _spared(stage)


def _spared(stage: Stage) -> None:
    """Li Peiran's nurse certificate runs out soon: she asked for its renewal, and the certificate stood for itself."""
    kind = CertificateType.objects.select_related("issuer").get(name="护士执业证书")
    until = day_of(stage.days.now) + timedelta(days=60)
    issued = stage.days.at(stage.days.back(15), 10, 0)
    draft = services.draw_up(kind=kind, holder=party(stage.parties["lipeiran"]), actor=SYSTEM, at=issued)
    values = {
        key: said or kind.name for key, said in suggested(kind, draft.holder, {"item": "护士执业注册（延续）"}).items()
    }
    services.issue(certificate=draft, values=values, actor=SYSTEM, at=issued, valid_from=until - timedelta(days=1825))
    Certificate.objects.filter(pk=draft.pk).update(valid_to=until)
    held = Certificate.objects.get(pk=draft.pk)
    asked = stage.days.now
    stage.apply("nurse", "lipeiran", asked, spared={kind.name: held.identifier}, expires_on=until.isoformat())


def _kind(
    item: ServiceItem, name: str, series: str, order: str, months: int, layout: str, fields: tuple[tuple[Any, ...], ...],
    at: datetime,
) -> CertificateType:  # fmt: skip
    rows = [
        {"key": f"field{number}", "label": label, "source": source, "of": list(of)}
        for number, (label, source, *of) in enumerate(fields, 1)
    ]
    assert item.department is not None  # noqa: S101 -- every item of the demo has one
    values = {
        "code": f"{item.department.credit_code}{order}", "name": name, "series": series, "months": months, "layout": layout,
        "fields": rows, "automatic": True, "basis": "",
    }  # fmt: skip
    return services.save_type(
        actor=SYSTEM, values=values, items=[item], issuer=item.department, at=at, standards=StandardMaterial.objects.filter(name=name)
    )  # fmt: skip


def _issue(stage: Stage, kind: CertificateType, item: ServiceItem) -> None:
    granted = Case.objects.filter(item=item, decision="granted", matter__applicant__isnull=False)
    rows = granted.select_related("matter__applicant", "edition__form").order_by("-decided_at")[:MOST]
    for number, case in enumerate(rows):
        at = min((case.decided_at or stage.days.now) + timedelta(minutes=20), stage.days.now)
        applicant = case.matter.applicant
        assert applicant is not None  # noqa: S101 -- asked for above
        try:
            draft = services.draw_up(
                kind=kind, holder=applicant, actor=SYSTEM, at=at, matter=case.matter, centre_id=case.matter.centre_id
            )
            if number == 1:
                continue  # one of each type waits for a hand
            values = suggested(kind, applicant, known_of(case))
            services.issue(
                certificate=draft, values={key: said or "见档案" for key, said in values.items()}, actor=SYSTEM, at=at
            )
        except Refusal:
            continue


def _course(stage: Stage) -> None:
    now = stage.days.now
    rows = list(
        Certificate.objects.filter(state="valid").select_related("type").order_by("pk")[2 : 2 + 7 * len(COURSE) : 7]
    )
    for row, (action, given) in zip(rows, COURSE, strict=False):
        at = max(row.moved_at + timedelta(minutes=5), now - timedelta(days=3))
        if action == "change":
            first = row.type.fields[0]["key"]
            services.change(
                certificate=row,
                values={first: "清河县清风餐饮服务有限公司"},
                reason="名称变更，已换营业执照。",
                actor=SYSTEM,
                at=at,
            )
        elif action == "annotate":
            services.annotate(certificate=row, actor=SYSTEM, at=at, **given)
        elif action == "replace":
            services.move(certificate=row, action="report_lost", reason="持证人挂失。", actor=SYSTEM, at=at)
            services.replace(certificate=row, actor=SYSTEM, at=at + timedelta(minutes=30), **given)
        else:
            services.move(certificate=row, action=action, actor=SYSTEM, at=at, **given)
    for row in Certificate.objects.filter(state="valid").order_by("pk")[:12]:
        services.record_print(certificate=row, reason="", actor=SYSTEM, at=now)
    soon = Certificate.objects.filter(state="valid").order_by("-pk").values("pk")[:9]
    for number, each in enumerate(soon):  # as if they had been issued years ago
        until = day_of(now) + timedelta(days=12 * number - 8)
        Certificate.objects.filter(pk=each["pk"]).update(valid_to=until, valid_from=until - timedelta(days=700))
    services.expire_due(now)
