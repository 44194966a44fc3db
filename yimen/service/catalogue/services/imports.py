"""Imports as a person carries them out: check, bring in, have checked, publish, take back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments, outbox
from yimen.ground.kit.refusals import Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.ground.organisations import services as organising
from yimen.service.catalogue import events, policies, search, selectors
from yimen.service.catalogue.importing import applying, undoing
from yimen.service.catalogue.importing.comparing import Outcome, Verdict, compare
from yimen.service.catalogue.importing.mapping import knows_item, knows_material
from yimen.service.catalogue.importing.materials import parse_materials
from yimen.service.catalogue.importing.parsed import ParsedFile
from yimen.service.catalogue.importing.parsing import parse
from yimen.service.catalogue.importing.reading import read_table
from yimen.service.catalogue.models import (
    ImportBatch,
    ImportRow,
    ItemEdition,
    LegalCheck,
    ServiceItem,
    SourceDepartment,
)
from yimen.service.catalogue.refusals import ImportNotPossible, OwnCheck
from yimen.service.catalogue.rules import codes
from yimen.service.catalogue.rules.quality import errors
from yimen.service.catalogue.services.items import map_department
from yimen.service.catalogue.services.publishing import publish_passed
from yimen.service.catalogue.services.texts import tidy

Status = ImportBatch.Status
PUBLISH_CHUNK = 1000


@dataclass(slots=True)
class Counts:
    """What an import did or would do. `rows = new + changed + unchanged + rejected` always."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    warned: int = 0


@dataclass(slots=True)
class Report:
    """The whole answer of a dry run or an import from the command line."""

    counts: Counts
    rejects: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    materials: dict[str, Any] = field(default_factory=dict)
    batch: ImportBatch | None = None


def parse_files(content: bytes, file_name: str, materials: bytes | None, materials_name: str = "") -> ParsedFile:
    """Read a catalogue and its materials; raises `UnreadableFile`. Touches no database."""
    read = parse_materials(read_table(materials, materials_name, knows_material)) if materials else None
    return parse(read_table(content, file_name, knows_item), read)


def dry_run(parsed: ParsedFile) -> Report:
    """What an import would do, without writing anything."""
    verdicts: list[Verdict] = []
    for start in range(0, len(parsed.items), applying.CHUNK):
        verdicts += compare(parsed.items[start : start + applying.CHUNK])
    rejects = [
        {"line": row.line, "code": row.code, "name": row.name, "reasons": list(row.reasons)} for row in parsed.rejected
    ]
    rejects += [
        {"line": v.parsed.line, "code": v.parsed.source_code, "name": v.parsed.values["name"], "reasons": [v.reason]}
        for v in verdicts
        if v.outcome == Outcome.REJECTED
    ]
    counted = [v.outcome for v in verdicts]
    counts = Counts(
        rows=parsed.rows,
        new=counted.count(Outcome.NEW),
        changed=counted.count(Outcome.CHANGED),
        unchanged=counted.count(Outcome.UNCHANGED),
        rejected=len(rejects),
        warned=sum(1 for v in verdicts if v.parsed.warnings),
    )
    warned = [
        {
            "line": v.parsed.line,
            "code": v.parsed.source_code,
            "name": v.parsed.values["name"],
            "warnings": v.parsed.warnings,
        }
        for v in verdicts
        if v.parsed.warnings
    ]
    return Report(counts, sorted(rejects, key=_by_line), warned, list(parsed.messages), _materials_report(parsed))


def _by_line(entry: dict[str, Any]) -> int:
    return int(entry["line"])


def _materials_report(parsed: ParsedFile) -> dict[str, Any]:
    rejects = [
        {"line": row.line, "code": row.code, "name": row.name, "reasons": list(row.reasons)}
        for row in parsed.materials_rejected
    ]
    return {
        "rows": parsed.materials_rows,
        "accepted": parsed.materials_accepted,
        "rejected": len(rejects),
        "rejects": sorted(rejects, key=_by_line),
    }


