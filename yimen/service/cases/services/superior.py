"""上报件 (R055, R076): sent up after the first review, numbered and urged there, answered. The superior's time is told apart.

行政许可法第四十三条: the lower organ reviews within twenty days and reports with all materials; the superior decides and may
not ask the applicant for materials again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.outbox import Event
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.matters.services import Taken, handling_result, take_step
from yimen.service.cases import rules
from yimen.service.cases.events import CaseDecided, CaseReportedUp, SuperiorUrged
from yimen.service.cases.models import Case, Opinion, ReportUp
from yimen.service.cases.selectors_paths import path_terms
from yimen.service.cases.services.judging import demand_checked
from yimen.service.cases.services.letters import issue
from yimen.service.cases.services.open_case import OpenCase, open_case
from yimen.service.cases.services.priority import set_mark
from yimen.service.cases.services.review import demand_slip, write_opinion


class NotReportUp(Conflict):
    """The item is not one that a superior decides."""

    code = "not_report_up"


class UrgedSuperiorToday(Conflict):
    """The superior was urged about this case today."""

    code = "urged_superior_today"


def report_up(
    *, code: str, superior: str, reason: str, actor: Actor, at: datetime, number: str = "", seen: int | None = None
) -> Taken:
    """Send a reviewed case up with the first opinion (`reason`); the department's clock stands until the answer.

    Raises `NotReportUp`, `MaterialsUnchecked`, `Invalid`.
    """
    organ = tidy(superior, "上级机关", 200, field="superior")
    with transaction.atomic():
        found = open_case(code)
        found.admit("report_up", actor, at, seen)
        demand_slip(found.case)
        if found.case.kind != rules.REPORT_UP:
            raise NotReportUp("这个事项由本部门决定，不是上报件。", next_step="请按通常程序审查、决定。")
        demand_checked(found)
        letter = issue(
            "report_up_letter", case=found.case, code=found.code, title=found.case.matter.title, party=found.party,
            edition=found.edition, actor=actor, at=at, superior=organ, reason=reason, slip=found.case.slip_number,
        )  # fmt: skip
        taken = take_step(
            matter=found.matter_id, action="report_up", actor=actor, at=at, seen=seen, ready=found.ready,
            stopped_for="superior", facts={"reason": reason, "superior": organ}, documents=[letter.code],
            change=handling_result(found.ready, at) if found.ready else None,
            events=[CaseReportedUp(matter_id=found.matter_id, code=found.code, at=at)],
        )  # fmt: skip
        write_opinion(found, Opinion.Kind.REVIEW, taken, reason, actor, at, conclusion="grant")
        matter = found.case.matter
        calendar = work_calendar().at(matter.division_id, matter.centre_id)
        days = path_terms(matter.centre_id).superior_workdays
        ReportUp.objects.create(
            case_id=found.matter_id, superior=organ, number=number.strip()[:100], sent_at=at,
            sent_by=f"{actor.department} {actor.name}".strip(), urge_on=calendar.nth_workday_after(day_of(at), days),
        )  # fmt: skip
        set_mark(found.matter_id, "superior")
        return taken


def note_superior(
    *, code: str, actor: Actor, at: datetime, number: str = "", status: str = "", seen: int | None = None
) -> Taken:
    """Write down the superior's number and how it stands there. Raises `Invalid` where both are empty."""
    said = {"number": number.strip()[:100], "status": status.strip()[:300]}
    if not any(said.values()):
        raise Invalid("请填写上级编号或办理情况。", fields={"number": "两项至少填一项。"})
    with transaction.atomic():
        found, report = _reported(code, "note_superior", actor, at, seen)
        for name, value in said.items():
            if value:
                setattr(report, name, value)
        report.save(update_fields=["number", "status"])
        return take_step(
            matter=found.matter_id, action="note_superior", actor=actor, at=at, seen=seen, ready=found.ready,
            facts={"superior": report.superior, "number": said["number"], "reason": said["status"]},
        )  # fmt: skip


