"""Editions until they are in force: drawn up, saved, submitted, checked by someone else (R045)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import Any

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.catalogue import checking, policies, selectors
from yimen.service.catalogue.importing.applying import copied_materials
from yimen.service.catalogue.models import EditionMaterial, FormDefinition, ItemEdition, LegalCheck, ServiceItem
from yimen.service.catalogue.refusals import EditionMoved, EditionNotOpen, NotPublishable, OwnCheck
from yimen.service.catalogue.rules import questions
from yimen.service.catalogue.rules.quality import errors
from yimen.service.catalogue.services.items import reindex
from yimen.service.catalogue.services.texts import tidy
from yimen.service.catalogue.services.writing import MaterialValues as MaterialValues
from yimen.service.catalogue.services.writing import put, replace_materials, settle_limits

Status = ItemEdition.Status


@transaction.atomic
def new_edition(*, actor: Actor, item: ServiceItem, at: datetime, change_note: str = "") -> ItemEdition:
    """A draft that begins as a copy of the edition in force; raises `Conflict` while another draft is open."""
    policies.must(actor, policies.EDIT, item)
    item = ServiceItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if item.status == ServiceItem.Status.CANCELLED:
        raise Conflict("事项已经取消，不能再编制新版本。")
    if ItemEdition.objects.filter(item=item, status__in=ItemEdition.open_statuses).exists():
        raise Conflict("已经有一个没有发布的版本。", next_step="请先把它发布或作废。")
    source = item.current or ItemEdition.objects.filter(item=item).order_by("-number").first()
    return begin_edition(item=item, source=source, actor=actor, at=at, change_note=change_note)


def begin_edition(
    *, item: ServiceItem, source: ItemEdition | None, actor: Actor, at: datetime, change_note: str = ""
) -> ItemEdition:
    """A draft that begins as a copy of `source`, in the open transaction, whose caller holds the item and asked who may."""
    item.latest_number += 1
    item.save(update_fields=["latest_number"])
    edition = source if source is not None else ItemEdition(name=item.name, kind=item.kind)
    old = edition.pk
    edition = copy(edition)
    edition.pk = None
    edition._state.adding = True
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
            put(edition, name, value)
        except Invalid as problem:
            problems |= problem.fields or {name: problem.message}
    settle_limits(edition, problems)
    if problems:
        raise Invalid(f"有 {len(problems)} 处要改。", next_step="请按提示改正后再保存。", fields=problems)
    edition.version += 1
    edition.edited_at = at
    edition.author_uid, edition.author = actor.uid, actor.name
    edition.save()
    if materials is not None:
        replace_materials(edition, materials)
    if edition.item.current_id is None:
        edition.item.name, edition.item.kind = edition.name, edition.kind
    edition.item.changed_at = at
    edition.item.save(update_fields=["name", "kind", "changed_at"])
    if edition.item.current_id is None:
        reindex([edition.item_id])
    checking.keep([edition.pk], at)
    _note("catalogue.save_edition", actor, edition)
    return edition


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