def import_now(
    *,
    actor: Actor,
    content: bytes,
    file_name: str,
    at: datetime,
    materials: bytes | None = None,
    materials_name: str = "",
) -> Report:
    """Bring a catalogue in at once, as drafts. Raises `NotAllowed`, `UnreadableFile`. Not one transaction but one a chunk."""
    require_permission(actor, policies.IMPORT)
    parsed = parse_files(content, file_name, materials, materials_name)
    batch = _new_batch(actor, parsed, content, file_name, materials, materials_name, at)
    _bring_in(batch, parsed, actor, at)
    report = Report(_counts(batch), batch=batch, messages=batch.messages, materials=_materials_report(parsed))
    for line in selectors.batch_lines(batch).filter(file="items", outcome=Outcome.REJECTED):
        report.rejects.append({"line": line.line, "code": line.code, "name": line.name, "reasons": line.reasons})
    for line in selectors.batch_lines(batch, warned=True):
        report.warnings.append({"line": line.line, "code": line.code, "name": line.name, "warnings": line.warnings})
    return report


@transaction.atomic
def check_import(
    *,
    actor: Actor,
    content: bytes,
    file_name: str,
    at: datetime,
    materials: bytes | None = None,
    materials_name: str = "",
) -> ImportBatch:
    """A dry run that is kept with its lines, to be looked at and then brought in. Raises `NotAllowed`, `UnreadableFile`."""
    require_permission(actor, policies.IMPORT)
    parsed = parse_files(content, file_name, materials, materials_name)
    batch = _new_batch(actor, parsed, content, file_name, materials, materials_name, at)
    applying.preview(batch, parsed)
    _recount(batch)
    batch.save()
    audit.record(
        "catalogue.check_import", actor=actor, target_kind="import", target=str(batch.uid), facts={"rows": batch.rows}
    )
    return batch


def _new_batch(
    actor: Actor,
    parsed: ParsedFile,
    content: bytes,
    file_name: str,
    materials: bytes | None,
    materials_name: str,
    at: datetime,
) -> ImportBatch:
    return ImportBatch.objects.create(
        system="sichuan" if parsed.shape == "guide" else "national",
        file_name=tidy(file_name[-200:], "文件名", 255, field="file", needed=False),
        file_hash=hashlib.sha256(content).hexdigest(),
        content=content,
        materials_name=tidy(materials_name[-200:], "材料文件名", 255, field="materials", needed=False),
        materials_content=materials,
        status=Status.CHECKED,
        messages=parsed.messages,
        actor_uid=actor.uid,
        actor=actor.name,
        created_at=at,
    )


@transaction.atomic
def request_import(*, actor: Actor, batch: ImportBatch, at: datetime) -> ImportBatch:
    """Ask the worker to bring a checked file in."""
    require_permission(actor, policies.IMPORT)
    batch = ImportBatch.objects.select_for_update().defer("content", "materials_content").get(pk=batch.pk)
    if batch.status not in (Status.CHECKED, Status.FAILED):
        raise ImportNotPossible(f"这个批次现在是“{batch.get_status_display()}”，不能再导入。")
    batch.status = Status.QUEUED
    batch.save(update_fields=["status"])
    audit.record("catalogue.request_import", actor=actor, target_kind="import", target=str(batch.uid))
    outbox.publish(events.ImportRequested(batch=batch.uid, actor=actor.uid, account=actor.account_id, at=at))
    return batch


def run_import(*, actor: Actor, batch: ImportBatch, at: datetime) -> ImportBatch:
    """What the worker does for `request_import`; safe to run again: it goes on where it was broken off."""
    batch = ImportBatch.objects.get(pk=batch.pk)
    if batch.status not in (Status.QUEUED, Status.APPLYING) or batch.content is None:
        return batch
    materials = bytes(batch.materials_content) if batch.materials_content is not None else None
    try:
        parsed = parse_files(bytes(batch.content), batch.file_name, materials, batch.materials_name)
    except Refusal as refusal:
        batch.status, batch.messages = Status.FAILED, [*batch.messages, refusal.message]
        batch.save(update_fields=["status", "messages"])
        return batch
    if batch.status == Status.QUEUED:
        with transaction.atomic():
            ImportRow.objects.filter(batch=batch).delete()
            _zero(batch)
            batch.status = Status.APPLYING
            batch.save()
    _bring_in(batch, parsed, actor, at)
    return batch


def _bring_in(batch: ImportBatch, parsed: ParsedFile, actor: Actor, at: datetime) -> None:
    def progress(done: int) -> None:
        ImportBatch.objects.filter(pk=batch.pk).update(done=done)

    ImportBatch.objects.filter(pk=batch.pk).update(status=Status.APPLYING)
    applying.apply(batch, parsed, actor=actor, at=at, progress=progress)
    with transaction.atomic():
        batch.done = parsed.rows
        batch.status, batch.applied_at = Status.APPLIED, at
        batch.content = batch.materials_content = None
        _recount(batch)
        batch.save()
        search.bump_version()
        outbox.publish(events.CheckRequested(at=at))
        audit.record(
            "catalogue.import",
            actor=actor,
            target_kind="import",
            target=str(batch.uid),
            facts={"rows": batch.rows, "new": batch.new, "changed": batch.changed, "rejected": batch.rejected},
        )