def urge_superior(*, code: str, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """催办: ask the superior how it stands; the log is the ledger. Once a day. Raises `UrgedSuperiorToday`."""
    with transaction.atomic():
        found, report = _reported(code, "urge_superior", actor, at, seen)
        if report.urged_at is not None and day_of(report.urged_at) == day_of(at):
            raise UrgedSuperiorToday("今天已经向上级催办过。", next_step="请登记上级的答复，明天还没有结果再催。")
        matter = found.case.matter
        calendar = work_calendar().at(matter.division_id, matter.centre_id)
        ReportUp.objects.filter(pk=report.pk).update(
            urged=F("urged") + 1, urged_at=at, reminded_at=None, urge_on=calendar.nth_workday_after(day_of(at), 5)
        )
        return take_step(
            matter=found.matter_id, action="urge_superior", actor=actor, at=at, seen=seen, ready=found.ready,
            facts={"reason": reason, "superior": report.superior},
            events=[SuperiorUrged(matter_id=found.matter_id, code=found.code, at=at)],
        )  # fmt: skip


def superior_granted(
    *, code: str, paper_number: str, actor: Actor, at: datetime, reason: str = "", files: Sequence[int] = (),
    seen: int | None = None,
) -> Taken:  # fmt: skip
    """The superior granted: its paper's number is the decision's; the result goes to the applicant within ten working days."""
    return _answered("granted", code, paper_number, reason or "上级机关准予。", actor, at, files, seen)


def superior_refused(
    *, code: str, paper_number: str, reason: str, actor: Actor, at: datetime, files: Sequence[int] = (),
    seen: int | None = None,
) -> Taken:  # fmt: skip
    """The superior refused, with its reasons; its own decision tells the remedies and is handed over."""
    return _answered("refused", code, paper_number, reason, actor, at, files, seen)


def superior_returned(*, code: str, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """The superior sent it back to be reviewed again; the department's clock goes on from the next day."""
    with transaction.atomic():
        found, report = _reported(code, "superior_returned", actor, at, seen)
        taken = take_step(
            matter=found.matter_id, action="superior_returned", actor=actor, at=at, seen=seen, ready=found.ready,
            facts={"reason": reason, "superior": report.superior},
        )  # fmt: skip
        _close(report, "returned", "", at)
        write_opinion(found, Opinion.Kind.RETURN, taken, reason, actor, at)
        return taken


def _answered(
    outcome: str, code: str, paper_number: str, reason: str, actor: Actor, at: datetime, files: Sequence[int],
    seen: int | None,
) -> Taken:  # fmt: skip
    number = tidy(paper_number, "上级文号", 60, field="paper_number")
    if not reason.strip():
        raise Invalid("请写明上级不予许可的理由。", fields={"reason": "照上级决定书的理由填写。"})
    with transaction.atomic():
        found, report = _reported(code, f"superior_{outcome}", actor, at, seen)
        events: list[Event] = [CaseDecided(matter_id=found.matter_id, code=found.code, decision=outcome, at=at)]
        facts: dict[str, Any] = {"reason": reason, "superior": report.superior, "letter": number, "decision": outcome}
        taken = take_step(
            matter=found.matter_id, action=f"superior_{outcome}", actor=actor, at=at, seen=seen, ready=found.ready,
            clock=rules.delivery_clock(licence=found.edition.power.licence), facts=facts, events=events,
        )  # fmt: skip
        Case.objects.filter(pk=found.matter_id).update(
            decided_at=at,
            decision=outcome,
            decision_reason=reason if outcome == "refused" else "",
            decision_number=number,
        )
        _close(report, outcome, number, at)
        write_opinion(found, Opinion.Kind.DECISION, taken, reason, actor, at, conclusion=outcome, files=files)
        return taken


def _reported(code: str, action: str, actor: Actor, at: datetime, seen: int | None) -> tuple[OpenCase, ReportUp]:
    """The case and its open report, held still."""
    found = open_case(code)
    found.admit(action, actor, at, seen)
    report = ReportUp.objects.filter(case=found.matter_id, answered_at__isnull=True).first()
    if report is None:
        raise NotReportUp("这件办件没有在上级办理。", next_step="请刷新页面。")
    return found, report


def _close(report: ReportUp, outcome: str, number: str, at: datetime) -> None:
    report.outcome, report.paper_number, report.answered_at = outcome, number, at
    report.save(update_fields=["outcome", "paper_number", "answered_at"])
