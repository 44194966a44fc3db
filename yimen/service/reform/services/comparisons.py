"""A superior's list beside ours: read, matched, settled line by line, turned into a batch. Nothing else is changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.rules.vocabulary import LimitUnit
from yimen.service.catalogue.services.texts import tidy
from yimen.service.reform import policies
from yimen.service.reform.models import Change, ChangeBatch, Comparison, ComparisonRow
from yimen.service.reform.rules import Entry, Pair, RowDecision, Side, match

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

CHUNK = 2000
_OURS = """
select i.id, coalesce(e.name, i.name), i.base_code, coalesce(e.kind, i.kind), coalesce(e.legal_basis, ''),
       e.legal_limit, coalesce(e.legal_unit, ''), i.code31
from catalogue_serviceitem i left join catalogue_itemedition e on e.id = i.current_id
where i.status <> 'cancelled' and (%(department)s::bigint is null or i.department_id = %(department)s) order by i.id
"""


@transaction.atomic
def compare_list(
    *,
    actor: Actor,
    content: bytes,
    file_name: str,
    title: str,
    at: datetime,
    document: str = "",
    department: Unit | None = None,
) -> Comparison:
    """Read a superior's list and lay it beside our items (of one department, if given). What was kept with a reason in an
    earlier comparison, and is unchanged on both sides, stays kept. Raises `NotAllowed`, `UnreadableFile`, `Invalid`.
    """
    policies.must(actor, policies.PROPOSE, department.pk if department else None)
    title, document = (
        tidy(title, "上级清单", 200, field="title"),
        tidy(document, "文号", 100, field="document", needed=False),
    )
    rows, messages = catalogue.read_list(content, file_name)
    read = [row for row in rows if not row.problem]
    if not read:
        raise Invalid("文件里没有一行能读出事项。", next_step=rows[0].problem if rows else "请检查文件。")
    theirs = [
        Entry(row.line, row.name, row.base_code, row.kind, row.basis, _limit(*row.limit) if row.limit else "")
        for row in read
    ]
    pairs = match(theirs, _ours(department.pk if department else None))
    unreadable = [row for row in rows if row.problem]
    comparison = Comparison.objects.create(
        title=title,
        document=document,
        file_name=tidy(file_name[-200:], "文件名", 255, field="file", needed=False),
        file_hash=hashlib.sha256(content).hexdigest(),
        department=department,
        messages=[*messages, *(f"第 {row.line} 行没有读：{row.problem}。" for row in unreadable[:50])],
        theirs=len(theirs),
        ours=sum(1 for pair in pairs if pair.ours),
        matched=sum(1 for pair in pairs if pair.ours and pair.theirs),
        unreadable=len(unreadable),
        author_uid=actor.uid,
        author=actor.name,
        created_at=at,
    )
    codes = {row.line: row for row in read}
    made = [_row(comparison, pair, codes) for pair in pairs]
    _carry_over(made, comparison)
    ComparisonRow.objects.bulk_create(made, batch_size=CHUNK)
    _note("reform.compare_list", actor, comparison, theirs=len(theirs), matched=comparison.matched)
    return comparison


def _ours(department: int | None) -> list[Entry]:
    with connection.cursor() as cursor:
        cursor.execute(_OURS, {"department": department})
        return [
            Entry(pk, name, base or code31[19:31], kind, basis, _limit(limit, unit) if limit is not None else "")
            for pk, name, base, kind, basis, limit, unit, code31 in cursor.fetchall()
        ]


def _limit(number: int, unit: str) -> str:
    return f"{number} {LimitUnit.labels()[unit]}" if number else "当场办结"


def _row(comparison: Comparison, pair: Pair, read: dict[int, Any]) -> ComparisonRow:
    above, here = pair.theirs, pair.ours
    said: dict[str, Any] = {}
    if above is not None:
        source = read[above.key]
        said = {"name": above.name, "kind": above.kind, "base_code": above.base_code, "code": source.code,
                "basis": above.basis, "limit": above.limit, "department": source.department}  # fmt: skip
        if source.limit:
            said |= {"legal_limit": source.limit[0], "legal_unit": source.limit[1]}
    side = (
        Side.OURS
        if above is None
        else Side.THEIRS
        if here is None
        else Side.DIFFERENT
        if pair.differences
        else Side.SAME
    )
    either = above or here
    return ComparisonRow(
        comparison=comparison, side=side, line=above.key if above else None, item_id=here.key if here else None,
        name=either.name if either else "", matched_by=pair.by, theirs=said,
        differences=[{"field": each.field, "theirs": each.theirs, "ours": each.ours} for each in pair.differences],
    )  # fmt: skip


def _carry_over(rows: Sequence[ComparisonRow], comparison: Comparison) -> None:
    """Kept lines of the comparison before, of the same reach, hold on where nothing has moved."""
    before = (
        Comparison.objects.filter(department=comparison.department_id, title=comparison.title)
        .exclude(pk=comparison.pk)
        .order_by("-created_at", "-id")
        .first()
    )
    if before is None:
        return
    kept = {_key(row): row for row in ComparisonRow.objects.filter(comparison=before, decision=RowDecision.KEEP)}
    for row in rows:
        old = kept.get(_key(row))
        if old is not None:
            row.decision, row.reason = RowDecision.KEEP, old.reason
            row.decided_by, row.decided_at = old.decided_by, old.decided_at


def _key(row: ComparisonRow) -> tuple[Any, ...]:
    return str(row.side), row.item_id, row.name, json.dumps(row.differences, ensure_ascii=False, sort_keys=True)


@transaction.atomic
def settle_rows(
    *,
    actor: Actor,
    comparison: Comparison,
    rows: Sequence[int],
    decision: str,
    reason: str,
    at: datetime,
    department: Unit | None = None,
) -> int:
    """Decide lines: follow the superior, keep ours with a reason, or leave open again. What only they have needs the
    department that undertakes it. Returns how many lines; nothing is applied.
    """
    comparison = _unfinished(comparison)
    policies.must(actor, policies.PROPOSE, comparison.department_id)
    if decision not in RowDecision.labels():
        raise Invalid("请选择怎样处理。", fields={"decision": "请选择怎样处理。"})
    reason = tidy(reason, "理由", 300, field="reason", needed=decision == RowDecision.KEEP)
    chosen = ComparisonRow.objects.select_for_update().filter(comparison=comparison, pk__in=list(rows))
    held = list(chosen.exclude(side=Side.SAME))
    if not held:
        raise Invalid("请先选要处理的事项。", next_step="在列表左边打勾；一致的不用处理。")
    department = department or comparison.department
    if decision == RowDecision.FOLLOW and department is None and any(row.side == Side.THEIRS for row in held):
        raise Invalid("只有上级有的事项要选承接部门。", fields={"department": "请选择承接部门。"})
    for row in held:
        row.decision, row.reason, row.decided_by, row.decided_at = decision, reason, actor.name, at
        row.department = department if row.side == Side.THEIRS and decision == RowDecision.FOLLOW else None
    ComparisonRow.objects.bulk_update(
        held, ["decision", "reason", "decided_by", "decided_at", "department"], batch_size=CHUNK
    )
    _note("reform.settle_row", actor, comparison, rows=len(held), decision=decision)
    return len(held)


@transaction.atomic
def batch_of_comparison(*, actor: Actor, comparison: Comparison, at: datetime) -> ChangeBatch:
    """Make a batch of the lines that follow the superior: undertake, cancel, adjust. The batch goes its own way of review and
    decision; the comparison is closed. Raises `Conflict` where no line follows.
    """
    comparison = _unfinished(comparison)
    policies.must(actor, policies.PROPOSE, comparison.department_id)
    rows = list(
        ComparisonRow.objects.filter(comparison=comparison, decision=RowDecision.FOLLOW)
        .select_related("item")
        .order_by("id")
    )
    if not rows:
        raise Conflict("没有要随上级调整的事项。", next_step="请先在列表里选“随上级调整”。")
    lost = [row for row in rows if row.item is not None and row.item.department_id is None]
    if lost:
        raise Conflict(f"“{lost[0].name}”还没有对应实施部门。", next_step="请先在事项目录里对应部门。")
    batch = ChangeBatch.objects.create(
        title=f"对照{comparison.title}调整"[:200], source="comparison", from_organ=comparison.title[:200],
        document=comparison.document, author_uid=actor.uid, author=actor.name, created_at=at,
    )  # fmt: skip
    Change.objects.bulk_create((_change(batch, order, row) for order, row in enumerate(rows, 1)), batch_size=CHUNK)
    comparison.batch = batch
    comparison.save(update_fields=["batch"])
    _note("reform.batch_of_comparison", actor, comparison, changes=len(rows), batch=batch.uid)
    return batch


def _change(batch: ChangeBatch, order: int, row: ComparisonRow) -> Change:
    said, reason = row.theirs, (row.reason or "与上级清单保持一致")[:300]
    if row.side == Side.THEIRS:
        code = said.get("code", "")
        return Change(
            batch=batch, order=order, kind="undertake", name=row.name, item_kind=said.get("kind") or "other_power",
            base_code=(code if len(code) in (31, 33) else said.get("base_code", ""))[:33], department=row.department,
            reason=reason, values=_values(said, ("basis", "limit")),
        )  # fmt: skip
    item = row.item
    if item is None or item.department_id is None:
        raise AssertionError("every other side has an item, and the caller has looked for its department")
    kind = "cancel" if row.side == Side.OURS else "adjust"
    return Change(
        batch=batch, order=order, kind=kind, item=item, name=item.name, item_kind=item.kind, base_code=item.base_code,
        department_id=item.department_id, reason=reason,
        values=_values(said, [each["field"] for each in row.differences]) if kind == "adjust" else {},
    )  # fmt: skip


def _values(said: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """What the superior says of these fields, as fields of an edition."""
    found: dict[str, Any] = {}
    for field, name in (("name", "name"), ("kind", "kind"), ("basis", "legal_basis")):
        if field in fields and said.get(field):
            found[name] = said[field]
    if "limit" in fields and "legal_limit" in said:
        found |= {"legal_limit": said["legal_limit"], "legal_unit": said["legal_unit"]}
    return found


@transaction.atomic
def discard_comparison(*, actor: Actor, comparison: Comparison, at: datetime) -> None:
    """Throw a comparison away that has made no batch."""
    comparison = _unfinished(comparison)
    policies.must(actor, policies.PROPOSE, comparison.department_id)
    _note("reform.discard_comparison", actor, comparison)
    comparison.delete()


def _unfinished(comparison: Comparison) -> Comparison:
    found = Comparison.objects.select_for_update(of=("self",)).get(pk=comparison.pk)
    if found.batch_id is not None:
        raise Conflict("这次比对已经转为清单调整，不能再改。", next_step="请重新上传比对。")
    return found


def _note(action: str, actor: Actor, comparison: Comparison, **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="list_comparison", target=str(comparison.uid), facts=facts)
