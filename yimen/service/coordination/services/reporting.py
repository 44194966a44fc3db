"""Report issues to the government: one paper with a number, and a step on each issue (R015, 000 L141)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, numbering
from yimen.ground.kit.moments import local
from yimen.ground.kit.refusals import Invalid
from yimen.ground.matters import services as matters
from yimen.service.coordination import policies
from yimen.service.coordination.events import IssueReported
from yimen.service.coordination.models import GovernmentReport, Issue, Remark, ReportLine
from yimen.service.coordination.selectors.issues import remarks_of
from yimen.service.coordination.services.issues import write_remark

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

MOST_ISSUES = 50


class NothingToReport(Invalid):
    """No issue was chosen, or too many."""

    code = "nothing_to_report"


@transaction.atomic
def report_issues(
    *, actor: Actor, centre: Unit, addressed_to: Unit, issues: Sequence[Issue], title: str, preface: str, at: datetime,
    request: str = "",
) -> GovernmentReport:  # fmt: skip
    """Report these issues: their clocks stand still until the government has spoken. All of them or none.

    Each line keeps the issue in the words of that day. Raises `NothingToReport`, `NotAllowed`, and what a step raises.
    """
    policies.require(actor, policies.MANAGE, centre.pk, centre.pk, centre.division_id)
    if not 1 <= len(issues) <= MOST_ISSUES:
        raise NothingToReport(f"请选择 1 到 {MOST_ISSUES} 件要上报的事项。", fields={"issues": "请选择要上报的事项"})
    if any(issue.matter.centre_id != centre.pk for issue in issues):
        raise NothingToReport("有的事项不是本中心协调的。", fields={"issues": "只能选本中心的事项"})
    if addressed_to.kind not in ("government", "office"):
        raise Invalid("报告要报送政府或它的政务服务管理机构。", fields={"addressed_to": "请选择政府"})
    year = local(at).year
    for issue in issues:
        matters.lock(issue.matter_id)
    serial = numbering.next_number(f"coordination.report:{centre.pk}:{year}")
    number = numbering.letter_number(
        f"{centre.division.name.removesuffix('县').removesuffix('市')}政务协报", year, serial
    )
    report = GovernmentReport.objects.create(
        centre=centre, number=number, addressed_to=addressed_to, title=title, preface=preface, request=request,
        reported_at=at, reported_by=actor.name,
    )  # fmt: skip
    for order, issue in enumerate(issues, 1):
        ReportLine.objects.create(
            report=report, issue=issue, order=order, title=issue.matter.title, course=_course(issue),
            responsible=issue.matter.department.name,
        )  # fmt: skip
        reason = f"以 {number} 报{addressed_to.name}。"
        taken = matters.take_step(
            matter=issue.matter_id, action="report", actor=actor, at=at, facts={"reason": reason, "number": number},
            documents=[number], events=[IssueReported(issue.matter_id, issue.matter.code, number, at)],
        )  # fmt: skip
        write_remark(issue, taken.seq, Remark.Kind.REPORT, f"{reason}{request}", actor, at, ())
    audit.record(
        "coordination.report_issues", actor=actor, target_kind="report", target=number, facts={"issues": len(issues)}
    )
    return report


def _course(issue: Issue) -> str:
    """What was asked and answered so far, a line each."""
    lines = []
    for remark in remarks_of(issue):
        when = local(remark.written_at)
        lines.append(
            f"{when.month}月{when.day}日 {remark.author_post or remark.author}（{remark.get_kind_display()}）：{remark.text}"
        )
    return "\n".join(lines)
