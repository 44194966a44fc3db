"""The applicant hears each turn of the usual course, from the number to the handing over."""

from __future__ import annotations

from yimen.ground.kit.outbox import handles
from yimen.service.cases import events
from yimen.service.cases.handlers import words
from yimen.service.cases.handlers.hearers import tell_applicant


@handles(events.CaseSubmitted)
def tell_submitted(event: events.CaseSubmitted) -> None:
    """The number, and what happens next."""
    tell_applicant(
        event.code, f"case-submitted:{event.code}", "申请已提交",
        "您申请的“{item}”已提交，编号 {number}。5 个工作日内会告知是否受理；材料有缺的，会一次告知。",
        words.SUBMITTED,
    )  # fmt: skip


@handles(events.CaseAccepted)
def tell_accepted(event: events.CaseAccepted) -> None:
    """Accepted, under which slip."""
    tell_applicant(
        event.code, f"case-accepted:{event.code}", "申请已受理",
        f"您申请的“{{item}}”（{{number}}）已受理，受理通知书文号 {event.slip_number}。最晚办结日期见办件页面。",
        words.ACCEPTED,
    )  # fmt: skip


@handles(events.AcceptanceUndone)
def tell_undone(event: events.AcceptanceUndone) -> None:
    """The slip is void, and why; whether it is accepted is told within the receipt's limit, which begins anew."""
    tell_applicant(
        event.code, f"case-undone:{event.code}:{event.at:%Y%m%d%H%M%S}", "受理更正",
        "您申请的“{item}”（{number}）此前视为受理的记录已更正，原受理通知书作废，理由写在办件页面。5 个工作日内会告知是否受理。",
        words.UNDONE,
    )  # fmt: skip


@handles(events.DecisionUndone)
def tell_decision_undone(event: events.DecisionUndone) -> None:
    """The letter is void, and why; the review goes on with a limit of its own."""
    tell_applicant(
        event.code, f"case-decision-undone:{event.code}:{event.at:%Y%m%d%H%M%S}", "办理结果更正",
        "您申请的“{item}”（{number}）此前视为准予延续的记录已更正，原决定书作废，理由写在办件页面。我们接着审查，期限见办件页面。",
        words.DECISION_UNDONE,
    )  # fmt: skip


@handles(events.CaseAbandoned)
def tell_abandoned(event: events.CaseAbandoned) -> None:
    """The materials did not come within the days; a new application is welcome."""
    tell_applicant(
        event.code, f"case-abandoned:{event.code}:{event.at:%Y%m%d%H%M%S}", "申请视为放弃",
        "您申请的“{item}”（{number}）没有在规定的时间内补齐材料，已视为放弃申请。已经寄出材料的，请尽快告诉窗口；仍要办的，可以重新申请。",
        words.ABANDONED,
    )  # fmt: skip


@handles(events.CorrectionRequested)
def tell_correction(event: events.CorrectionRequested) -> None:
    """What to do now; the time until then is not counted."""
    tell_applicant(
        event.code, f"case-correction:{event.code}:{event.at:%Y%m%d%H%M%S}", "请补齐材料",
        "您申请的“{item}”（{number}）有材料要补正，内容已一次列明。请打开办件页面上传；补齐之前不计入办理期限。",
        words.CORRECTION,
    )  # fmt: skip


@handles(events.CaseNotAccepted)
def tell_not_accepted(event: events.CaseNotAccepted) -> None:
    """Not accepted or not needed; the letter says why."""
    what = "不需要办理许可" if event.outcome == "not_required" else "不予受理"
    tell_applicant(
        event.code, f"case-ended:{event.code}", f"申请结果：{what}",
        f"您申请的“{{item}}”（{{number}}）{what}，理由和去处写在告知书里，请打开办件页面查看。",
        words.NOT_ACCEPTED,
    )  # fmt: skip


@handles(events.CaseSuspended)
def tell_suspended(event: events.CaseSuspended) -> None:
    """Art. 45: the needed time is told in writing."""
    tell_applicant(
        event.code, f"case-suspended:{event.code}:{event.at:%Y%m%d%H%M%S}", "进入特别程序",
        "您申请的“{item}”（{number}）进入听证、检验等程序，所需时间写在告知书里，期间不计入办理期限。",
        words.SUSPENDED,
    )  # fmt: skip


@handles(events.LimitExtended)
def tell_extended(event: events.LimitExtended) -> None:
    """Art. 42: the reason of an extension is told."""
    tell_applicant(
        event.code, f"case-extended:{event.code}", "办理期限延长",
        f"您申请的“{{item}}”（{{number}}）办理期限延长 {event.days} 个工作日，理由写在告知书里。",
        words.EXTENDED,
    )  # fmt: skip


@handles(events.CaseDecided)
def tell_decided(event: events.CaseDecided) -> None:
    """The decision, and how to get the result."""
    said = "已准予，请按您选择的方式领取结果" if event.decision == "granted" else "未获准予，理由和救济途径写在决定书里"
    tell_applicant(
        event.code, f"case-decided:{event.code}", "办理结果", f"您申请的“{{item}}”（{{number}}）{said}。", words.DECIDED
    )


@handles(events.CaseDelivered)
def tell_delivered(event: events.CaseDelivered) -> None:
    """Handed over; the case is closed."""
    tell_applicant(
        event.code,
        f"case-delivered:{event.code}",
        "结果已送达",
        "您申请的“{item}”（{number}）结果已送达，办件结束。",
        words.DELIVERED,
    )
