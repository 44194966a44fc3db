"""The verbs of all registers: record, note, send a notice of supervision, close, take back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.documents.services import issue_letter
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.kit.text import clean_text
from yimen.watch.efficiency import policies, rules
from yimen.watch.efficiency.models import Entry, EntryNote, SettingRow
from yimen.watch.efficiency.registers import NOTICE, REGISTERS, Register
from yimen.watch.efficiency.selectors.common import own_unit
from yimen.watch.efficiency.services.common import next_code

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit


class NotInRegister(Invalid):
    """What was filled in does not fit the register."""

    code = "not_in_register"


class EntryOver(Conflict):
    """The entry was closed or taken back."""

    code = "entry_over"


@transaction.atomic
def record_entry(
    *, actor: Actor, register: str, on_date: date, title: str, at: datetime, unit: Unit | None = None, text: str = "",
    details: Mapping[str, Any] | None = None, stage: str = "", linked_code: str = "", due_on: date | None = None,
    files: Sequence[StoredFile] = (),
) -> Entry:  # fmt: skip
    """Record one entry. Raises `NotInRegister`, `NotAllowed`."""
    kind = _register(register)
    place = unit if unit is not None else own_unit(actor)
    policies.require(actor, policies.MANAGE, place.pk, place.division_id)
    if unit is None and kind.unit_needed:
        raise NotInRegister(f"请选择{kind.unit_label}。", fields={"unit": "请选择"})
    if on_date > day_of(at) and not kind.due:
        raise NotInRegister(f"{kind.day_label}不能晚于今天。", fields={"on_date": "不能晚于今天"})
    if kind.due and due_on is None:
        raise NotInRegister("请填完成期限。", fields={"due_on": "请填写"})
    if stage and stage not in dict(kind.stages):
        raise NotInRegister("没有这个进展。", fields={"stage": "请重新选择"})
    entry = Entry.objects.create(
        register=register, number=next_code(kind.prefix, place.division_id, at), unit=unit,
        division=place.division_id, on_date=on_date, title=tidy(title, kind.title_label, 200, field="title"),
        text=clean_text(text, label=kind.text_label, limit=4000), details=_details(kind, details or {}),
        stage=stage or (kind.stages[0][0] if kind.stages else ""), linked_code=linked_code.strip()[:60], due_on=due_on,
        recorded_by=actor.name, recorded_account_id=actor.account_id, recorded_at=at,
    )  # fmt: skip
    if files:
        entry.files.set(files)
    _record("record_entry", actor, entry)
    return entry


@transaction.atomic
def note_entry(*, entry: Entry, actor: Actor, kind: str, text: str, at: datetime, stage: str = "") -> EntryNote:
    """Add what happened since: progress, a problem, an urging, a dispatch; may move the stage."""
    register = _register(entry.register)
    held = _held(entry, actor)
    if kind not in dict(register.notes):
        raise NotInRegister("没有这种续记。", fields={"kind": "请重新选择"})
    if stage and stage not in dict(register.stages):
        raise NotInRegister("没有这个进展。", fields={"stage": "请重新选择"})
    text = clean_text(text, label="内容", limit=4000)
    if not text:
        raise NotInRegister("请写明内容。", fields={"text": "请填写"})
    note = EntryNote.objects.create(entry=held, kind=kind, stage=stage, text=text, author=actor.name, written_at=at)
    if stage:
        held.stage = stage
        held.save(update_fields=["stage"])
    _record("note_entry", actor, entry)
    return note


@transaction.atomic
def issue_notice(*, entry: Entry, actor: Actor, text: str, at: datetime) -> EntryNote:
    """监察通知 (R230): a letter to the command post of a project, else to the responsible unit."""
    held = _held(entry, actor)
    if held.unit is None or held.register != "project":
        raise NotInRegister("只有重点项目监察可以发监察通知。")
    text = clean_text(text, label="通知内容", limit=3000)
    if not text:
        raise NotInRegister("请写明通知内容。", fields={"text": "请填写"})
    issuer = own_unit(actor)
    receiver = str(held.details.get("command") or "") or held.unit.name
    letter = issue_letter(
        kind="supervision_notice", series=f"{issuer.short_name or issuer.name}监通", matter_code=held.number, actor=actor,
        at=at, seal_id=None,
        facts={
            "department": issuer.name, "applicant": receiver, "applicant_kind": "legal", "item": held.title,
            "phone": issuer.phone,
            "paragraphs": [f"经研究，决定对“{held.title}”的效能问题实施动态监察。", text, "请予以配合。"],
        },
    )  # fmt: skip
    note = EntryNote.objects.create(
        entry=held, kind=NOTICE, text=f"{letter.number} 发{receiver}：{text}", letter_code=letter.code, author=actor.name,
        written_at=at,
    )  # fmt: skip
    _record("issue_notice", actor, entry)
    return note


@transaction.atomic
def close_entry(*, entry: Entry, actor: Actor, text: str, at: datetime) -> Entry:
    """了结, with what came of it."""
    held = _held(entry, actor)
    text = clean_text(text, label="结果", limit=4000)
    if not text:
        raise NotInRegister("请写明结果。", fields={"text": "请填写"})
    EntryNote.objects.create(entry=held, kind="close", text=text, author=actor.name, written_at=at)
    held.closed_at = at
    held.save(update_fields=["closed_at"])
    _record("close_entry", actor, entry)
    return held


@transaction.atomic
def withdraw_entry(*, entry: Entry, actor: Actor, reason: str, at: datetime) -> Entry:
    """Entered by mistake: struck out with the reason, still readable, counted nowhere."""
    held = _held(entry, actor, closed_too=True)
    held.withdrawn_at, held.withdrawn_why = at, tidy(reason, "撤销原因", 300, field="reason")
    held.save(update_fields=["withdrawn_at", "withdrawn_why"])
    _record("withdraw_entry", actor, entry)
    return held


@transaction.atomic
def set_settings(*, actor: Actor, given: Mapping[str, int], at: datetime) -> None:
    """Set the place's numbers; what runs keeps the limit it began with. Raises `Invalid`, `NotAllowed`."""
    if actor.kind != "system" and not any(held.scope in ("division", "all") for held in actor.held(policies.MANAGE)):
        raise NotAllowed("只有效能监督机构可以设定期限。")
    wrong = {
        key: f"{rules.SETTINGS[key].least} 到 {rules.SETTINGS[key].most}"
        for key, value in given.items()
        if not rules.SETTINGS[key].least <= value <= rules.SETTINGS[key].most
    }
    if wrong:
        raise Invalid("有的数字不合适。", next_step="请改正标出的几项。", fields=wrong)
    for key, value in given.items():
        SettingRow.objects.update_or_create(
            key=key, defaults={"value": value, "changed_at": at, "changed_by": actor.name}
        )
    audit.record("efficiency.set_setting", actor=actor, facts=dict(given))


