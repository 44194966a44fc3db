"""全省通办、一次办成: fields, the windows and the items designated for them (R039)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.residence import policies
from yimen.service.residence.models import ProvinceField, ProvinceItem, ProvinceWindow

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Window
    from yimen.service.catalogue.models import ServiceItem


@transaction.atomic
def put_field(*, actor: Actor, name: str, at: datetime) -> ProvinceField:
    """Add a field beside those of R039."""
    policies.must(actor, policies.PUBLISH, None)
    name = tidy(name, "领域", 30, field="name")
    if ProvinceField.objects.filter(name=name).exists():
        raise Conflict("已经有这个领域。", fields={"name": "已经有这个领域。"})
    last = ProvinceField.objects.order_by("-order").first()
    order = min((last.order if last else 0) + 10, 32767)
    made = ProvinceField.objects.create(code=f"own{order}", name=name, order=order)
    audit.record("residence.put_field", actor=actor, target_kind="province_field", target=made.code)
    return made


def designate_window(
    *, actor: Actor, field: ProvinceField, window: Window, from_on: date, basis: str, at: datetime
) -> ProvinceWindow:
    """Designate a window for a field; raises `Conflict` for one that is already."""
    policies.must(actor, policies.PUBLISH, window.centre)
    if window.closed_on is not None:
        raise Invalid("这个窗口已经停用。", fields={"window": "请选择在用的窗口。"})
    made = ProvinceWindow(
        field=field, window=window, from_on=from_on, basis=tidy(basis, "依据", 200, field="basis"), by=actor.name[:120]
    )
    _designate(actor, made, str(window.uid))
    return made


def designate_item(
    *, actor: Actor, field: ProvinceField, item: ServiceItem, from_on: date, basis: str, at: datetime
) -> ProvinceItem:
    """Designate an item for a field."""
    policies.must(actor, policies.PUBLISH, item.department)
    if item.status == "cancelled" or item.current_id is None:
        raise Invalid("这个事项没有在办。", fields={"code": "请填写已发布事项的编码。"})
    made = ProvinceItem(
        field=field, item=item, from_on=from_on, basis=tidy(basis, "依据", 200, field="basis"), by=actor.name[:120]
    )
    _designate(actor, made, item.code)
    return made


def _designate(actor: Actor, row: ProvinceWindow | ProvinceItem, target: str) -> None:
    with transaction.atomic():
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Conflict("已经指定过。", next_step="请看下面的清单。") from None
        audit.record(
            "residence.designate", actor=actor, target_kind=row._meta.model_name or "", target=target,
            facts={"field": row.field.code},
        )  # fmt: skip


def end_window(*, actor: Actor, designation: ProvinceWindow, at: datetime) -> None:
    """End a window's designation from today."""
    policies.must(actor, policies.PUBLISH, designation.window.centre)
    _end(actor, ProvinceWindow, designation.pk, str(designation.window.uid), at)


def end_item(*, actor: Actor, designation: ProvinceItem, at: datetime) -> None:
    """End an item's designation from today."""
    policies.must(actor, policies.PUBLISH, designation.item.department)
    _end(actor, ProvinceItem, designation.pk, designation.item.code, at)


@transaction.atomic
def _end(actor: Actor, model: type[ProvinceWindow] | type[ProvinceItem], pk: int, target: str, at: datetime) -> None:
    if not model._default_manager.filter(pk=pk, to_on__isnull=True).update(to_on=day_of(at)):
        raise Conflict("这个指定已经撤销。", next_step="请刷新页面再看。")
    audit.record("residence.end_designation", actor=actor, target_kind=model._meta.model_name or "", target=target)
