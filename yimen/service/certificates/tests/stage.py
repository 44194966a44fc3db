"""A type of certificate of the market department, and certificates of Li's, for tests on the cast."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.cast import Cast
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import now
from yimen.service.cases.tests import stage as cases
from yimen.service.certificates import services
from yimen.service.certificates.models import Certificate, CertificateType, Edition
from yimen.service.certificates.services.from_cases import draw_up_for_case

FIELDS: list[dict[str, Any]] = [
    {"key": "holder", "label": "持证人", "source": "holder"},
    {"key": "shop", "label": "字号名称", "source": "answer", "of": ["shop"]},
    {"key": "area", "label": "经营面积", "source": "answer", "of": ["area"]},
    {"key": "scope", "label": "许可项目", "source": "fixed", "of": ["茶座"]},
    {"key": "remark", "label": "备注", "required": False},
]
WORDS = {"holder": "李明", "shop": "听泉茶馆", "area": "86.5", "scope": "茶座"}
TYPE_CODE = "11519911MB0000001X001"


def kind(cast: Cast, *, items: tuple[Any, ...] = (), **values: Any) -> CertificateType:
    """A type: hygiene licences of the market department, valid four years."""
    kept = CertificateType.objects.filter(code=values.get("code", TYPE_CODE)).first()
    given: dict[str, Any] = {
        "code": TYPE_CODE, "name": "公共场所卫生许可证", "series": "清卫公证", "months": 48, "fields": FIELDS,
        "layout": "landscape",
    } | values  # fmt: skip
    standards = given.pop("standards", ())
    return services.save_type(
        actor=SYSTEM, values=given, items=items, standards=standards, issuer=cast.units["market"], at=now(), kept=kept
    )


def drafted(cast: Cast, who: str = "li", **values: Any) -> Certificate:
    """A draft for a citizen, drawn up by Wu at the issuing window."""
    found = services.draw_up(
        kind=kind(cast, **values), holder=cast.parties[who], actor=cast.actor("wu"), at=now(),
        centre_id=cast.units["centre"].pk,
    )  # fmt: skip
    return again(found)


def issued(cast: Cast, who: str = "li", *, valid_from: date | None = None, **values: Any) -> Certificate:
    """A certificate that Wu has made."""
    draft = drafted(cast, who, **values)
    services.issue(certificate=draft, values=WORDS, actor=cast.actor("wu"), at=now(), valid_from=valid_from)
    return again(draft)


def of_case(cast: Cast, *, automatic: bool = True, **more: Any) -> tuple[str, Certificate]:
    """A case that Chen granted, and the certificate it brought."""
    from yimen.service.cases import services as acts

    item = cases.published(cast)
    kind(cast, items=(item,), automatic=automatic)
    code = cases.decided_on(cast, item=item, **more)
    acts.grant(code=code, actor=cast.actor("chen"), at=now())
    draw_up_for_case(code, now())
    return code, Certificate.objects.select_related("type", "holder", "issuer", "matter").get(matter__code=code)


def again(certificate: Certificate) -> Certificate:
    """The certificate as the database has it now."""
    return Certificate.objects.select_related("type", "holder", "issuer", "matter").get(pk=certificate.pk)


def edition(certificate: Certificate) -> Edition:
    """The edition in force."""
    row = again(certificate)
    return Edition.objects.select_related("seal__unit").get(certificate=row, version=row.edition)


def selectors_facts(of: Edition) -> dict[str, Any]:
    """What an edition says."""
    from yimen.service.certificates.selectors import facts_of

    return facts_of(of)


def again_type(of: CertificateType) -> CertificateType:
    """The type as the database has it now."""
    return CertificateType.objects.select_related("issuer").get(pk=of.pk)
