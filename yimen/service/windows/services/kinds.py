"""What a window serves (R067), and the numbers a centre sets."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Invalid
from yimen.service.catalogue import selectors as catalogue
from yimen.service.windows import policies, rules
from yimen.service.windows.events import WindowServiceSet
from yimen.service.windows.models import SettingRow, WindowService
from yimen.service.windows.selectors.common import setting
from yimen.service.windows.selectors.kinds import kind_of, windows_for

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit, Window

HANDLING_WINDOWS = ("comprehensive", "department")
"""Only where applications are accepted may a window be one of handling."""


class WrongKind(Invalid):
    """The window cannot be of this kind, or is of it already."""

    code = "wrong_kind"


class OtherWindow(Invalid):
    """This window does not take in what is asked; the words say which one does (R067)."""

    code = "other_window"


@transaction.atomic
def set_kind(*, actor: Actor, window: Window, kind: str, at: datetime, reason: str = "") -> WindowService:
    """From now on the window is for this; what it was for stays as history. Raises `WrongKind`, `NotAllowed`."""
    _may(actor, window)
    if kind not in rules.KINDS:
        raise WrongKind("没有这个服务类型。", fields={"kind": "请重新选择"})
    if window.closed_on is not None:
        raise WrongKind("这个窗口已经停用。", next_step="请选择在用的窗口。")
    if rules.KINDS[kind][2] and window.kind not in HANDLING_WINDOWS:
        raise WrongKind(
            f"{window}是{window.get_kind_display()}，不受理申请。",
            next_step="请选咨询、投诉类。",
            fields={"kind": "请重新选择"},
        )
    held = WindowService.objects.select_for_update().filter(window=window, ended_at__isnull=True).first()
    if held is not None and held.kind == kind:
        raise WrongKind("本来就是这个服务类型。", fields={"kind": "没有变化"})
    if held is not None:
        _end(held, actor, at)
    said = tidy(reason, "说明", 200, needed=False)
    try:
        with transaction.atomic():
            made = WindowService.objects.create(window=window, kind=kind, set_at=at, set_by=actor.name, reason=said)
    except IntegrityError:
        raise WrongKind("刚才有人设过这个窗口。", next_step="请刷新页面，看现在是什么类型。") from None
    facts = {"kind": kind, "before": held.kind if held else "", "reason": made.reason}
    audit.record("windows.set_kind", actor=actor, target_kind="window", target=str(window), facts=facts)
    outbox.publish(WindowServiceSet(window.pk, kind, at))
    return made


@transaction.atomic
def end_kind(*, actor: Actor, window: Window, at: datetime) -> None:
    """The window has no kind of its own any more: it takes what it took before 2+2. Raises `WrongKind`, `NotAllowed`."""
    _may(actor, window)
    held = WindowService.objects.select_for_update().filter(window=window, ended_at__isnull=True).first()
    if held is None:
        raise WrongKind("这个窗口没有设服务类型。")
    _end(held, actor, at)
    audit.record("windows.end_kind", actor=actor, target_kind="window", target=str(window), facts={"before": held.kind})
    outbox.publish(WindowServiceSet(window.pk, "", at))


def _end(held: WindowService, actor: Actor, at: datetime) -> None:
    held.ended_at, held.ended_by = at, actor.name
    held.save(update_fields=["ended_at", "ended_by"])


def _may(actor: Actor, window: Window) -> None:
    policies.demand(
        policies.reaches_window(actor, policies.KINDS, window), "这个窗口不归您管理。", "请由本中心负责人设定。"
    )


@transaction.atomic
def set_setting(*, actor: Actor, centre: Unit, key: str, value: int, at: datetime) -> SettingRow:
    """Set a number of a centre; what runs keeps the limit it began with. Raises `Invalid`, `NotAllowed`."""
    policies.demand(
        policies.reaches_unit(actor, policies.KINDS, centre, centre.pk),
        "这个中心不归您管理。",
        "请由本中心负责人设定。",
    )
    row = rules.SETTINGS.get(key)
    if row is None or not row.least <= value <= row.most:
        bounds = f"{row.least} 到 {row.most}" if row else ""
        raise Invalid("这个数不合适。", next_step=f"请填 {bounds}。", fields={key: bounds})
    before = setting(key, centre.pk)
    made, _ = SettingRow.objects.update_or_create(
        centre=centre, key=key, defaults={"value": value, "changed_at": at, "changed_by": actor.name}
    )
    audit.record(
        "windows.set_setting", actor=actor, target_kind="unit", target=centre.name,
        facts={"key": key, "before": before, "value": value},
    )  # fmt: skip
    return made


def check_intake(*, actor: Actor, item_id: int, name: str, at: datetime) -> None:
    """Whether the window at which staff sit takes this item in; registered at `cases.intake`. Where the centre does not use
    2+2, or the window has no kind, everything is taken as before. Raises `OtherWindow`.
    """
    if actor.window_id is None:
        return
    kind = kind_of(actor.window_id)
    if kind == "" or not setting("two_plus_two", actor.centre_id):
        return
    item = catalogue.items().filter(pk=item_id).first()
    objects = list(item.current.service_objects) if item is not None and item.current is not None else []
    if rules.takes_item(kind, objects):
        return
    right = windows_for(item, actor.centre_id) if item is not None else []
    where = "、".join(str(each) for each in right[:4])
    raise OtherWindow(
        f"这个窗口是“{rules.KINDS[kind][0]}”窗口，不收“{name}”。",
        next_step=f"请引导到{where}。" if where else "请咨询中心，由能办的窗口收件。",
    )
