"""特办件 (R056) and 绿色通道 (R075): declared with a reason by those who may, marked everywhere, taken back the same way."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.matters.services import Taken, take_step
from yimen.service.cases.events import CaseExpedited
from yimen.service.cases.marks import with_mark, without_mark
from yimen.service.cases.models import Case, CaseMark, PathTerms, PriorityProject
from yimen.service.cases.policies import may_set_up
from yimen.service.cases.selectors_paths import path_terms
from yimen.service.cases.services.open_case import OpenCase, open_case

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


class MarkedAlready(Conflict):
    """The case has this mark."""

    code = "marked_already"


class NotMarked(Conflict):
    """The case does not have this mark."""

    code = "not_marked"


class NoSuchProject(Invalid):
    """The green channel is for registered projects alone."""

    code = "no_such_project"


class ProjectKnown(Conflict):
    """A project of this number is registered."""

    code = "project_known"


def declare_special(*, code: str, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Make a case a 特办件: it goes first, under the centre's shorter inner limit. Raises `MarkedAlready`."""
    return _declare("special", code, reason, actor, at, seen, None)


def declare_green(
    *, code: str, project: str, reason: str, actor: Actor, at: datetime, seen: int | None = None
) -> Taken:
    """Let a case of a registered project (its number) go the green channel. Raises `NoSuchProject`, `MarkedAlready`."""
    with transaction.atomic():
        return _declare("green", code, reason, actor, at, seen, project_of(open_case(code), project))


