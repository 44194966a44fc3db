"""What reform does to single items, entered: classes with a target, rebuilt courses, the four handlings, simplifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.services.texts import tidy
from yimen.service.reform import policies
from yimen.service.reform.models import ItemClass, ItemClassMember, ItemTags, Rebuilding, Simplification, Wording
from yimen.service.reform.rules import WORDINGS, Gauge, InnerStep, SimplificationKind, read_steps

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ItemEdition, ServiceItem

TAGS = ("at_once", "online", "nearby", "once")
MOST_CODES = 2000


# Classes with a target (R028)


@transaction.atomic
def save_class(
    *,
    actor: Actor,
    code: str,
    name: str,
    numerator: int,
    denominator: int,
    document: str,
    at: datetime,
    note: str = "",
    ended: bool = False,
) -> ItemClass:
    """Enter or change a class: promised ≤ statutory × numerator / denominator, by this document."""
    policies.must(actor, policies.RECORD, None)
    if not 1 <= numerator <= denominator <= 100:
        problem = "比例应是 1/100 到 1/1 之间的分数。"
        raise Invalid(problem, fields={"numerator": problem})
    held, _ = ItemClass.objects.update_or_create(
        code=tidy(code, "代号", 40, field="code"),
        defaults={
            "name": tidy(name, "类别", 60, field="name"),
            "numerator": numerator,
            "denominator": denominator,
            "document": tidy(document, "依据文件", 200, field="document"),
            "note": tidy(note, "说明", 300, field="note", needed=False),
            "ended_on": moments.day_of(at) if ended else None,
        },
    )
    audit.record("reform.save_class", actor=actor, target_kind="item_class", target=held.code)
    return held


@transaction.atomic
def put_into_class(*, actor: Actor, item_class: ItemClass, codes: Sequence[str], at: datetime) -> int:
    """Put items, by their codes, into a class; those that are in it stay. Unknown codes are refused by name, and then none
    is put in. Returns how many are new.
    """
    policies.must(actor, policies.RECORD, None)
    wanted = list(dict.fromkeys(code.strip() for code in codes if code.strip()))
    if not wanted:
        raise Invalid("请填写事项编码。", fields={"codes": "每行一个编码。"})
    if len(wanted) > MOST_CODES:
        raise Invalid(f"一次最多 {MOST_CODES} 个。", fields={"codes": f"一次最多 {MOST_CODES} 个。"})
    items = {item.code: item for item in catalogue.items_of().filter(code__in=wanted)}
    unknown = [code for code in wanted if code not in items]
    if unknown:
        problem = f"没有这些编码：{'、'.join(unknown[:5])}{'……' if len(unknown) > 5 else ''}"
        raise Invalid(f"{problem}。", fields={"codes": problem}, next_step="请从事项目录复制编码。")
    held = set(
        ItemClassMember.objects.filter(item_class=item_class, item__in=list(items.values())).values_list(
            "item_id", flat=True
        )
    )
    fresh = [
        ItemClassMember(item_class=item_class, item=item, added_at=at, added_by=actor.name)
        for item in items.values()
        if item.pk not in held
    ]
    ItemClassMember.objects.bulk_create(fresh, ignore_conflicts=True)
    _note_class(actor, item_class, added=len(fresh))
    return len(fresh)


@transaction.atomic
def take_out_of_class(*, actor: Actor, item_class: ItemClass, item_id: int, at: datetime) -> None:
    """Take one item out of a class."""
    policies.must(actor, policies.RECORD, None)
    gone, _ = ItemClassMember.objects.filter(item_class=item_class, item=item_id).delete()
    if not gone:
        raise Conflict("这个事项已经不在这一类里。")
    _note_class(actor, item_class, removed=1)


def _note_class(actor: Actor, item_class: ItemClass, **facts: object) -> None:
    audit.record("reform.class_items", actor=actor, target_kind="item_class", target=item_class.code, facts=facts)


# Rebuilt courses (R029)


@transaction.atomic
def record_rebuilding(
    *,
    actor: Actor,
    item: ServiceItem,
    before: str,
    after: str,
    document: str,
    reason: str,
    on: date,
    at: datetime,
    edition_before: ItemEdition | None = None,
    edition_after: ItemEdition | None = None,
) -> Rebuilding:
    """Record the course of an item before and after, a step a line (`环节｜岗位｜工作日`); materials and visits are computed
    from the editions. Raises `Invalid` naming the line that cannot be read, and where nothing has changed.
    """
    policies.must(actor, policies.RECORD, item.department_id)
    old, new = read_steps(before, "再造前", "before"), read_steps(after, "再造后", "after")
    was = Gauge.of(old, *_counted(edition_before, on))
    now = Gauge.of(new, *_counted(edition_after, on))
    if (was, old) == (now, new):
        raise Invalid("再造前后一样，没有可登记的。", fields={"after": "请写再造后的环节。"})
    made = Rebuilding.objects.create(
        item=item, edition_before=edition_before, edition_after=edition_after, before=_plain(old), after=_plain(new),
        steps_before=was.steps, steps_after=now.steps, people_before=was.people, people_after=now.people,
        days_before=was.days, days_after=now.days, materials_before=was.materials, materials_after=now.materials,
        visits_before=was.visits, visits_after=now.visits, document=tidy(document, "文件", 200, field="document"),
        reason=tidy(reason, "理由", 300, field="reason"), on=on, author=actor.name, created_at=at,
    )  # fmt: skip
    _note("reform.rebuild", actor, item, steps=f"{was.steps}-{now.steps}")
    return made


def _counted(edition: ItemEdition | None, on: date) -> tuple[int | None, int | None]:
    if edition is None:
        return None, None
    return len(catalogue.materials_of(edition, on)), edition.visits


def _plain(steps: Sequence[InnerStep]) -> list[dict[str, str]]:
    return [{name: str(value) for name, value in asdict(step).items()} for step in steps]


@transaction.atomic
def withdraw_rebuilding(*, actor: Actor, rebuilding: Rebuilding, at: datetime) -> None:
    """Take a record of rebuilding back; it stays to be read, marked."""
    held = Rebuilding.objects.select_for_update().get(pk=rebuilding.pk)
    item = catalogue.items_of().get(pk=held.item_id)
    policies.must(actor, policies.RECORD, item.department_id)
    if held.withdrawn_at is not None:
        raise Conflict("这条登记已经撤销。")
    held.withdrawn_at = at
    held.save(update_fields=["withdrawn_at"])
    _note("reform.withdraw_rebuilding", actor, item)


# The four handlings (R043) and simplifications (R044)


@transaction.atomic
def tag_items(*, actor: Actor, items: Sequence[ServiceItem], tags: Mapping[str, bool], at: datetime) -> int:
    """Say of items which of the four handlings they meet; returns how many. All or none: one outside the actor's
    departments refuses the whole.
    """
    for item in items:
        policies.must(actor, policies.RECORD, item.department_id)
    if not items:
        raise Invalid("请先选事项。", next_step="在列表左边打勾。")
    values = {name: bool(tags.get(name)) for name in TAGS}
    rows = [ItemTags(item=item, by=actor.name, at=at, **values) for item in items]
    ItemTags.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["item"], update_fields=[*TAGS, "by", "at"], batch_size=1000
    )
    audit.record(
        "reform.tag", actor=actor, target_kind="item", target=items[0].code if len(items) == 1 else f"{len(items)} 项",
        facts={"items": len(items), **values},
    )  # fmt: skip
    return len(items)


@transaction.atomic
def simplify(
    *, actor: Actor, item: ServiceItem, kind: str, document: str, since: date, at: datetime, note: str = ""
) -> Simplification:
    """Enter a measure of simplification of an item; `Conflict` where it holds already."""
    policies.must(actor, policies.RECORD, item.department_id)
    if kind not in SimplificationKind.labels():
        raise Invalid("请选择举措。", fields={"kind": "请选择举措。"})
    try:
        with transaction.atomic():
            made = Simplification.objects.create(
                item=item,
                kind=kind,
                document=tidy(document, "文件", 200, field="document"),
                note=tidy(note, "做法", 300, field="note", needed=False),
                since=since,
                author=actor.name,
            )
    except IntegrityError:
        raise Conflict("这个事项的这项举措已经登记。", next_step="要改，请先结束原来的登记。") from None
    _note("reform.simplify", actor, item, kind=kind)
    return made


@transaction.atomic
def end_simplification(*, actor: Actor, measure: Simplification, at: datetime) -> None:
    """The measure no longer holds from today on."""
    held = Simplification.objects.select_for_update().get(pk=measure.pk)
    item = catalogue.items_of().get(pk=held.item_id)
    policies.must(actor, policies.RECORD, item.department_id)
    if held.until is not None:
        raise Conflict("这项举措已经结束。")
    held.until = max(moments.day_of(at), held.since)
    held.save(update_fields=["until"])
    _note("reform.end_simplification", actor, item, kind=held.kind)


def _note(action: str, actor: Actor, item: ServiceItem, **facts: Any) -> None:
    audit.record(action, actor=actor, target_kind="item", target=item.code, facts=facts)


# Words that vary by place


@transaction.atomic
def save_wording(*, actor: Actor, key: str, text: str, at: datetime, basis: str = "") -> None:
    """Change a word or a target of this place; an empty text brings the default back. Raises `Invalid`."""
    require_permission(actor, policies.STANDARDS)
    if key not in WORDINGS:
        raise Invalid("没有这一项。")
    text = tidy(text, WORDINGS[key][0], 60, field="text", needed=False)
    if key.startswith("target.") and text and not (text.isascii() and text.isdigit() and int(text) <= 100):
        raise Invalid("目标应是 0 到 100 的整数。", fields={"text": "应是 0 到 100 的整数。"})
    if text:
        basis = tidy(basis, "依据", 200, field="basis", needed=False)
        Wording.objects.update_or_create(key=key, defaults={"text": text, "basis": basis})
    else:
        Wording.objects.filter(key=key).delete()
    audit.record("reform.save_wording", actor=actor, target_kind="wording", target=key)