def _register(key: str) -> Register:
    try:
        return REGISTERS[key]
    except KeyError:
        raise NotInRegister("没有这个登记簿。", next_step="请从菜单进入。") from None


def _held(entry: Entry, actor: Actor, *, closed_too: bool = False) -> Entry:
    """The entry, held until the transaction ends, if the actor may change it and it is still open."""
    held = Entry.objects.select_for_update().get(pk=entry.pk)
    policies.require(actor, policies.MANAGE, held.unit_id or 0, held.division)
    if held.withdrawn_at is not None or (held.closed_at is not None and not closed_too):
        raise EntryOver("这条登记已经了结或撤销。", next_step="有新的情况请另行登记。")
    return held


def _details(kind: Register, given: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for field in kind.fields:
        value = given.get(field.name)
        if value in (None, ""):
            if field.needed:
                raise NotInRegister(f"请填写{field.label}。", fields={field.name: "请填写"})
            continue
        if field.kind == "choice" and str(value) not in dict(field.choices):
            raise NotInRegister(f"{field.label}没有这一项。", fields={field.name: "请重新选择"})
        if field.kind in ("line", "text"):
            value = clean_text(str(value), label=field.label, limit=2000)
        kept[field.name] = value
    return kept


def _record(action: str, actor: Actor, entry: Entry) -> None:
    audit.record(
        f"efficiency.{action}",
        actor=actor,
        target_kind="entry",
        target=entry.number,
        facts={"register": entry.register},
    )


__all__ = [
    "EntryOver",
    "NotInRegister",
    "close_entry",
    "issue_notice",
    "note_entry",
    "record_entry",
    "set_settings",
    "withdraw_entry",
]
