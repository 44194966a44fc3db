"""A batch of changes until it is decided: proposed, filled, sent to the lawyers, decided by a document (R027)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments
from yimen.ground.kit.refusals import Conflict, Invalid, Refusal
from yimen.service.catalogue.rules.limits import LONGEST
from yimen.service.catalogue.rules.vocabulary import ItemKind, LimitUnit
from yimen.service.catalogue.services.texts import tidy
from yimen.service.reform import policies
from yimen.service.reform.models import Change, ChangeBatch
from yimen.service.reform.rules import MOVES, BatchSource, ChangeKind

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit
    from yimen.service.catalogue.models import ServiceItem

MOST_CHANGES = 5000
ADJUSTABLE = {"name": ("事项名称", 1000), "legal_basis": ("设定依据", 8000)}


class BatchMoved(Conflict):
    """The batch is not in a state in which this can be done."""

    code = "batch_moved"


class OwnReview(Refusal):
    """Nobody reviews what they proposed themselves."""

    status = 403
    code = "own_review"


@transaction.atomic
def propose_batch(
    *,
    actor: Actor,
    title: str,
    at: datetime,
    source: str = "own",
    from_organ: str = "",
    document: str = "",
    document_on: date | None = None,
    note: str = "",
) -> ChangeBatch:
    """Begin a batch of changes; raises `NotAllowed`, `Invalid`."""
    require_permission(actor, policies.PROPOSE)
    if source not in BatchSource.labels():
        raise Invalid("请选择来由。", fields={"source": "请选择来由。"})
    batch = ChangeBatch.objects.create(
        title=tidy(title, "名称", 200, field="title"),
        source=source,
        from_organ=tidy(from_organ, "来文机关", 200, field="from_organ", needed=source == "superior"),
        document=tidy(document, "文号", 100, field="document", needed=source == "superior"),
        document_on=document_on,
        note=tidy(note, "说明", 2000, field="note", needed=False, lines=True),
        author_uid=actor.uid,
        author=actor.name,
        created_at=at,
    )
    _note("reform.propose", actor, batch)
    return batch


@transaction.atomic
def add_change(
    *,
    actor: Actor,
    batch: ChangeBatch,
    kind: str,
    reason: str,
    at: datetime,
    item: ServiceItem | None = None,
    name: str = "",
    item_kind: str = "",
    base_code: str = "",
    department: Unit | None = None,
    units: Sequence[Unit] = (),
    basis: str = "",
    values: Mapping[str, Any] | None = None,
) -> Change:
    """Put a change into a batch that is being drawn up. Undertaking names what is new and its department; all others name an
    item. Raises `Invalid` with the fields, `BatchMoved`, `NotAllowed`, `Conflict` where the item is in the batch already.
    """
    batch = lock(batch, "draft")
    if kind not in ChangeKind.labels():
        raise Invalid("请选择调整方式。", fields={"kind": "请选择调整方式。"})
    if kind == ChangeKind.UNDERTAKE:
        item = None
        name = tidy(name, "事项名称", 1000, field="name")
        if item_kind not in ItemKind.labels():
            raise Invalid("请选择事项类型。", fields={"item_kind": "请选择事项类型。"})
        if department is None:
            raise Invalid("请选择由哪个部门承接。", fields={"department": "请选择承接部门。"})
    else:
        item, department = _of_item(item)
        name, item_kind, base_code = item.name, item.kind, item.base_code
    policies.must(actor, policies.PROPOSE, department.pk)
    check_receivers(kind, units)
    change = Change(
        batch=batch,
        order=(Change.objects.filter(batch=batch).aggregate(last=Max("order"))["last"] or 0) + 1,
        kind=kind,
        item=item,
        name=name,
        item_kind=item_kind,
        base_code=tidy(base_code, "编码", 33, field="base_code", needed=False),
        department=department,
        reason=tidy(reason, "理由", 300, field="reason"),
        basis=tidy(basis, "依据", 300, field="basis", needed=False),
        values=adjusted(values or {}) if kind in (ChangeKind.ADJUST, ChangeKind.UNDERTAKE) else {},
    )
    if change.order > MOST_CHANGES:
        raise Conflict(f"一个批次最多 {MOST_CHANGES} 项。", next_step="请另立一个批次。")
    try:
        with transaction.atomic():
            change.save()
    except IntegrityError:
        raise Conflict(f"“{name}”已经在这个批次里。", next_step="一个事项在一个批次里只有一种调整。") from None
    change.units.set(units)
    _note("reform.add_change", actor, batch, kind=kind, item=item.code if item else name[:60])
    return change


def _of_item(item: ServiceItem | None) -> tuple[ServiceItem, Unit]:
    if item is None:
        raise Invalid("请写明调整哪个事项。", fields={"item": "请填写事项编码。"})
    if item.status == "cancelled":
        raise Invalid(f"“{item.name}”已经取消，不能再调整。", fields={"item": "这个事项已经取消。"})
    if item.department is None:
        raise Invalid("事项还没有对应实施部门。", fields={"item": "请先在事项目录里对应部门。"})
    return item, item.department


def check_receivers(kind: str, units: Sequence[Unit]) -> None:
    """Empowering and delegating name who receives; empowering towns names towns. Raises `Invalid`."""
    if kind not in (ChangeKind.EMPOWER, ChangeKind.DELEGATE):
        return
    if not units:
        raise Invalid("请选择承接机关。", fields={"units": "至少选一个。"})
    if kind == ChangeKind.EMPOWER and any(unit.kind != "town" for unit in units):
        raise Invalid("赋权只能给乡镇（街道）。", fields={"units": "只选乡镇（街道）。"})


def adjusted(values: Mapping[str, Any]) -> dict[str, Any]:
    """The new content of an item, checked: name, kind, legal_basis, legal_limit with legal_unit; empty ones are left out."""
    found: dict[str, Any] = {}
    for name, (label, most) in ADJUSTABLE.items():
        if text := tidy(str(values.get(name) or ""), label, most, field=name, needed=False, lines=name != "name"):
            found[name] = text
    if (kind := values.get("kind")) in ItemKind.labels():
        found["kind"] = kind
    number, unit = values.get("legal_limit"), values.get("legal_unit")
    if number not in (None, ""):
        if not (str(number).isascii() and str(number).isdigit() and int(str(number)[:6]) <= LONGEST):
            raise Invalid("法定时限应是整数。", fields={"legal_limit": f"应是 0 到 {LONGEST} 的整数。"})
        if unit not in LimitUnit.labels():
            raise Invalid("请选择时限单位。", fields={"legal_unit": "工作日还是自然日？"})
        found |= {"legal_limit": int(str(number)), "legal_unit": unit}
    return found


@transaction.atomic
def remove_change(*, actor: Actor, batch: ChangeBatch, order: int, at: datetime) -> None:
    """Take a change out of a batch that is being drawn up."""
    batch = lock(batch, "draft")
    change = Change.objects.filter(batch=batch, order=order).first()
    if change is None:
        raise Conflict("这一项已经不在批次里。", next_step="请刷新页面。")
    policies.must(actor, policies.PROPOSE, change.department_id)
    _note("reform.remove_change", actor, batch, item=change.name[:60])
    change.delete()


@transaction.atomic
def submit_batch(*, actor: Actor, batch: ChangeBatch, at: datetime) -> ChangeBatch:
    """Hand a batch to the legality review; an empty one is refused."""
    _must_be_author(actor, batch)
    batch = lock(batch, *MOVES["submit"][0])
    if not Change.objects.filter(batch=batch).exists():
        raise Invalid("批次里还没有事项，不能送审。", next_step="请先加入要调整的事项。")
    batch.submitted_at = at
    return move(batch, "submit", actor)


@transaction.atomic
def recall_batch(*, actor: Actor, batch: ChangeBatch, at: datetime) -> ChangeBatch:
    """Take a batch back to draw it up again, before it is decided."""
    _must_be_author(actor, batch)
    batch = lock(batch, *MOVES["recall"][0])
    batch.reviewer, batch.reviewed_at, batch.opinion = "", None, ""
    return move(batch, "recall", actor)


@transaction.atomic
def drop_batch(*, actor: Actor, batch: ChangeBatch, at: datetime) -> ChangeBatch:
    """Give up a batch that is being drawn up; it stays to be read."""
    _must_be_author(actor, batch)
    return move(lock(batch, *MOVES["drop"][0]), "drop", actor)


@transaction.atomic
def review_batch(*, actor: Actor, batch: ChangeBatch, passed: bool, opinion: str, at: datetime) -> ChangeBatch:
    """The verdict of the legality review (R045). Nobody reviews their own proposal; returning needs an opinion."""
    require_permission(actor, policies.REVIEW)
    batch = lock(batch, *MOVES["pass"][0])
    if batch.author_uid == actor.uid:
        raise OwnReview("这个批次是您提出的，不能由您审查。", next_step="请由另一位审查人员审查。")
    said = tidy(opinion, "审查意见", 2000, field="opinion", needed=not passed, lines=True)
    batch.opinion = said or "未发现违反法律、法规、规章之处。"
    batch.reviewer, batch.reviewed_at = actor.name, at
    return move(batch, "pass" if passed else "return", actor)


@transaction.atomic
def decide_batch(
    *, actor: Actor, batch: ChangeBatch, document: str, document_on: date, effective_on: date, at: datetime
) -> ChangeBatch:
    """Enter the deciding document: number, day of issue, day from which it holds."""
    require_permission(actor, policies.DECIDE)
    batch = lock(batch, *MOVES["decide"][0])
    if document_on > moments.day_of(at):
        raise Invalid("印发日期不能在今天之后。", fields={"document_on": "印发日期不能在今天之后。"})
    if effective_on < document_on:
        raise Invalid("施行日期不能早于印发日期。", fields={"effective_on": "不能早于印发日期。"})
    batch.document = tidy(document, "文号", 100, field="document")
    batch.document_on, batch.effective_on = document_on, effective_on
    batch.decider, batch.decided_at = actor.name, at
    return move(batch, "decide", actor)


def lock(batch: ChangeBatch, *states: str) -> ChangeBatch:
    """The batch under lock; raises `BatchMoved` where it is in none of these states."""
    found = ChangeBatch.objects.select_for_update().get(pk=batch.pk)
    if found.state not in states:
        raise BatchMoved(
            f"这个批次现在是“{found.get_state_display()}”，不能这样做。", next_step="请刷新页面，看看它办到了哪一步。"
        )
    return found


def move(batch: ChangeBatch, step: str, actor: Actor, **facts: Any) -> ChangeBatch:
    """Write the state that a step leads to; the caller has locked and asked."""
    batch.state = MOVES[step][1]
    batch.version += 1
    batch.save()
    _note(f"reform.{step}", actor, batch, **facts)
    return batch


def _must_be_author(actor: Actor, batch: ChangeBatch) -> None:
    """The proposer, or who decides on all of them."""
    require_permission(actor, policies.PROPOSE)
    if batch.author_uid != actor.uid and policies.departments(actor, policies.PROPOSE) is not None:
        raise OwnBatchOnly("只有提出人可以这样做。", next_step=f"请联系 {batch.author}。")


class OwnBatchOnly(Refusal):
    """Somebody else drew this batch up."""

    status = 403
    code = "own_batch_only"


def _note(action: str, actor: Actor, batch: ChangeBatch, **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="list_batch", target=str(batch.uid), facts=facts)
