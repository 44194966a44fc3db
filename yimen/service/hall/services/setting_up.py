"""The centre sets up its halls and business groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Invalid
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import selectors as catalogue
from yimen.service.hall import policies
from yimen.service.hall.models import Group, Hall
from yimen.service.hall.selectors import queue


class BadSetting(Invalid):
    """A hall or group that cannot be so."""

    code = "bad_setting"


HALL_FIELDS = (
    "name", "floor", "reset", "reset_on", "hours", "head_start_minutes", "most_ahead_in_a_row", "early_minutes", "last_calls",
    "passes_allowed", "book_early_minutes", "book_grace_minutes", "book_cancel_hours", "no_shows_allowed", "no_show_days", "ban_days",
    "closed_on",
)  # fmt: skip
GROUP_FIELDS = ("name", "says", "prefix", "guess_minutes", "most_a_day", "order", "closed_on")


@transaction.atomic
def save_hall(
    *, actor: Actor, at: datetime, centre_id: int, given: Mapping[str, Any], hall: Hall | None = None
) -> Hall:
    """Open a hall or change it. What waits keeps its numbers and places. Raises `BadSetting`, `NotAllowed`."""
    centre = organisations.unit(centre_id)
    _may(actor, centre_id, centre.division_id)
    if given.get("reset") == "by_date" and not given.get("reset_on"):
        raise BadSetting("按日期清空要填日期。", fields={"reset_on": "请至少填一个日期"})
    made = hall or Hall(centre=centre, slug=str(given["slug"]))
    for name in HALL_FIELDS:
        if name in given:
            setattr(made, name, given[name])
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise BadSetting("已经有这个网址名的大厅。", fields={"slug": "请换一个网址名"}) from None
    audit.record("hall.set_hall", actor=actor, target_kind="hall", target=made.slug, facts={"reset": made.reset})
    queue.forget()
    return made


@transaction.atomic
def save_group(
    *, actor: Actor, at: datetime, hall: Hall, given: Mapping[str, Any], windows: Collection[int] = (),
    departments: Collection[int] = (), items: Collection[int] = (), group: Group | None = None,
) -> Group:  # fmt: skip
    """Open a business group or change it, with the windows that serve it and what leads to it. Raises `BadSetting`."""
    _may(actor, hall.centre_id, hall.centre.division_id)
    made = group or Group(hall=hall)
    for name in GROUP_FIELDS:
        if name in given:
            setattr(made, name, given[name])
    made.prefix = made.prefix.upper()
    if not (1 <= len(made.prefix) <= 2 and made.prefix.isascii() and made.prefix.isalpha()):
        raise BadSetting("号码前缀不对。", fields={"prefix": "请填 1 到 2 个英文字母"})
    if made.guess_minutes < 1:
        raise BadSetting("每人的时间不对。", fields={"guess_minutes": "请填 1 分钟以上"})
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise BadSetting("这个大厅已经有这个前缀。", fields={"prefix": "请换一个字母"}) from None
    made.windows.set(organisations.open_windows(hall.centre).filter(pk__in=windows))
    made.departments.set(organisations.departments().filter(pk__in=departments))
    made.items.set(catalogue.items().filter(pk__in=items))
    audit.record("hall.set_group", actor=actor, target_kind="hall", target=f"{hall.slug} {made.prefix}")
    queue.forget()
    return made


def items_named(text: str) -> list[int]:
    """The items of a list with a name or a code in each line. Raises `BadSetting`, which names the lines no item or several have."""
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    held: dict[str, set[int]] = {line: set() for line in lines}
    for pk, name, code in (
        catalogue.items().filter(Q(name__in=lines) | Q(code__in=lines)).values_list("pk", "name", "code")
    ):
        for line in {name, code} & set(lines):
            held[line].add(pk)
    for said, wrong in (("没有这个事项", [line for line in lines if not held[line]]),
                        ("有几个同名的事项，请写编码", [line for line in lines if len(held[line]) > 1])):  # fmt: skip
        if wrong:
            raise BadSetting(f"{said}：{'、'.join(wrong[:3])}。", fields={"items": f"{said}：{'、'.join(wrong[:3])}"})
    return sorted({pk for found in held.values() for pk in found})


def _may(actor: Actor, centre_id: int, division: str) -> None:
    policies.demand(
        policies.reaches_centre(actor, policies.SET_UP, centre_id, division),
        "这个大厅不归您设定。",
        "请由本中心负责人设定。",
    )
