"""The standardisation programme: standards planned, issued, kept, checked, mended (R047)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.catalogue.services.texts import tidy
from yimen.service.reform import policies
from yimen.service.reform.models import Standard, StandardCheck
from yimen.service.reform.rules import CheckResult, StandardField

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit, Window


@transaction.atomic
def plan_standard(
    *,
    actor: Actor,
    field: str,
    title: str,
    responsible: Unit,
    due_on: date,
    at: datetime,
    content: str = "",
    before: Standard | None = None,
) -> Standard:
    """Plan a standard, or the next edition of one that is issued. Raises `NotAllowed`, `Invalid`, `Conflict`."""
    require_permission(actor, policies.STANDARDS)
    if field not in StandardField.labels():
        raise Invalid("请选择领域。", fields={"field": "请选择领域。"})
    if before is not None and before.issued_on is None:
        raise Conflict("上一版还没有发布。", next_step="请先发布它。")
    try:
        with transaction.atomic():
            made = Standard.objects.create(
                field=field,
                title=tidy(title, "标准名称", 200, field="title"),
                edition=before.edition + 1 if before else 1,
                before=before,
                responsible=responsible,
                due_on=due_on,
                content=tidy(content, "主要内容", 4000, field="content", needed=False, lines=True),
                author=actor.name,
                created_at=at,
            )
    except IntegrityError:
        problem = "这个标准的这一版已经登记。"
        raise Conflict(problem, fields={"title": problem}) from None
    _note("reform.save_standard", actor, made)
    return made


@transaction.atomic
def issue_standard(*, actor: Actor, standard: Standard, document: str, issued_on: date, at: datetime) -> Standard:
    """A planned standard is issued; the edition before ends that day."""
    require_permission(actor, policies.STANDARDS)
    held = Standard.objects.select_for_update(of=("self",)).get(pk=standard.pk)
    if held.issued_on is not None:
        raise Conflict("这个标准已经发布。")
    if issued_on > moments.day_of(at):
        raise Invalid("发布日期不能在今天之后。", fields={"issued_on": "发布日期不能在今天之后。"})
    held.document, held.issued_on = tidy(document, "发布文号", 100, field="document"), issued_on
    held.save(update_fields=["document", "issued_on"])
    if held.before is not None and held.before.ended_on is None:
        held.before.ended_on = issued_on
        held.before.save(update_fields=["ended_on"])
    _note("reform.issue_standard", actor, held)
    return held


@transaction.atomic
def check_standard(
    *,
    actor: Actor,
    standard: Standard,
    unit: Unit,
    result: str,
    checked_on: date,
    at: datetime,
    window: Window | None = None,
    finding: str = "",
    due_on: date | None = None,
) -> StandardCheck:
    """Enter how a unit or window keeps a standard; what is not met needs the finding and the day by which it is mended."""
    require_permission(actor, policies.STANDARDS)
    if standard.issued_on is None or checked_on < standard.issued_on:
        raise Conflict("标准发布以后才能检查。")
    if checked_on > moments.day_of(at):
        raise Invalid("检查日期不能在今天之后。", fields={"checked_on": "检查日期不能在今天之后。"})
    if result not in CheckResult.labels():
        raise Invalid("请选择结果。", fields={"result": "请选择结果。"})
    met = result == CheckResult.MET
    if not met and due_on is None:
        raise Invalid("请写明整改期限。", fields={"due_on": "请写明整改期限。"})
    if due_on is not None and due_on < checked_on:
        raise Invalid("整改期限不能早于检查日期。", fields={"due_on": "不能早于检查日期。"})
    made = StandardCheck.objects.create(
        standard=standard,
        unit=unit,
        window=window,
        checked_on=checked_on,
        result=result,
        finding=tidy(finding, "发现的问题", 300, field="finding", needed=not met),
        due_on=None if met else due_on,
        author=actor.name,
        created_at=at,
    )
    _note("reform.check_standard", actor, standard, result=result)
    return made


@transaction.atomic
def mend(*, actor: Actor, check: StandardCheck, note: str, on: date, at: datetime) -> StandardCheck:
    """What was found has been mended."""
    require_permission(actor, policies.STANDARDS)
    held = StandardCheck.objects.select_for_update(of=("self",)).get(pk=check.pk)
    if held.result == CheckResult.MET or held.mended_on is not None:
        raise Conflict("这次检查没有要整改的。")
    if not held.checked_on <= on <= moments.day_of(at):
        problem = "完成日期应在检查日期和今天之间。"
        raise Invalid(problem, fields={"on": problem})
    held.mended_on, held.mended_note = on, tidy(note, "整改情况", 300, field="note")
    held.save(update_fields=["mended_on", "mended_note"])
    _note("reform.mend_standard", actor, held.standard)
    return held


def _note(action: str, actor: Actor, standard: Standard, **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="standard", target=str(standard.uid), facts=facts)
