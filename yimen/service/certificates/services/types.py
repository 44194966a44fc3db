"""Types of certificates: set up, changed, ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.service.certificates import policies, rules
from yimen.service.certificates.drawing.names import LAYOUT_NAMES
from yimen.service.certificates.models import CertificateType

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit
    from yimen.service.catalogue.models import ServiceItem, StandardMaterial

LONGEST_MONTHS = 1200


class BadType(Invalid):
    """A type of certificate cannot be as it was written."""

    code = "bad_type"


@transaction.atomic
def save_type(
    *, actor: Actor, values: Mapping[str, Any], items: Iterable[ServiceItem], at: datetime, issuer: Unit,
    standards: Iterable[StandardMaterial] = (), kept: CertificateType | None = None,
) -> CertificateType:  # fmt: skip
    """Write a type, new or `kept`. Code and issuer stay what they were once a type is there. Raises `BadType`, `Conflict`."""
    row = CertificateType.objects.select_for_update().get(pk=kept.pk) if kept else CertificateType(issuer=issuer)
    code = row.code or tidy(str(values.get("code", "")), "证照类型代码", 21, field="code").upper()
    if not rules.TYPE_CODE.fullmatch(code):
        raise BadType(
            "证照类型代码不对。",
            fields={"code": "由 18 位统一社会信用代码和 3 位顺序号组成，例如 11100000000013338W011。"},
        )
    row.code = code
    row.name = tidy(str(values.get("name", "")), "证照名称", 60, field="name")
    row.series = tidy(str(values.get("series", "")), "证号字头", 20, field="series")
    row.basis = tidy(str(values.get("basis", "")), "依据", 200, field="basis", needed=False)
    row.holder_kind, row.layout = str(values.get("holder_kind", "either")), str(values.get("layout", "portrait"))
    if row.holder_kind not in CertificateType.HolderKind.values or row.layout not in LAYOUT_NAMES:
        raise BadType("请选择持证主体和版式。")
    months = values.get("months", 0)
    if not isinstance(months, int) or not 0 <= months <= LONGEST_MONTHS:
        raise BadType("有效期不对。", fields={"months": f"填 0（长期）到 {LONGEST_MONTHS} 个月。"})
    row.months, row.automatic = months, bool(values.get("automatic", False))
    row.fields = [field.as_row() for field in rules.fields_of(values.get("fields"))]
    row.made_at, row.changed_at = row.made_at or at, at
    if actor.kind != "system" and not CertificateType.objects.filter(policies.types(actor), pk=row.pk or 0).exists():
        _demand_issuer(actor, row.issuer)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict("证照类型代码或证号字头已经用过。", next_step="请换一个，或停用原来的类型。") from None
    row.items.set(items)
    row.standards.set(standards)
    audit.record("certificates.save_type", actor=actor, target_kind="certificate_type", target=row.code)
    return row


@transaction.atomic
def end_type(*, actor: Actor, kept: CertificateType, at: datetime) -> None:
    """Issue no more of a type; what was issued stays. Raises `Conflict`."""
    row = policies.access_type(actor, kept.uid) if actor.kind != "system" else kept
    if not CertificateType.objects.filter(pk=row.pk, ended_at__isnull=True).update(ended_at=at, changed_at=at):
        raise Conflict("这种证照已经停用。")
    audit.record("certificates.end_type", actor=actor, target_kind="certificate_type", target=row.code)


def _demand_issuer(actor: Actor, issuer: Unit) -> None:
    code = issuer.division.code
    for held in actor.held(policies.SET_UP):
        if (
            held.scope == "all"
            or held.reaches_division(code)
            or (held.scope == "centre" and code[:6] == actor.division[:6])
        ):
            return
    raise NotAllowed("这个颁发机构不在您的管理范围内。", next_step="请由所在地的中心设置。")