def _recount(batch: ImportBatch) -> None:
    """Set the counts of a batch from its lines."""
    lines = ImportRow.objects.filter(batch=batch, file="items")
    found = lines.aggregate(
        **{outcome.value: Count("id", filter=Q(outcome=outcome)) for outcome in Outcome},
        warned=Count("id", filter=~Q(warnings=[])),
    )
    for name, count in found.items():
        setattr(batch, name, count)
    batch.rows = batch.new + batch.changed + batch.unchanged + batch.rejected


def _zero(batch: ImportBatch) -> None:
    batch.rows = batch.new = batch.changed = batch.unchanged = batch.rejected = batch.warned = batch.done = 0


def _counts(batch: ImportBatch) -> Counts:
    return Counts(batch.rows, batch.new, batch.changed, batch.unchanged, batch.rejected, batch.warned)


@transaction.atomic
def discard_import(*, actor: Actor, batch: ImportBatch, at: datetime) -> None:
    """Throw away a checked file that was not brought in."""
    require_permission(actor, policies.IMPORT)
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.status not in (Status.CHECKED, Status.FAILED):
        raise ImportNotPossible("已经导入的批次不能删除，只能撤回。")
    audit.record("catalogue.discard_import", actor=actor, target_kind="import", target=str(batch.uid))
    batch.delete()


@transaction.atomic
def undo_import(*, actor: Actor, batch: ImportBatch, at: datetime) -> undoing.Undone:
    """Take an import back: drafts go, replaced drafts come again. What has been published or changed since stays, with why."""
    require_permission(actor, policies.IMPORT)
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.status != Status.APPLIED:
        raise ImportNotPossible(f"这个批次现在是“{batch.get_status_display()}”，不能撤回。")
    undone = undoing.undo(batch)
    batch.status, batch.undone_at = Status.UNDONE, at
    batch.save(update_fields=["status", "undone_at"])
    search.bump_version()
    audit.record(
        "catalogue.undo_import",
        actor=actor,
        target_kind="import",
        target=str(batch.uid),
        facts={"removed": undone.removed, "restored": undone.restored, "kept": undone.kept},
    )
    return undone


# Publishing a batch


@dataclass(slots=True)
class BatchOutcome:
    """How many editions moved, and why the others did not: (line, code, name, reasons)."""

    moved: int = 0
    refused: list[tuple[int, str, str, list[str]]] = field(default_factory=list)


def pass_batch(*, actor: Actor, batch: ImportBatch, opinion: str, at: datetime) -> BatchOutcome:
    """The legal check (R045) of all drafts of a batch by someone other than who brought it in; those with errors stay drafts.

    The opinion names what the check rests on (for a catalogue published by a higher authority: its notice).
    """
    require_permission(actor, policies.LEGAL_CHECK)
    if batch.actor_uid == actor.uid:
        raise OwnCheck("这个批次是您导入的，不能由您审查。", next_step="请由另一位合法性审查人员审查。")
    opinion = tidy(opinion, "审查意见", 2000, field="opinion", lines=True)
    outcome = BatchOutcome()
    for lines in _chunks(batch, ItemEdition.Status.DRAFT, ItemEdition.Status.LEGAL_CHECK):
        with transaction.atomic():
            _pass(lines, actor, opinion, at, outcome)
    audit.record(
        "catalogue.legal_check_batch",
        actor=actor,
        target_kind="import",
        target=str(batch.uid),
        reason=opinion,
        facts={"passed": outcome.moved, "refused": len(outcome.refused)},
    )
    return outcome


def _pass(lines: Sequence[ImportRow], actor: Actor, opinion: str, at: datetime, outcome: BatchOutcome) -> None:
    editions = _locked(lines)
    day, set_here = moments.day_of(at), selectors.severities()
    passed = []
    for line in lines:
        edition = editions.get(line.edition_id or 0)
        if edition is None:
            continue
        found = errors(selectors.findings(edition, day, set_here))
        if found:
            outcome.refused.append((line.line, line.code, line.name, [finding.message for finding in found]))
        elif policies.may(actor, policies.LEGAL_CHECK, edition.item):
            passed.append(edition)
    LegalCheck.objects.bulk_create(
        LegalCheck(
            edition=edition,
            verdict=LegalCheck.Verdict.PASSED,
            opinion=opinion,
            checker_uid=actor.uid,
            checker=actor.name,
            post=actor.post[:60],
            at=at,
        )
        for edition in passed
    )
    ItemEdition.objects.filter(pk__in=[edition.pk for edition in passed]).update(status=ItemEdition.Status.PASSED)
    outcome.moved += len(passed)