def clear_special(*, code: str, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Let a 特办件 be an ordinary case again. Raises `NotMarked`."""
    return _clear("special", code, reason, actor, at, seen)


def clear_green(*, code: str, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Take a case out of the green channel. Raises `NotMarked`."""
    return _clear("green", code, reason, actor, at, seen)


def project_of(found: OpenCase, number: str, *, sort: str = "") -> PriorityProject:
    """The project of this number in the case's centre that is still registered; raises `NoSuchProject`."""
    projects = PriorityProject.objects.filter(
        centre=found.case.matter.centre_id, number=number.strip()[:60], ended_at__isnull=True
    )
    project = (projects.filter(sort=sort) if sort else projects).first()
    if project is None:
        raise NoSuchProject(
            "重点项目名册里没有这个项目。" if not sort else "名册里没有这个重大投资项目，不能容缺受理。",
            next_step="请核对项目编号，或请中心管理人员先登记项目。",
            fields={"project": "请选择名册里的项目。"},
        )
    return project


def _declare(
    kind: str, code: str, reason: str, actor: Actor, at: datetime, seen: int | None, project: PriorityProject | None
) -> Taken:
    with transaction.atomic():
        found = open_case(code)
        action = f"declare_{kind}"
        found.admit(action, actor, at, seen)
        inner = _inner_due_on(found, at) if kind == "special" else None
        facts: dict[str, Any] = {"reason": reason}
        if project is not None:
            facts |= {"project": project.name, "project_number": project.number}
        if inner is not None:
            facts["inner_due_on"] = inner.isoformat()
        taken = take_step(
            matter=found.matter_id, action=action, actor=actor, at=at, seen=seen, ready=found.ready, facts=facts,
            events=[CaseExpedited(matter_id=found.matter_id, code=found.code, mark=kind, at=at)],
        )  # fmt: skip
        try:
            with transaction.atomic():
                CaseMark.objects.create(
                    case_id=found.matter_id, kind=kind, reason=reason.strip(), project=project, inner_due_on=inner,
                    declared_by=f"{actor.department} {actor.name}".strip(), declared_at=at,
                )  # fmt: skip
        except IntegrityError as refused:
            raise MarkedAlready(
                "这件办件已经是特办件。" if kind == "special" else "这件办件已经在绿色通道。", next_step="请刷新页面。"
            ) from refused
        set_mark(found.matter_id, kind)
        return taken


def _inner_due_on(found: OpenCase, at: datetime) -> date:
    matter = found.case.matter
    days = path_terms(matter.centre_id).special_workdays
    inner = work_calendar().at(matter.division_id, matter.centre_id).nth_workday_after(day_of(at), days)
    return min(inner, matter.due_on) if matter.due_on else inner


def _clear(kind: str, code: str, reason: str, actor: Actor, at: datetime, seen: int | None) -> Taken:
    with transaction.atomic():
        found = open_case(code)
        found.admit(f"clear_{kind}", actor, at, seen)
        ended = CaseMark.objects.filter(case=found.matter_id, kind=kind, ended_at__isnull=True).update(
            ended_at=at, ended_by=f"{actor.department} {actor.name}".strip(), ended_reason=reason.strip()[:500]
        )
        if not ended:
            raise NotMarked("这件办件没有这个标记。", next_step="请刷新页面。")
        taken = take_step(
            matter=found.matter_id, action=f"clear_{kind}", actor=actor, at=at, seen=seen, ready=found.ready,
            facts={"reason": reason},
        )  # fmt: skip
        set_mark(found.matter_id, kind, on=False)
        return taken


def set_mark(case_id: int, word: str, *, on: bool = True) -> None:
    """Note on the case itself which path it has taken; under the matter's lock."""
    held = Case.objects.values_list("marks", flat=True).get(pk=case_id)
    Case.objects.filter(pk=case_id).update(marks=with_mark(held, word) if on else without_mark(held, word))


# --- The register of projects


def register_project(
    *, actor: Actor, centre: Unit, number: str, name: str, sort: str, basis: str, at: datetime, owner: str = ""
) -> PriorityProject:
    """Put a project into the register. Raises `NotAllowed`, `Invalid`, `ProjectKnown`."""
    _demand(actor, centre.pk)
    if sort not in PriorityProject.Sort.values:
        raise Invalid("没有这个类别。", fields={"sort": "请重新选择类别。"})
    given = {
        "number": tidy(number, "项目编号", 60, field="number"),
        "name": tidy(name, "项目名称", 200, field="name"),
        "basis": tidy(basis, "依据", 300, field="basis"),
    }
    try:
        with transaction.atomic():
            made = PriorityProject.objects.create(
                centre=centre, sort=sort, owner=owner.strip()[:200], registered_at=at, registered_by=actor.name, **given
            )
    except IntegrityError as refused:
        raise ProjectKnown(
            "这个编号的项目已经登记过。", next_step="请在名册里查找。", fields={"number": "编号已有。"}
        ) from refused
    audit.record(
        "cases.register_project", actor=actor, target_kind="project", target=made.number, facts={"name": made.name}
    )
    return made


@transaction.atomic
def end_project(*, actor: Actor, uid: UUID, reason: str, at: datetime) -> None:
    """Take a project off the register: no new case enters by it, those in the channel stay. Raises `NotFound`, `NotAllowed`."""
    project = PriorityProject.objects.select_for_update().filter(uid=uid).first()
    if project is None:
        raise NotFound("名册里没有这个项目。", next_step="请从名册进入。")
    _demand(actor, project.centre_id)
    if project.ended_at is not None:
        raise Conflict("这个项目已经停用。", next_step="请刷新页面。")
    project.ended_at, project.ended_reason = at, tidy(reason, "停用原因", 200, field="reason")
    project.save(update_fields=["ended_at", "ended_reason"])
    audit.record(
        "cases.end_project", actor=actor, target_kind="project", target=project.number, reason=project.ended_reason
    )


def set_path_terms(*, actor: Actor, centre: Unit, at: datetime, **days: int) -> PathTerms:
    """Set the centre's own days (`models.PathTerms`). Raises `NotAllowed`, `Invalid`."""
    _demand(actor, centre.pk)
    wrong = {name: "填 1 到 120 之间的数。" for name, number in days.items() if not 1 <= number <= 120}
    if wrong:
        raise Invalid("有的天数不合适。", next_step="请改正标出的天数。", fields=wrong)
    with transaction.atomic():
        terms, _ = PathTerms.objects.update_or_create(
            centre=centre, defaults={**days, "changed_at": at, "changed_by": actor.name}
        )
        audit.record("cases.set_path_terms", actor=actor, target_kind="unit", target=centre.name, facts=dict(days))
    return terms


def _demand(actor: Actor, centre_id: int) -> None:
    if not may_set_up(actor, centre_id):
        raise NotAllowed("您不能设置这个中心的办件路径。", next_step="请由中心管理人员设置。")
