"""Editions until they are in force: drawn up, saved, submitted, checked by someone else (R045)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.catalogue import policies, selectors
from yimen.service.catalogue.importing.applying import copied_materials
from yimen.service.catalogue.models import EditionMaterial, FormDefinition, ItemEdition, LegalCheck, ServiceItem
from yimen.service.catalogue.refusals import EditionMoved, EditionNotOpen, NotPublishable, OwnCheck
from yimen.service.catalogue.rules import conditions, limits, questions
from yimen.service.catalogue.rules.quality import errors
from yimen.service.catalogue.rules.vocabulary import (
    CaseKind,
    Channel,
    ItemKind,
    LimitSource,
    LimitUnit,
    Necessity,
    ServiceObject,
)
from yimen.service.catalogue.services.items import reindex
from yimen.service.catalogue.services.texts import tidy

Status = ItemEdition.Status

TEXTS: dict[str, int] = {
    "name": 1000,
    "sub_item_name": 300,
    "main_item_name": 300,
    "short_name": 200,
    "daily_name": 200,
    "content": 4000,
    "legal_basis": 8000,
    "conditions": 8000,
    "legal_limit_basis": 300,
    "fee_basis": 4000,
    "fee_standard": 4000,
    "visits_reason": 300,
    "online_depth": 20,
    "consult_phone": 1000,
    "complaint_phone": 1000,
    "place": 1000,
    "hours": 300,
    "review_body": 300,
    "suit_court": 300,
    "co_departments": 500,
    "change_note": 300,
}
"""Text elements an editor may write, with their longest length."""

_WORDS: dict[str, type] = {"kind": ItemKind, "case_kind": CaseKind}
_LISTS: dict[str, type | None] = {"service_objects": ServiceObject, "channels": Channel, "themes": None}
_RECORDS: dict[str, tuple[str, ...]] = {
    "results": ("name", "kind"),
    "fees": ("name", "amount", "basis"),
    "special_procedures": ("name", "limit", "unit", "basis"),
    "steps": ("name", "text"),
    "questions": ("question", "answer"),
}
_FLAGS = ("fee", "delivery_by_post")
MOST_RECORDS = 60
MOST_MATERIALS = 200


@dataclass(frozen=True, slots=True)
class MaterialValues:
    """One material as an editor writes it; fields as in `EditionMaterial`."""

    name: str
    necessity: str = "required"
    condition: list[Any] = field(default_factory=list)
    condition_text: str = ""
    originals: int | None = None
    copies: int | None = None
    format: str = "either"
    source_channel: str = ""
    exempt: bool = False
    basis: str = ""
    note: str = ""
    template_url: str = ""
    sample_url: str = ""
    standard_id: int | None = None


@transaction.atomic
def new_edition(*, actor: Actor, item: ServiceItem, at: datetime, change_note: str = "") -> ItemEdition:
    """A draft that begins as a copy of the edition in force; raises `Conflict` while another draft is open."""
    policies.must(actor, policies.EDIT, item)
    item = ServiceItem.objects.select_for_update(of=("self",)).select_related("current").get(pk=item.pk)
    if item.status == ServiceItem.Status.CANCELLED:
        raise Conflict("事项已经取消，不能再编制新版本。")
    if ItemEdition.objects.filter(item=item, status__in=ItemEdition.open_statuses).exists():
        raise Conflict("已经有一个没有发布的版本。", next_step="请先把它发布或作废。")
    item.latest_number += 1
    item.save(update_fields=["latest_number"])
    edition = item.current or ItemEdition.objects.filter(item=item).order_by("-number").first()
    if edition is None:
        edition = ItemEdition(name=item.name, kind=item.kind)
    old = edition.pk
    edition.pk = None
    edition.uid = ItemEdition._meta.get_field("uid").get_default()
    edition.item, edition.number, edition.status = item, item.latest_number, Status.DRAFT
    edition.origin, edition.version = ItemEdition.Origin.MANUAL, 0
    edition.effective_on = edition.retired_on = edition.published_at = edition.edited_at = None
    edition.published_by, edition.change_note = "", change_note[:300]
    edition.author_uid, edition.author, edition.created_at = actor.uid, actor.name, at
    edition.save(force_insert=True)
    if old:
        EditionMaterial.objects.bulk_create(copied_materials(old, edition.pk))
    _note("catalogue.new_edition", actor, edition)
    return edition


@transaction.atomic
def save_edition(
    *,
    actor: Actor,
    edition: ItemEdition,
    values: Mapping[str, Any],
    materials: Sequence[MaterialValues] | None = None,
    expected_version: int | None = None,
    at: datetime,
) -> ItemEdition:
    """Save elements of a draft. `values` holds any of the editable elements; `materials` replaces the list when given.

    A limit is given as (`legal_limit`, `legal_unit`); a licence without one gets the 20 working days of art. 42. Raises
    `Invalid` with the fields, `EditionNotOpen`, `EditionMoved` when somebody else saved since `expected_version`.
    """
    edition = _locked(edition)
    policies.must(actor, policies.EDIT, edition.item)
    _must_be(edition, Status.DRAFT)
    if expected_version is not None and expected_version != edition.version:
        raise EditionMoved("您打开之后，别人改过这个草稿。", next_step="请重新打开，核对后再改。")
    problems: dict[str, str] = {}
    for name, value in values.items():
        try:
            _set(edition, name, value)
        except Invalid as problem:
            problems |= problem.fields or {name: problem.message}
    _settle_limits(edition, problems)
    if problems:
        raise Invalid(f"有 {len(problems)} 处要改。", next_step="请按提示改正后再保存。", fields=problems)
    edition.version += 1
    edition.edited_at = at
    edition.author_uid, edition.author = actor.uid, actor.name
    edition.save()
    if materials is not None:
        _replace_materials(edition, materials)
    if edition.item.current_id is None:
        edition.item.name, edition.item.kind = edition.name, edition.kind
    edition.item.changed_at = at
    edition.item.save(update_fields=["name", "kind", "changed_at"])
    if edition.item.current_id is None:
        reindex([edition.item_id])
    _note("catalogue.save_edition", actor, edition)
    return edition


def element_label(name: str) -> str:
    """What an element is called, in Chinese."""
    return str(getattr(ItemEdition._meta.get_field(name), "verbose_name", name))


def _set(edition: ItemEdition, name: str, value: Any) -> None:
    """Put one element in, checked; raises `Invalid`."""
    label = element_label(name)
    if name in TEXTS:
        text = value if isinstance(value, str) else ""
        setattr(edition, name, tidy(text, label, TEXTS[name], field=name, needed=name == "name", lines=name != "name"))
    elif name in _WORDS:
        if value not in _WORDS[name].labels():  # type: ignore[attr-defined]  # each is a Word
            raise Invalid(f"请选择“{label}”。", fields={name: f"请选择“{label}”。"})
        setattr(edition, name, value)
    elif name in _LISTS:
        setattr(edition, name, _list(name, label, value))
    elif name in _RECORDS:
        setattr(edition, name, _records(name, label, value))
    elif name in _FLAGS:
        setattr(edition, name, value if isinstance(value, bool) else None)
    elif name in ("legal_limit", "promise_limit", "visits"):
        setattr(edition, name, _count(name, label, value))
    elif name in ("legal_unit", "promise_unit"):
        setattr(edition, name, value if value in LimitUnit.labels() else "")
    elif name == "form":
        edition.form = value if isinstance(value, FormDefinition) else None
    elif name in ("procedure", "procedure_version"):
        setattr(edition, name, value)
    else:
        raise Invalid(f"没有“{name}”这个要素。")


def _list(name: str, label: str, value: Any) -> list[str]:
    parts = [str(part).strip() for part in value or [] if str(part).strip()]
    known = _LISTS[name]
    if known is not None and any(part not in known.labels() for part in parts):  # type: ignore[attr-defined]
        raise Invalid(f"“{label}”里有不在选项中的内容。", fields={name: "请从选项中选择。"})
    return [tidy(part, label, 60, field=name) for part in dict.fromkeys(parts)][:40]


def _records(name: str, label: str, value: Any) -> list[dict[str, str]]:
    rows = []
    for record in (value or [])[:MOST_RECORDS]:
        row = {
            key: tidy(str(record.get(key) or ""), label, 2000, field=name, needed=False, lines=True)
            for key in _RECORDS[name]
        }
        if any(row.values()):
            if not row[_RECORDS[name][0]]:
                raise Invalid(f"“{label}”有一行没有写名称。", fields={name: "有一行没有写名称。"})
            rows.append(row)
    return rows


def _count(name: str, label: str, value: Any) -> int | None:
    if value in (None, ""):
        return None
    text = str(value).strip()
    most = 99 if name == "visits" else limits.LONGEST
    if not (text.isascii() and text.isdigit()) or int(text[:6]) > most or len(text) > 6:
        message = f"“{label}”应是 0 到 {most} 的整数。"
        raise Invalid(message, fields={name: message})
    return int(text)


def _settle_limits(edition: ItemEdition, problems: dict[str, str]) -> None:
    """Number and unit go together; a licence without a limit gets the statutory default, and says so."""
    for name in ("legal", "promise"):
        number, unit = getattr(edition, f"{name}_limit"), getattr(edition, f"{name}_unit")
        if number is None:
            setattr(edition, f"{name}_unit", "")
        elif not unit:
            problems[f"{name}_unit"] = "请选择时限的单位：工作日还是自然日。"
    if edition.legal_limit is None:
        kind = next((each for each in ItemKind if str(each) == edition.kind), ItemKind.PUBLIC_SERVICE)
        legal = limits.legal_limit(kind, None)
        if legal.limit is not None:
            edition.legal_limit, edition.legal_unit = legal.limit.number, str(legal.limit.unit)
            edition.legal_limit_basis = legal.basis
        edition.legal_source = str(legal.source)
    elif edition.legal_limit_basis != limits.ART_42:
        edition.legal_source = str(LimitSource.STATED)


def _replace_materials(edition: ItemEdition, materials: Sequence[MaterialValues]) -> None:
    if len(materials) > MOST_MATERIALS:
        raise Invalid(f"材料最多 {MOST_MATERIALS} 份。")
    rows = []
    for order, given in enumerate(materials, 1):
        values = asdict(given)
        where = f"materials.{order}"
        for name, label, most in (
            ("name", "材料名称", 500),
            ("condition_text", "何时需要", 300),
            ("source_channel", "来源渠道", 200),
            ("basis", "依据", 500),
            ("note", "填报须知", 500),
            ("template_url", "空白表", 300),
            ("sample_url", "样表", 300),
        ):
            values[name] = tidy(values[name], f"第 {order} 份材料的{label}", most, field=where, needed=name == "name")
        if given.necessity not in Necessity.labels():
            raise Invalid(f"请选择第 {order} 份材料的必要性。", fields={where: "请选择必要性。"})
        if given.format not in EditionMaterial.Format.values:
            raise Invalid(f"请选择第 {order} 份材料的形式。", fields={where: "请选择形式。"})
        try:
            conditions.check(given.condition)
        except conditions.ConditionProblem as problem:
            raise Invalid(f"第 {order} 份材料：{problem}。", fields={where: str(problem)}) from None
        rows.append(EditionMaterial(edition=edition, order=order, **values))
    EditionMaterial.objects.filter(edition=edition).delete()
    EditionMaterial.objects.bulk_create(rows)


@transaction.atomic
def save_form(*, actor: Actor, edition: ItemEdition, definition: Mapping[str, Any], at: datetime) -> FormDefinition:
    """Give a draft its form. A locked or shared form is left alone and a new version made. Raises `Invalid` with findings."""
    edition = _locked(edition)
    policies.must(actor, policies.EDIT, edition.item)
    _must_be(edition, Status.DRAFT)
    try:
        form = questions.read_form(definition)
    except questions.FormProblem as problem:
        fields = {f"form.{number}": finding for number, finding in enumerate(problem.findings, 1)}
        raise Invalid(f"表单有 {len(problem.findings)} 处要改。", fields=fields) from None
    schema = form.model_dump(mode="json", exclude_defaults=True)
    held = edition.form
    if held is not None and held.locked_at is None and held.editions.count() == 1:
        held.title, held.schema, held.made_by, held.made_at = form.title, schema, actor.name, at
        held.save()
    else:
        key = held.key if held is not None else edition.item.code
        newest = FormDefinition.objects.filter(key=key).order_by("-version").first()
        held = FormDefinition.objects.create(
            key=key,
            version=newest.version + 1 if newest else 1,
            title=form.title,
            schema=schema,
            made_by=actor.name,
            made_at=at,
        )
        edition.form = held
    edition.version += 1
    edition.edited_at = at
    edition.save(update_fields=["form", "version", "edited_at"])
    _note("catalogue.save_form", actor, edition, form=f"{held.key}/{held.version}")
    return held


@transaction.atomic
def submit_for_legal_check(*, actor: Actor, edition: ItemEdition, at: datetime) -> ItemEdition:
    """Hand a draft to the legal check; raises `NotPublishable` while errors stand against it."""
    edition = _locked(edition)
    policies.must(actor, policies.EDIT, edition.item)
    _must_be(edition, Status.DRAFT)
    found = errors(selectors.findings(edition, moments.day_of(at)))
    if found:
        raise NotPublishable(found)
    return _move(edition, Status.LEGAL_CHECK, "catalogue.submit_for_legal_check", actor)


@transaction.atomic
def recall_edition(*, actor: Actor, edition: ItemEdition, at: datetime) -> ItemEdition:
    """Take an edition back from the legal check, or after it, to change it."""
    edition = _locked(edition)
    policies.must(actor, policies.EDIT, edition.item)
    _must_be(edition, Status.LEGAL_CHECK, Status.PASSED)
    return _move(edition, Status.DRAFT, "catalogue.recall_edition", actor)


@transaction.atomic
def decide_legal_check(*, actor: Actor, edition: ItemEdition, passed: bool, opinion: str, at: datetime) -> ItemEdition:
    """The verdict of the legality review (R045). Nobody checks what they wrote; returning needs an opinion."""
    edition = _locked(edition)
    policies.must(actor, policies.LEGAL_CHECK, edition.item)
    _must_be(edition, Status.LEGAL_CHECK)
    if edition.author_uid == actor.uid:
        raise OwnCheck("您是这个版本的编制人，不能审查自己编制的内容。", next_step="请由另一位合法性审查人员审查。")
    opinion = tidy(opinion, "审查意见", 2000, field="opinion", needed=not passed, lines=True)
    verdict = LegalCheck.Verdict.PASSED if passed else LegalCheck.Verdict.RETURNED
    LegalCheck.objects.create(
        edition=edition,
        verdict=verdict,
        opinion=opinion or "未发现违反法律、法规、规章之处。",
        checker_uid=actor.uid,
        checker=actor.name,
        post=actor.post[:60],
        at=at,
    )
    return _move(edition, Status.PASSED if passed else Status.DRAFT, f"catalogue.legal_check_{verdict.value}", actor)


@transaction.atomic
def discard_draft(*, actor: Actor, edition: ItemEdition, reason: str, at: datetime) -> ItemEdition:
    """Give up an edition that is not in force; it stays to be read, marked 已作废."""
    edition = _locked(edition)
    policies.must(actor, policies.EDIT, edition.item)
    _must_be(edition, *ItemEdition.open_statuses)
    edition.change_note = tidy(reason, "作废原因", 300, field="reason")
    edition.save(update_fields=["change_note"])
    return _move(edition, Status.WITHDRAWN, "catalogue.discard_draft", actor)


def _locked(edition: ItemEdition) -> ItemEdition:
    found = ItemEdition.objects.select_for_update(of=("self",)).filter(pk=edition.pk)
    return selectors.whole(found).get()


def _must_be(edition: ItemEdition, *statuses: str) -> None:
    if edition.status not in statuses:
        raise EditionNotOpen(
            f"这个版本现在是“{edition.get_status_display()}”，不能这样做。",
            next_step="请刷新页面，看看它办到了哪一步。",
        )


def _move(edition: ItemEdition, to: str, action: str, actor: Actor) -> ItemEdition:
    edition.status = to
    edition.version += 1
    edition.save(update_fields=["status", "version"])
    _note(action, actor, edition)
    return edition


def _note(action: str, actor: Actor, edition: ItemEdition, **facts: object) -> None:
    audit.record(
        action,
        actor=actor,
        target_kind="item",
        target=edition.item.code,
        facts={"edition": edition.number, "uid": edition.uid, **facts},
    )