def publish_batch(*, actor: Actor, batch: ImportBatch, at: datetime) -> BatchOutcome:
    """Put every passed edition of a batch in force."""
    require_permission(actor, policies.PUBLISH)
    outcome = BatchOutcome()
    for lines in _chunks(batch, ItemEdition.Status.PASSED):
        with transaction.atomic():
            by_edition = {line.edition_id: line for line in lines}
            editions = [e for e in _locked(lines).values() if policies.may(actor, policies.PUBLISH, e.item)]
            result = publish_passed(editions, actor=actor, at=at)
            outcome.moved += len(result.editions)
            for edition, found in result.refused:
                line = by_edition[edition.pk]
                outcome.refused.append((line.line, line.code, line.name, [finding.message for finding in found]))
    with transaction.atomic():
        ImportBatch.objects.filter(pk=batch.pk).update(published=_published(batch))
        outbox.publish(events.EditionsPublished(batch=batch.uid, count=outcome.moved, at=at))
        audit.record(
            "catalogue.publish_batch",
            actor=actor,
            target_kind="import",
            target=str(batch.uid),
            facts={"published": outcome.moved, "refused": len(outcome.refused)},
        )
    return outcome


def _published(batch: ImportBatch) -> int:
    return ImportRow.objects.filter(batch=batch, edition__status=ItemEdition.Status.PUBLISHED).count()


def _chunks(batch: ImportBatch, *statuses: str) -> list[list[ImportRow]]:
    """The lines of a batch whose editions have one of these statuses, in portions."""
    lines = list(ImportRow.objects.filter(batch=batch, edition__status__in=statuses).order_by("line"))
    return [lines[start : start + PUBLISH_CHUNK] for start in range(0, len(lines), PUBLISH_CHUNK)]


def _locked(lines: Sequence[ImportRow]) -> dict[int, ItemEdition]:
    """The editions of lines, whole, their items locked in the order of their keys."""
    list(ServiceItem.objects.select_for_update().filter(pk__in=[line.item_id for line in lines]).order_by("pk"))
    found = ItemEdition.objects.filter(
        pk__in=[line.edition_id for line in lines], status__in=ItemEdition.open_statuses
    ).order_by("pk")
    return {edition.pk: edition for edition in selectors.whole(found)}


def adopt_departments(*, actor: Actor, batch: ImportBatch, at: datetime) -> tuple[int, list[SourceDepartment]]:
    """Found the departments of a batch that we do not have, where a valid credit code proves that they exist.

    For an installation that takes over a whole catalogue with its departments (the system administrator, or the command
    line). Returns how many were founded, and those left unmatched.
    """
    sources = SourceDepartment.objects.filter(
        unit__isnull=True, items__in=ImportRow.objects.filter(batch=batch).values("item")
    ).distinct()
    founded, left = 0, []
    for source in sources:
        if not codes.valid_credit_code(source.code):
            source.reason = "来源目录没有给出有效的统一社会信用代码，不能据以建部门，请人工对应"
            source.save(update_fields=["reason"])
            left.append(source)
            continue
        with transaction.atomic():
            _adopt(actor, source, at)
        founded += 1
    return founded, left


def _adopt(actor: Actor, source: SourceDepartment, at: datetime) -> None:
    code = source.system.partition(":")[2].ljust(12, "0")
    division = organisations.divisions().filter(code=code).first()
    if division is None:
        item = ServiceItem.objects.filter(source_department=source).order_by("pk").first()
        edition = item.editions.first() if item else None
        name = str(edition.source.get("area_name", "")) if edition else ""
        division = organising.add_division(actor=actor, code=code, name=name[:60] or f"区划 {code[:6]}", at=at)
    held = organisations.departments(division).filter(name=source.name[:100]).first()
    unit = held or organising.create_unit(
        actor=actor,
        kind="department",
        name=source.name[:100],
        division=division,
        credit_code=source.code,
        use_level=str(codes.level_of_division(code) or ""),
        at=at,
    )
    map_department(actor=actor, source=source, department=unit, at=at, reason="按来源目录的统一社会信用代码建立")
