"""Other codes of an item: put beside the national one, taken off, replaced as a whole by a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Conflict, Invalid, NotFound
from yimen.service.catalogue import policies, search
from yimen.service.catalogue.models import ItemCode, ServiceItem
from yimen.service.catalogue.rules.code_systems import SYSTEMS, label_of, problem_of

KEPT = ("national", "local")
"""The item's own identity: given when it is made, never by hand."""
MOST_CODES = 30


@dataclass(frozen=True, slots=True)
class CodeValues:
    """One other code as it is written."""

    system: str
    code: str
    place: str = ""
    note: str = ""


@transaction.atomic
def add_code(*, actor: Actor, item: ServiceItem, values: CodeValues, at: datetime) -> ItemCode:
    """Put a code of another system to an item. Raises `Invalid` for one that is none, `Conflict` for one that is taken."""
    policies.must(actor, policies.EDIT, item)
    checked = _checked(values)
    if ItemCode.objects.filter(item=item).count() >= MOST_CODES:
        raise Invalid(f"一个事项最多 {MOST_CODES} 个编码。")
    made = _put(item, checked)
    search.bump_version()
    audit.record(
        "catalogue.add_code",
        actor=actor,
        target_kind="item",
        target=item.code,
        facts={"system": checked.system, "code": checked.code},
    )
    return made


@transaction.atomic
def remove_code(*, actor: Actor, item: ServiceItem, code_id: int, at: datetime) -> None:
    """Take another code off an item; its own identity stays."""
    policies.must(actor, policies.EDIT, item)
    held = ItemCode.objects.filter(item=item, pk=code_id).first()
    if held is None:
        raise NotFound("这个事项没有这个编码。", next_step="请刷新事项页。")
    if held.system in KEPT:
        raise Conflict(f"{label_of(held.system)}是事项的身份，不能去掉。")
    held.delete()
    search.bump_version()
    audit.record(
        "catalogue.remove_code",
        actor=actor,
        target_kind="item",
        target=item.code,
        facts={"system": held.system, "code": held.code},
    )


def replace_codes(item: ServiceItem, given: Sequence[CodeValues]) -> None:
    """Let an item bear these codes besides its own identity, within the caller's transaction; raises as `add_code`."""
    ItemCode.objects.filter(item=item).exclude(system__in=KEPT).delete()
    for values in given:
        if values.system not in KEPT:
            _put(item, _checked(values))


def _checked(values: CodeValues) -> CodeValues:
    system, code = values.system, values.code.strip()
    problem = problem_of(system, code)
    if problem:
        raise Invalid(f"“{code[:60]}”{problem}。", fields={"code": f"{problem}。"})
    if system in KEPT:
        raise Invalid(f"{label_of(system)}在新建事项时定，不能另加。", fields={"system": "请选择别的体系。"})
    place = values.place.strip()
    if place and not (place.isascii() and place.isdigit() and len(place) <= 12):
        raise Invalid("行政区划代码是 2 到 12 位数字。", fields={"place": "请填行政区划代码，或不填。"})
    return CodeValues(system, code, place or SYSTEMS[system].place, values.note.strip()[:200])


def _put(item: ServiceItem, values: CodeValues) -> ItemCode:
    taken = ItemCode.objects.filter(system=values.system, code=values.code)
    if taken.filter(item=item).exists() or (SYSTEMS[values.system].identity and taken.exists()):
        raise _taken(values)
    try:
        with transaction.atomic():
            return ItemCode.objects.create(
                item=item, system=values.system, code=values.code, place=values.place, note=values.note
            )
    except IntegrityError:
        raise _taken(values) from None


def _taken(values: CodeValues) -> Conflict:
    return Conflict(
        f"{label_of(values.system)} {values.code[:60]} 已经有事项在用。", next_step="请核对；一个编码只属于一个事项。"
    )
