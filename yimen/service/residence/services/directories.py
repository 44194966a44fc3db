"""应进驻事项目录: drafted line by line or from Excel with a diff, published under a document, superseded (R020, R021)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.residence import events, policies, selectors
from yimen.service.residence.models import Directory, DirectoryLine, DirectoryUpload
from yimen.service.residence.services.reading import Read, read_directory

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit
    from yimen.service.catalogue.models import ServiceItem

State = Directory.State


class DirectoryClosed(Conflict):
    """The edition is no longer a draft."""

    code = "directory_closed"


@transaction.atomic
def new_directory(*, actor: Actor, centre: Unit, title: str, at: datetime) -> Directory:
    """Begin the next edition of a centre's directory with the lines of the one in force; raises `Conflict` beside a draft."""
    policies.must(actor, policies.PUBLISH, centre)
    number = (Directory.objects.filter(centre=centre).aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            made = Directory.objects.create(
                centre=centre, number=number, title=tidy(title, "名称", 120, field="title"), made_by=actor.name[:120],
                made_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("已经有一版在编制。", next_step="请打开编制中的那一版继续，或先删除它。") from None
    standing = Directory.objects.filter(centre=centre, state=State.PUBLISHED).first()
    if standing is not None:
        lines = list(standing.lines.all())
        for line in lines:
            line.pk, line.directory = None, made
        DirectoryLine.objects.bulk_create(lines, batch_size=2000)
    _note("residence.new_directory", actor, made)
    return made


@transaction.atomic
def put_line(
    *,
    actor: Actor,
    directory: Directory,
    kind: str,
    at: datetime,
    place: str = "centre",
    item: ServiceItem | None = None,
    department: Unit | None = None,
    base_code: str = "",
    wide_class: str = "",
    note: str = "",
) -> DirectoryLine:
    """Add a line or change the one with the same thing in it."""
    found = _draft(actor, directory)
    read = Read.of(
        kind=kind, item=item, department=department, base_code=base_code, wide_class=wide_class, place=place,
        note=tidy(note, "备注", 300, field="note", needed=False),
    )  # fmt: skip
    line, _new = DirectoryLine.objects.update_or_create(directory=found, key=read.key, defaults=read.columns())
    _note("residence.put_line", actor, found, line=read.key)
    return line


@transaction.atomic
def remove_line(*, actor: Actor, directory: Directory, line_id: int, at: datetime) -> None:
    """Take a line out of a draft."""
    found = _draft(actor, directory)
    gone, _ = DirectoryLine.objects.filter(directory=found, pk=line_id).delete()
    if not gone:
        raise Conflict("这一行刚刚被删掉了。", next_step="请刷新页面再看。")
    _note("residence.remove_line", actor, found, line=line_id)


@transaction.atomic
def check_upload(
    *, actor: Actor, directory: Directory, content: bytes, file_name: str, at: datetime
) -> DirectoryUpload:
    """Read a workbook or CSV for a draft and keep what it says; nothing of the draft changes.

    Raises `UnreadableFile` for what is no table, `Invalid` for one without the needed columns.
    """
    found = _draft(actor, directory)
    read = read_directory(content, file_name)
    made = DirectoryUpload.objects.create(
        directory=found, file_name=file_name[:255], lines=[each.plain() for each in read.lines], problems=read.problems,
        messages=read.messages, made_by=actor.name[:120], made_at=at,
    )  # fmt: skip
    _note("residence.check_upload", actor, found, lines=len(read.lines), problems=len(read.problems))
    return made


@transaction.atomic
def apply_upload(*, actor: Actor, upload: DirectoryUpload, replace: bool, at: datetime) -> int:
    """Write what a checked file says into the draft: with `replace` the file is the whole directory, else it adds and
    changes. Returns how many lines it wrote. What the file cannot mean any more (an item gone) is left out."""
    upload = DirectoryUpload.objects.select_for_update().get(pk=upload.pk)
    found = _draft(actor, upload.directory)
    if upload.applied_at is not None:
        raise Conflict("这份文件已经写入。", next_step="请看目录里的各行。")
    known = set(
        selectors.catalogue_items([line["item"] for line in upload.lines if line["item"]]).values_list("pk", flat=True)
    )
    lines = [line for line in upload.lines if not line["item"] or line["item"] in known]
    keys = {line["key"] for line in lines}
    if replace:
        found.lines.all().delete()
    else:
        found.lines.filter(key__in=keys).delete()
    DirectoryLine.objects.bulk_create(
        (
            DirectoryLine(
                directory=found, key=line["key"], kind=line["kind"], item_id=line["item"], department_id=line["department"],
                base_code=line["base_code"], wide_class=line["wide_class"], name=line["name"], place=line["place"],
                note=line["note"],
            )
            for line in lines
        ),
        batch_size=2000,
    )  # fmt: skip
    upload.applied_at = at
    upload.save(update_fields=["applied_at"])
    _note("residence.apply_upload", actor, found, lines=len(lines), replace=replace)
    return len(lines)


@transaction.atomic
def publish_directory(
    *, actor: Actor, directory: Directory, document_number: str, document_on: date, at: datetime
) -> Directory:
    """Publish a draft under its document (发文); the edition in force is superseded from that day."""
    found = _draft(actor, directory)
    if not found.lines.exists():
        raise Invalid("目录还是空的，不能公布。", next_step="请先写入要进驻的事项。")
    if document_on > day_of(at):
        raise Invalid("印发日期在今天之后。", fields={"document_on": "印发日期不能晚于今天。"})
    number = tidy(document_number, "文号", 60, field="document_number")
    standing = Directory.objects.select_for_update().filter(centre=found.centre_id, state=State.PUBLISHED).first()
    if standing is not None:
        if standing.document_on and document_on < standing.document_on:
            raise Invalid("印发日期早于现行目录。", fields={"document_on": "不能早于现行目录的印发日期。"})
        standing.state, standing.superseded_on = State.SUPERSEDED, document_on
        standing.save(update_fields=["state", "superseded_on"])
    found.state, found.document_number, found.document_on = State.PUBLISHED, number, document_on
    found.published_at, found.published_by = at, actor.name[:120]
    found.save(update_fields=["state", "document_number", "document_on", "published_at", "published_by"])
    _note("residence.publish_directory", actor, found, number=number)
    outbox.publish(events.DirectoryPublished(directory=found.pk, at=at))
    return found


@transaction.atomic
def discard_directory(*, actor: Actor, directory: Directory, at: datetime) -> None:
    """Throw a draft away."""
    found = _draft(actor, directory)
    _note("residence.discard_directory", actor, found)
    found.delete()


def _draft(actor: Actor, directory: Directory) -> Directory:
    policies.must(actor, policies.PUBLISH, directory.centre)
    found = Directory.objects.select_for_update(of=("self",)).filter(pk=directory.pk).first()
    if found is None or found.state != State.DRAFT:
        raise DirectoryClosed("这一版目录已经公布或删除，不能再改。", next_step="要改请起草新的一版。")
    return found


def _note(action: str, actor: Actor, directory: Directory, **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="directory", target=str(directory.pk), facts=facts)
