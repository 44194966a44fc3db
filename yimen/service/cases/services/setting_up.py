"""What a centre sets for itself: the kinds of its cases, its public promises (R057, R062)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.service.cases import kinds
from yimen.service.cases.models import CentreKind, ServicePromise
from yimen.service.cases.policies import may_set_up
from yimen.service.cases.selectors import kind_settings
from yimen.service.catalogue.selectors import published_by_case_kind

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


class PromiseStands(Conflict):
    """The unit has promised this already."""

    code = "promise_stands"


class KindsMoved(Conflict):
    """Somebody else has set the kinds since the page was opened."""

    code = "kinds_moved"


def set_kinds(
    *, actor: Actor, centre: Unit, settings: Sequence[kinds.KindSetting], at: datetime, seen: Sequence[str] = ()
) -> None:
    """Set which kinds the centre uses, in which words and order.

    `seen` are the labels that the page showed, in order. Raises `NotAllowed`, `kinds.UnusableKinds`, `KindsMoved`.
    """
    _demand(actor, centre)
    with transaction.atomic():
        type(centre).objects.select_for_update().get(pk=centre.pk)
        before = kind_settings(centre.pk)
        if seen and list(seen) != [each.label for each in before]:
            raise KindsMoved("办件类型刚被别人改过。", next_step="请刷新页面，看过现在的设置再改。")
        found = kinds.checked(settings, published_by_case_kind(centre.pk))
        CentreKind.objects.filter(centre=centre).delete()
        CentreKind.objects.bulk_create(
            CentreKind(centre=centre, code=each.code, label=each.label, order=each.order, used=each.used)
            for each in found
        )
        audit.record(
            "cases.set_kinds",
            actor=actor,
            target_kind="unit",
            target=str(centre.pk),
            facts={
                "before": [each.label for each in before if each.used],
                "after": [each.label for each in found if each.used],
            },
        )


def make_promise(
    *, actor: Actor, unit: Unit, centre: Unit, what: str, target: Decimal, text: str, valid_from: date, at: datetime,
    valid_to: date | None = None,
) -> ServicePromise:  # fmt: skip
    """Promise in public; measured from `valid_from` on. Raises `NotAllowed`, `PromiseStands`, `Invalid`."""
    _demand(actor, centre)
    if what not in ServicePromise.What.values:
        raise Invalid("请选择承诺的内容。", fields={"what": "请选一项。"})
    if not 0 <= target <= 100:
        raise Invalid("目标在 0 到 100 之间。", fields={"target": "填 0 到 100 之间的数。"})
    if valid_to is not None and valid_to < valid_from:
        raise Invalid("结束日期早于开始日期。", fields={"valid_to": "早于开始日期。"})
    try:
        with transaction.atomic():
            made = ServicePromise.objects.create(
                unit=unit, what=what, target=target, text=tidy(text, "承诺文字", 200, field="text"), valid_from=valid_from,
                valid_to=valid_to, made_by=actor.name, made_at=at,
            )  # fmt: skip
            audit.record(
                "cases.make_promise", actor=actor, target_kind="promise", target=str(made.uid),
                facts={"unit": unit.name, "what": what, "target": str(target), "from": valid_from.isoformat()},
            )  # fmt: skip
    except IntegrityError as refused:
        raise PromiseStands(
            "这个单位已经有一项同样内容的承诺。", next_step="要改目标，请先收回原来的承诺，再登记新的。"
        ) from refused
    return made


def withdraw_promise(*, actor: Actor, uid: UUID, centre: Unit, reason: str, at: datetime) -> None:
    """Take a promise back; its record and what was kept so far stay. Raises `NotAllowed`, `NotFound`, `Conflict`."""
    _demand(actor, centre)
    with transaction.atomic():
        promise = ServicePromise.objects.select_for_update().filter(uid=uid).first()
        if promise is None:
            raise NotFound("没有这项承诺。")
        if promise.withdrawn_at is not None:
            raise Conflict("这项承诺已经收回了。")
        promise.withdrawn_reason = tidy(reason, "收回原因", 200, field="reason")
        promise.withdrawn_at = at
        promise.valid_to = min(promise.valid_to or day_of(at), max(day_of(at), promise.valid_from))
        promise.save(update_fields=["withdrawn_at", "withdrawn_reason", "valid_to"])
        audit.record(
            "cases.withdraw_promise",
            actor=actor,
            target_kind="promise",
            target=str(uid),
            reason=promise.withdrawn_reason,
        )


def _demand(actor: Actor, centre: Unit) -> None:
    if not may_set_up(actor, centre.pk):
        raise NotAllowed("您不能设置这个中心的办件类型和承诺。", next_step="请由中心管理人员设置。")
