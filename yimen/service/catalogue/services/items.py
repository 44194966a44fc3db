"""Items themselves: made, matched with a department, suspended, cancelled; standard materials and synonyms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments, outbox
from yimen.ground.kit.checkpoints import run_checks
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.catalogue import events, policies, search
from yimen.service.catalogue.importing.applying import next_local_base
from yimen.service.catalogue.models import (
    EditionMaterial,
    ItemCode,
    ItemEdition,
    ServiceItem,
    SourceDepartment,
    StandardMaterial,
    Synonym,
)
from yimen.service.catalogue.rules import codes, words
from yimen.service.catalogue.rules.vocabulary import ItemKind, UseLevel
from yimen.service.catalogue.services.texts import tidy

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

MOST_VALID_DAYS = 36_500


@transaction.atomic
def create_item(
    *,
    actor: Actor,
    name: str,
    kind: str,
    department: Unit,
    at: datetime,
    task_code: str = "",
    use_level: str = "",
) -> ServiceItem:
    """A new item with an empty first draft. Without a national code it gets one assigned from its department's credit code.

    Raises `NotAllowed`, `Invalid` for an unusable name, kind or code, `Conflict` for a code that is taken.
    """
    item = ServiceItem(
        name=tidy(name, "事项名称", 1000, field="name"), kind=kind, department=department, created_at=at, changed_at=at
    )
    policies.must(actor, policies.EDIT, item)
    if kind not in ItemKind.labels():
        raise Invalid("请选择事项类型。", fields={"kind": "请选择事项类型。"})
    _give_code(item, task_code, use_level)
    item.latest_number = 1
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError:
        raise Conflict(f"编码 {item.code} 刚刚被别人用了。", next_step="请刷新事项清单后再看。") from None
    ItemCode.objects.create(item=item, system="national" if item.national else "local", code=item.code)
    ItemEdition.objects.create(
        item=item, number=1, name=item.name, kind=kind, author_uid=actor.uid, author=actor.name, created_at=at
    )
    reindex([item.pk])
    _note("catalogue.create_item", actor, item)
    return item


def _give_code(item: ServiceItem, task_code: str, use_level: str) -> None:
    department = item.department
    if department is None:
        raise AssertionError("an item is made for a department")
    text = codes.clean(task_code)
    if text:
        try:
            parts = codes.task_code(text)
        except codes.CodeProblem as problem:
            raise Invalid(f"{problem}。", fields={"task_code": f"{problem}。"}) from None
        item.code, item.code31, item.base_code, item.use_level = parts.full, parts.code31, parts.base, parts.level
    else:
        level = use_level or department.use_level or str(codes.level_of_division(department.division_id) or "")
        if level not in {str(known) for known in UseLevel}:
            raise Invalid("请选择行使层级。", fields={"use_level": "请选择行使层级。"})
        item.national, item.use_level = False, level
        item.base_code = item.code = next_local_base(department.division_id)
        item.code31 = assigned_code31(item, department)
    if ServiceItem.objects.filter(code=item.code).exists():
        raise Conflict(f"编码 {item.code} 已经有事项在用。", next_step="请从事项清单找到它，编制新版本。")


def assigned_code31(item: ServiceItem, department: Unit) -> str:
    """The 31 characters of an item without a national code, "" while its department has no valid credit code."""
    try:
        return codes.assigned_code31(department.credit_code, item.use_level, item.base_code)
    except codes.CodeProblem:
        return ""


@transaction.atomic
def map_department(*, actor: Actor, source: SourceDepartment, department: Unit, at: datetime, reason: str = "") -> int:
    """Say which of our departments a catalogue means; its items without a department become that department's.

    Items that have already been published keep theirs. Returns how many items moved.
    """
    require_permission(actor, policies.IMPORT)
    source = SourceDepartment.objects.select_for_update().get(pk=source.pk)
    source.unit, source.reason = department, (reason or f"由 {actor.name} 对应")[:200]
    source.save(update_fields=["unit", "reason"])
    items = list(ServiceItem.objects.select_for_update().filter(source_department=source, current__isnull=True))
    for item in items:
        item.department = department
        if not item.code31:
            item.code31 = assigned_code31(item, department)
    ServiceItem.objects.bulk_update(items, ["department", "code31"], batch_size=500)
    audit.record(
        "catalogue.map_department",
        actor=actor,
        target_kind="source_department",
        target=f"{source.system} {source.name}",
        facts={"unit": department.uid, "items": len(items)},
    )
    return len(items)


@transaction.atomic
def cancel_item(
    *, actor: Actor, item: ServiceItem, reason: str, basis: str, at: datetime, on: date | None = None
) -> ServiceItem:
    """Cancel an item for good (R025): from `on` (today) nothing may be taken in for it. Running cases go on."""
    policies.must(actor, policies.PUBLISH, item)
    item = _locked(item)
    if item.status == ServiceItem.Status.CANCELLED:
        raise Conflict("这个事项已经取消。")
    item.status = ServiceItem.Status.CANCELLED
    item.status_reason = tidy(reason, "取消原因", 300, field="reason")
    item.status_basis = tidy(basis, "取消依据", 300, field="basis")
    item.cancelled_on = on or moments.day_of(at)
    _save_status(item, at, ["cancelled_on"])
    _note("catalogue.cancel_item", actor, item, reason=item.status_reason, on=item.cancelled_on)
    outbox.publish(events.ItemCancelled(item=item.uid, at=at))
    return item


@transaction.atomic
def freeze_item(*, actor: Actor, item: ServiceItem, reason: str, at: datetime) -> ServiceItem:
    """Stop taking in applications for a time; the guide says why.

    An item that stands in a hall by decision is asked about first (`catalogue.item_stops`, with `item`, `allowed`, `actor`,
    `reason`, `at`): whoever objects raises, also for somebody who may not do it at all.
    """
    run_checks(
        "catalogue.item_stops",
        item=item,
        allowed=policies.may(actor, policies.PUBLISH, item),
        actor=actor,
        reason=reason,
        at=at,
    )
    policies.must(actor, policies.PUBLISH, item)
    item = _locked(item)
    if item.status != ServiceItem.Status.ACTIVE:
        raise Conflict("只有在用的事项可以暂停办理。")
    item.status, item.status_reason = ServiceItem.Status.FROZEN, tidy(reason, "暂停原因", 300, field="reason")
    _save_status(item, at)
    _note("catalogue.freeze_item", actor, item, reason=item.status_reason)
    outbox.publish(events.ItemFrozen(item=item.uid, reason=item.status_reason, at=at))
    return item


@transaction.atomic
def thaw_item(*, actor: Actor, item: ServiceItem, at: datetime) -> ServiceItem:
    """Take in applications again."""
    policies.must(actor, policies.PUBLISH, item)
    item = _locked(item)
    if item.status != ServiceItem.Status.FROZEN:
        raise Conflict("只有暂停办理的事项可以恢复。")
    item.status, item.status_reason = ServiceItem.Status.ACTIVE, ""
    _save_status(item, at)
    _note("catalogue.thaw_item", actor, item)
    outbox.publish(events.ItemThawed(item=item.uid, at=at))
    return item


@transaction.atomic
def withdraw_cancellation(*, actor: Actor, item: ServiceItem, reason: str, at: datetime) -> ServiceItem:
    """Take back a cancellation whose day has not come yet. One that is in force stays for good (R025): `Conflict`."""
    policies.must(actor, policies.PUBLISH, item)
    item = _locked(item)
    if item.status != ServiceItem.Status.CANCELLED or item.cancelled_on is None:
        raise Conflict("这个事项没有取消。")
    if item.cancelled_on <= moments.day_of(at):
        raise Conflict(
            f"取消已于 {moments.say_date(item.cancelled_on)} 生效，不能恢复。",
            next_step="要再办，请按承接程序重新建立事项。",
        )
    item.status, item.status_reason, item.status_basis, item.cancelled_on = ServiceItem.Status.ACTIVE, "", "", None
    _save_status(item, at, ["cancelled_on"])
    _note("catalogue.withdraw_cancellation", actor, item, reason=tidy(reason, "原因", 300, field="reason"))
    return item


def _locked(item: ServiceItem) -> ServiceItem:
    return ServiceItem.objects.select_for_update(of=("self",)).get(pk=item.pk)


def _save_status(item: ServiceItem, at: datetime, more: Sequence[str] = ()) -> None:
    item.changed_at = at
    item.version += 1
    item.save(update_fields=["status", "status_reason", "status_basis", "changed_at", "version", *more])
    reindex([item.pk])


def reindex(item_ids: Sequence[int]) -> None:
    """Write the search rows of items anew, in the open transaction, and let every process know."""
    search.rewrite(item_ids)
    search.bump_version()


# Materials


@transaction.atomic
def cancel_material(
    *, actor: Actor, material: EditionMaterial, basis: str, at: datetime, on: date | None = None
) -> None:
    """Cancel one material of an edition (R030): from `on` (today) it may not be asked for, in running editions either."""
    policies.must(actor, policies.PUBLISH, material.edition.item)
    basis = tidy(basis, "取消依据", 300, field="basis")
    changed = EditionMaterial.objects.filter(pk=material.pk, cancelled_on__isnull=True).update(
        cancelled_on=on or moments.day_of(at), cancelled_basis=basis
    )
    if not changed:
        raise Conflict("这份材料已经取消。")
    _note("catalogue.cancel_material", actor, material.edition.item, reason=basis, material=material.name[:100])


@transaction.atomic
def cancel_materials_named(*, actor: Actor, name: str, basis: str, at: datetime, on: date | None = None) -> int:
    """Cancel every material of exactly this name, in editions in force and in drafts (R030); returns how many.

    Those that a cancelled standard material stands behind are cancelled with it already and left alone.
    """
    require_permission(actor, policies.PUBLISH)
    day, basis = on or moments.day_of(at), tidy(basis, "取消依据", 300, field="basis")
    found = EditionMaterial.objects.filter(
        name=name,
        cancelled_on__isnull=True,
        edition__status__in=[ItemEdition.Status.PUBLISHED, *ItemEdition.open_statuses],
    ).exclude(standard__cancelled_on__isnull=False)
    changed = found.update(cancelled_on=day, cancelled_basis=basis)
    if changed:
        audit.record(
            "catalogue.cancel_material", actor=actor, target_kind="material", target=name[:100], reason=basis,
            facts={"materials": changed, "on": day},
        )  # fmt: skip
    return changed


@transaction.atomic
def save_standard_material(
    *,
    actor: Actor,
    code: str,
    name: str,
    at: datetime,
    issuer: str = "",
    proof: bool = False,
    reusable: bool | None = None,
    valid_days: int | None = None,
) -> StandardMaterial:
    """Enter or change a standard material in the list of materials and proofs (R030).

    `reusable` says whether a file handed in before may be used again, for `valid_days` days (None: as the centre has set);
    None leaves both as they are. Raises `Invalid` for days of what may not be used again.
    """
    require_permission(actor, policies.PUBLISH)
    if valid_days is not None and not reusable:
        raise Invalid("不能重复使用的材料没有有效天数。", fields={"valid_days": "请清空，或勾选可以重复使用。"})
    if valid_days is not None and not 1 <= valid_days <= MOST_VALID_DAYS:
        raise Invalid("有效天数不合适。", fields={"valid_days": f"填 1 到 {MOST_VALID_DAYS} 之间的数。"})
    reuse = {} if reusable is None else {"reusable": reusable, "valid_days": valid_days}
    code = tidy(code, "材料编码", 40, field="code")
    material, _ = StandardMaterial.objects.update_or_create(
        code=code,
        defaults={
            "name": tidy(name, "材料名称", 300, field="name"),
            "issuer": tidy(issuer, "出具单位", 200, field="issuer", needed=False),
            "proof": proof,
            **reuse,
        },
    )
    audit.record(
        "catalogue.save_standard_material", actor=actor, target_kind="standard_material", target=code, facts=reuse
    )
    return material


@transaction.atomic
def cancel_standard_material(
    *, actor: Actor, material: StandardMaterial, basis: str, at: datetime, on: date | None = None
) -> int:
    """Cancel a standard material everywhere (R030); returns how many current editions asked for it."""
    require_permission(actor, policies.PUBLISH)
    material = StandardMaterial.objects.select_for_update().get(pk=material.pk)
    if material.cancelled_on is not None:
        raise Conflict("这份材料已经取消。")
    material.cancelled_basis = tidy(basis, "取消依据", 300, field="basis")
    material.cancelled_on = on or moments.day_of(at)
    material.save(update_fields=["cancelled_on", "cancelled_basis"])
    uses = EditionMaterial.objects.filter(standard=material, edition__status=ItemEdition.Status.PUBLISHED).count()
    audit.record(
        "catalogue.cancel_standard_material",
        actor=actor,
        target_kind="standard_material",
        target=material.code,
        reason=material.cancelled_basis,
        facts={"editions": uses},
    )
    return uses


# Synonyms


@transaction.atomic
def save_synonym(*, actor: Actor, word: str, expansions: Sequence[str], at: datetime) -> None:
    """What people say and what the catalogue says; without expansions the word is taken out."""
    require_permission(actor, policies.PUBLISH)
    word = words.normal(tidy(word, "群众的说法", 40, field="word"))
    meant = [tidy(each, "目录的说法", 60, field="expansions") for each in expansions if each.strip()][:10]
    if len(words.runs(word)) != 1 or len(word) < 2:
        raise Invalid("群众的说法至少两个字，中间没有空格。", fields={"word": "至少两个字，中间没有空格。"})
    if meant:
        Synonym.objects.update_or_create(word=word, defaults={"expansions": meant})
    else:
        Synonym.objects.filter(word=word).delete()
    search.bump_version()
    audit.record("catalogue.save_synonym", actor=actor, target_kind="synonym", target=word)


def _note(action: str, actor: Actor, item: ServiceItem, *, reason: str = "", **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="item", target=item.code, reason=reason, facts=facts)


@transaction.atomic
def request_check(*, actor: Actor, at: datetime) -> None:
    """Have every edition judged anew by the worker."""
    require_permission(actor, policies.PUBLISH)
    outbox.publish(events.CheckRequested(at=at))
    audit.record("catalogue.request_check", actor=actor, target_kind="catalogue", target="all")
