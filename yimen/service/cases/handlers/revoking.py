"""A decision that is to be taken back: each side hears in time what the other did. And a superior that need not go on."""

from __future__ import annotations

from yimen.ground.kit.moments import say_date
from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_party
from yimen.service.cases import events, rules
from yimen.service.cases.handlers.hearers import desk_page, holders_of, tell_each
from yimen.service.cases.handlers.words import REVOCATION
from yimen.service.cases.lifecycle_revoking import PROPOSE
from yimen.service.cases.models import Case, ReportUp, Revocation

TO_APPLICANT = {
    "notified": (
        "拟撤销决定",
        "本机关拟撤销您办理的“{item}”（{number}）的决定，请在 {due} 以前陈述、申辩或者要求听证。",
    ),
    "revoked": ("决定已撤销", "您办理的“{item}”（{number}）的决定已撤销，理由和救济途径见决定书。"),
    "kept": ("决定仍然有效", "您办理的“{item}”（{number}）经审查不予撤销，原决定继续有效。"),
    "recalled": ("决定仍然有效", "您办理的“{item}”（{number}）的拟撤销告知已撤回，原决定有效。"),
    "restored": ("决定恢复有效", "您办理的“{item}”（{number}）的撤销已更正，原决定恢复有效。"),
}
TO_STAFF = {
    "stated": (PROPOSE, "申请人已陈述申辩", "“{item}”（{number}）的申请人提出了陈述、申辩，决定要答复。"),
    "hearing": (PROPOSE, "申请人要求听证", "“{item}”（{number}）的申请人对拟撤销要求听证，请在 {due} 以前组织。"),
    "deciding": (
        "cases.decide",
        "请决定是否撤销",
        "“{item}”（{number}）拟撤销的陈述申辩已结束，请在 {due} 以前作出决定。",
    ),
}


@handles(events.RevocationMoved)
def tell_revocation(event: events.RevocationMoved) -> None:
    """The applicant hears of the notice and of the outcome, staff of what the applicant said and of what waits for them."""
    found = Revocation.objects.select_related("matter__department", "case__matter").get(matter=event.matter_id)
    matter, code = found.matter, found.case.matter.code
    facts = {
        "item": found.case.matter.title, "number": rules.short_code(code),
        "due": say_date(matter.due_on) if matter.due_on else "期限",
    }  # fmt: skip
    key = f"revocation:{event.code}:{event.state}:{event.at:%Y%m%d%H%M%S}"
    if event.state in TO_APPLICANT and matter.applicant_id is not None:
        subject, body = TO_APPLICANT[event.state]
        notify_party(
            key=key, party_id=matter.applicant_id, subject=subject, body=body.format(**facts), template=REVOCATION,
            link=f"/my/matters/{code}/revocation/", facts={"item": facts["item"], "number": facts["number"]},
        )  # fmt: skip
    if event.state in TO_STAFF:
        permission, subject, body = TO_STAFF[event.state]
        told = holders_of(matter, permission, event.at)
        tell_each(told, key, subject, body.format(**facts), f"/desk/revocations/{event.code}/")


@handles(events.SuperiorToldOff)
def tell_superior_off(event: events.SuperiorToldOff) -> None:
    """Whoever reports up hears that the letter to the superior has to go out, and why."""
    report = ReportUp.objects.get(pk=event.report_id)
    matter = Case.objects.select_related("matter__department").get(pk=event.matter_id).matter
    tell_each(
        holders_of(matter, "cases.review", event.at), f"superior-told-off:{event.report_id}", "请把撤回告知上级",
        f"“{matter.title}”（{rules.short_code(event.code)}）的申请人已撤回，撤回告知函已生成，请送达{report.superior}。",
        desk_page(event.code),
    )  # fmt: skip
