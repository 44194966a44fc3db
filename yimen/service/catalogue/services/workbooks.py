"""A workbook comes back: laid beside the catalogue, looked at, its chosen rows taken over as drafts, taken back again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.refusals import Conflict, Invalid, NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import events, policies
from yimen.service.catalogue.importing.bulk import copy_in, take_ids
from yimen.service.catalogue.models import ProposalRow, ServiceItem, WorkbookProposal
from yimen.service.catalogue.services.texts import tidy
from yimen.service.catalogue.workbook.applying import apply_row, undo_row
from yimen.service.catalogue.workbook.diffing import Verdict, compare
from yimen.service.catalogue.workbook.reading import read_book

Status = WorkbookProposal.Status
Outcome, Fate = ProposalRow.Outcome, ProposalRow.Fate
AT_ONCE = 400 * 1024
"""A workbook up to this size is compared while its uploader waits, a larger one by the worker."""
FEW = 20
"""So many rows are taken over at once, more by the worker."""


def propose(*, actor: Actor, content: bytes, file_name: str, at: datetime) -> WorkbookProposal:
    """Take a workbook in and lay it beside the catalogue, at once or by the worker. Raises `UnreadableFile`, `NotAllowed`."""
    require_permission(actor, policies.EDIT)
    if len(content) <= AT_ONCE:
        read_book(content, file_name)  # what cannot be read is refused before anything is kept
    with transaction.atomic():
        proposal = WorkbookProposal.objects.create(
            file_name=tidy(file_name[-200:], "文件名", 255, field="file", needed=False),
            file_hash=hashlib.sha256(content).hexdigest(),
            content=content,
            status=Status.QUEUED,
            actor_uid=actor.uid,
            actor=actor.name,
            created_at=at,
        )
        audit.record(
            "catalogue.propose_workbook", actor=actor, target_kind="workbook", target=str(proposal.uid),
            facts={"bytes": len(content)},
        )  # fmt: skip
        if len(content) > AT_ONCE:
            _scope(proposal, actor)
            _ask(proposal, "compare", actor, at)
    if len(content) <= AT_ONCE:
        _compare(proposal, policies.scope(actor, policies.EDIT), _departments(actor))
    return proposal


def _scope(proposal: WorkbookProposal, actor: Actor) -> None:
    """What the uploader may edit, kept for the worker: the departments; nothing where it is all of them."""
    held = actor.held(policies.EDIT)
    everything = actor.kind == "system" or any(each.scope == "all" for each in held)
    proposal.messages = [] if everything else [f"{_MINE}{','.join(str(pk) for pk in _departments(actor).values())}"]
    proposal.save(update_fields=["messages"])


_MINE = "只限部门："


def _departments(actor: Actor) -> dict[str, int]:
    """The departments for which the actor may edit, by name."""
    return {
        unit.name: unit.pk
        for unit in organisations.departments()
        if policies.may(actor, policies.EDIT, ServiceItem(department=unit))
    }


def _ask(proposal: WorkbookProposal, what: str, actor: Actor, at: datetime) -> None:
    outbox.publish(
        events.WorkbookAsked(
            proposal=proposal.uid, what=what, actor=actor.uid, who=actor.name, account=actor.account_id, at=at
        )
    )


def run(*, proposal_uid: UUID, what: str, actor: Actor, at: datetime) -> None:
    """What the worker does; safe to run again: a comparison begins anew, an application goes on where it stopped."""
    proposal = WorkbookProposal.objects.filter(uid=proposal_uid).first()
    if proposal is None:
        return
    if what == "compare" and proposal.status == Status.QUEUED:
        mine = next((said for said in proposal.messages if said.startswith(_MINE)), None)
        ids = [int(pk) for pk in mine.removeprefix(_MINE).split(",") if pk] if mine is not None else None
        units = organisations.departments()
        departments = {unit.name: unit.pk for unit in units if ids is None or unit.pk in ids}
        try:
            _compare(proposal, Q() if ids is None else Q(department__in=ids), departments)
        except Refusal as refusal:
            proposal.status, proposal.messages = Status.FAILED, [f"{refusal.message}{refusal.next_step}"]
            proposal.content = None
            proposal.save(update_fields=["status", "messages", "content"])
    elif what == "apply" and proposal.status == Status.APPLYING:
        _apply(proposal, actor, at)


def _compare(proposal: WorkbookProposal, items: Q, departments: dict[str, int]) -> None:
    assert proposal.content is not None  # noqa: S101  (kept until it is compared)
    book = read_book(bytes(proposal.content), proposal.file_name)

    def progress(done: int) -> None:
        WorkbookProposal.objects.filter(pk=proposal.pk).update(done=done)

    counted, verdicts = compare(book, items, departments, progress)
    rows = [_row(proposal, verdict) for verdict in verdicts]
    for row, pk in zip(rows, take_ids(ProposalRow, len(rows)), strict=True):
        row.pk = pk
    with transaction.atomic():
        ProposalRow.objects.filter(proposal=proposal).delete()
        copy_in(ProposalRow, rows)
        _recount(proposal, counted)
        proposal.status, proposal.content, proposal.messages = Status.COMPARED, None, book.messages
        proposal.done = counted
        proposal.save()


def _row(proposal: WorkbookProposal, verdict: Verdict) -> ProposalRow:
    line, standing = verdict.line, verdict.standing
    return ProposalRow(
        proposal=proposal,
        sheet="事项",
        line=line.row.line,
        code=line.code[:120],
        name=(line.row.cells.get("事项名称") or (standing.cells.get("name", "") if standing else ""))[:500],
        outcome=verdict.outcome,
        changes=verdict.changes,
        values=verdict.values if verdict.outcome != Outcome.REJECTED else {},
        reasons=verdict.reasons,
        warnings=verdict.warnings,
        item_id=standing.item_id if standing else None,
        base_id=standing.edition_id if standing else None,
        base_version=standing.version if standing else 0,
    )


def _recount(proposal: WorkbookProposal, counted: int) -> None:
    found = ProposalRow.objects.filter(proposal=proposal).aggregate(
        **{outcome.value: Count("id", filter=Q(outcome=outcome)) for outcome in Outcome}
    )
    for name, count in found.items():
        setattr(proposal, name, count)
    proposal.rows = counted
    proposal.unchanged = counted - sum(found.values())


def request_apply(
    *,
    actor: Actor,
    proposal: WorkbookProposal,
    at: datetime,
    chosen: Sequence[int] | None = None,
    conflicts: bool = False,
) -> int:
    """Take over the chosen rows (None: all that are new or changed; with `conflicts` those in conflict too, the workbook
    winning). Returns how many. Few are taken over at once, many by the worker. Raises `Conflict`, `Invalid`.
    """
    require_permission(actor, policies.EDIT)
    with transaction.atomic():
        proposal = _own(actor, proposal)
        if proposal.status not in (Status.COMPARED, Status.APPLIED):
            raise Conflict(f"这个工作簿现在是“{proposal.get_status_display()}”，不能应用。")
        rows = ProposalRow.objects.filter(proposal=proposal, fate__in=[Fate.WAITING, Fate.REFUSED])
        wanted = [Outcome.NEW, Outcome.CHANGED, *([Outcome.CONFLICT] if conflicts or chosen is not None else [])]
        rows = rows.filter(outcome__in=wanted)
        if chosen is not None:
            rows = rows.filter(pk__in=chosen)
        count = rows.count()
        if not count:
            raise Invalid("没有选中可以应用的行。", next_step="请先勾选新增、变更或冲突的行。")
        # What is to be done is marked before it is done: whoever goes on after a break finds it.
        rows.update(fate=Fate.LEFT)
        proposal.status, proposal.done = Status.APPLYING, 0
        proposal.save(update_fields=["status", "done"])
        audit.record(
            "catalogue.apply_workbook", actor=actor, target_kind="workbook", target=str(proposal.uid), facts={"rows": count}
        )  # fmt: skip
        if count > FEW:
            _ask(proposal, "apply", actor, at)
    if count <= FEW:
        _apply(proposal, actor, at)
    return count


def _apply(proposal: WorkbookProposal, actor: Actor, at: datetime) -> None:
    note = f"工作簿“{proposal.file_name}”"[:200]
    waiting = ProposalRow.objects.filter(proposal=proposal, fate=Fate.LEFT).order_by("line", "pk")
    for done, row in enumerate(waiting.select_related("base").iterator(chunk_size=200), 1):
        apply_row(row, actor=actor, at=at, note=f"{note}第 {row.line} 行")
        if done % 50 == 0:
            WorkbookProposal.objects.filter(pk=proposal.pk).update(done=done)
    WorkbookProposal.objects.filter(pk=proposal.pk).update(status=Status.APPLIED, applied_at=at)
    proposal.refresh_from_db(fields=["status", "applied_at", "done"])


def undo_workbook(*, actor: Actor, proposal: WorkbookProposal, at: datetime) -> tuple[int, int]:
    """Take back what was taken over and nobody has worked on since; returns (taken back, kept). Raises `Conflict`."""
    require_permission(actor, policies.EDIT)
    proposal = _own(actor, proposal)
    if proposal.status != Status.APPLIED:
        raise Conflict(f"这个工作簿现在是“{proposal.get_status_display()}”，没有可撤回的。")
    rows = list(ProposalRow.objects.filter(proposal=proposal, fate=Fate.APPLIED).order_by("-pk"))
    for row in rows:
        undo_row(row)
    kept = sum(row.fate == Fate.KEPT for row in rows)
    with transaction.atomic():
        WorkbookProposal.objects.filter(pk=proposal.pk).update(status=Status.UNDONE, undone_at=at)
        audit.record(
            "catalogue.undo_workbook", actor=actor, target_kind="workbook", target=str(proposal.uid),
            facts={"undone": len(rows) - kept, "kept": kept},
        )  # fmt: skip
    return len(rows) - kept, kept


@transaction.atomic
def discard_workbook(*, actor: Actor, proposal: WorkbookProposal, at: datetime) -> None:
    """Throw a proposal away of which nothing was taken over."""
    require_permission(actor, policies.EDIT)
    proposal = _own(actor, proposal)
    if proposal.status not in (Status.COMPARED, Status.FAILED, Status.QUEUED):
        raise Conflict("已经应用的工作簿不能放弃，只能撤回。")
    audit.record("catalogue.discard_workbook", actor=actor, target_kind="workbook", target=str(proposal.uid))
    proposal.delete()


def access_workbook(actor: Actor, uid: UUID) -> WorkbookProposal:
    """A proposal of the actor's own, or any for who keeps the whole catalogue; else `NotFound`."""
    found = WorkbookProposal.objects.defer("content").filter(uid=uid).first()
    if found is None or not _is_own(actor, found):
        raise NotFound("没有这个工作簿。", next_step="请从“用 Excel 改”进入。")
    return found


def workbooks_of(actor: Actor) -> Q:
    """The proposals that the actor sees."""
    everything = actor.kind == "system" or any(held.scope == "all" for held in actor.held(policies.EDIT))
    return Q() if everything else Q(actor_uid=actor.uid)


def _is_own(actor: Actor, proposal: WorkbookProposal) -> bool:
    return not workbooks_of(actor) or proposal.actor_uid == actor.uid


def _own(actor: Actor, proposal: WorkbookProposal) -> WorkbookProposal:
    """The proposal, held still where a transaction is open."""
    held = WorkbookProposal.objects.defer("content").filter(pk=proposal.pk)
    if transaction.get_connection().in_atomic_block:
        held = held.select_for_update()
    found = held.first()
    if found is None or not _is_own(actor, found):
        raise NotFound("没有这个工作簿。", next_step="请从“用 Excel 改”进入。")
    return found
