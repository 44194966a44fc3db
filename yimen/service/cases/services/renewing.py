"""Renewal (行政许可法 art. 50): asked for thirty days before the licence expires; where nobody decides before it does, the law grants.

The expiry stands beside the clock: no stop moves it. What counts is whose hands the case was in when it came. Whoever had been
told to complete the materials and had not was not waiting for the organ, and nothing is granted by silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.calendar.rules import day_end
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.documents.services import void_letter
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit.moments import CHINA, day_of, local, say_date
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.matters.selectors import ClockMark, ask, documents_of
from yimen.ground.matters.services import (
    STATUTORY_EFFECT,
    Effect,
    Taken,
    handling_result,
    hands_until,
    look_by,
    look_now,
    note_undone,
    register_effect,
    take_step,
    written_at,
)
from yimen.service.cases import rules
from yimen.service.cases.editions import EditionCard
from yimen.service.cases.events import CaseDecided, DecisionUndone
from yimen.service.cases.models import Case
from yimen.service.cases.services.letters import issue
from yimen.service.cases.services.open_case import OpenCase, open_case

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter

DEEMED_RENEWED = "deemed_renewed"
LAW = "《行政许可法》第五十条第二款"
WITH_LIFE = 3
"""The version of the procedure since which a case lives its full life."""
LOOK_AHEAD = timedelta(days=14)
"""So long before the expiry the watch looks at a renewal first: early enough for a warning of three working days over 春节."""


class LicenceExpired(Conflict):
    """The licence ran out before anybody decided: the law has granted its renewal."""

    code = "licence_expired"


def register() -> None:
    """Make the effect known."""
    register_effect(
        Effect(
            code=DEEMED_RENEWED,
            label="视为准予延续",
            law=LAW,
            text=f"延续申请在有效期届满 {rules.RENEWAL_DAYS} 日前提出，行政机关到有效期届满还没有作出决定的，视为准予延续。",
            procedures=("licence",),
            states=("received", "reviewing", "suspended", "deciding"),
            falls_due=expiry_that_grants,
            take=_deem_renewed,
            order=15,
        )
    )


# --- At intake


def expiry_said(edition: EditionCard, said: Mapping[str, Any]) -> tuple[date, date] | None:
    """(the licence's last day, the last day to ask for renewal) as the answers say them; None for what is no renewal."""
    if edition.renewal is None:
        return None
    key, ahead = edition.renewal
    try:
        expires_on = date.fromisoformat(str(said.get(key, ""))[:10])
    except ValueError:
        return None
    return expires_on, rules.renewal_asked_by(expires_on, ahead)


def note_expiry(case: Case, edition: EditionCard, said: Mapping[str, Any]) -> None:
    """Keep with the case until when the licence holds, where its form says so. Nothing is saved here."""
    found = expiry_said(edition, said)
    if found is not None:
        case.licence_expires_on, case.renewal_asked_by = found


def watch_expiry(case: Case) -> None:
    """Have the watch look at a renewal before its licence expires; nothing for one that was asked for too late."""
    if case.licence_expires_on is None:
        return
    first = datetime.combine(case.licence_expires_on, time(), tzinfo=CHINA) - LOOK_AHEAD
    look_by(case.matter_id, first)


def asked_in_time(case: Case, opened_at: datetime) -> bool:
    """Whether the renewal was asked for so many days before as the law wants; a late one is decided, but not granted by silence."""
    return case.renewal_asked_by is not None and day_of(opened_at) <= case.renewal_asked_by


# --- At the expiry


def expiry_that_grants(matter: Matter) -> datetime | None:
    """The last moment at which the organ may still decide; None where silence grants nothing.

    A licence holds until 24:00 of its last day, whatever the office hours are.
    """
    if matter.procedure_version < WITH_LIFE:
        return None
    case: Case | None = matter._state.fields_cache.get(
        "case"
    )  # whoever read the case with its matter need not ask again
    if case is None:
        case = Case.objects.filter(pk=matter.pk).only("licence_expires_on", "renewal_asked_by").first()
    return None if case is None else _expiry(matter.pk, case, matter.opened_at)


def _expiry(matter_id: int, case: Case, opened_at: datetime) -> datetime | None:
    if case.licence_expires_on is None or not asked_in_time(case, opened_at):
        return None
    last = day_end(case.licence_expires_on, None)
    return None if with_applicant_at(ask(matter_id).marks, last) else last


def with_applicant_at(marks: Iterable[ClockMark], moment: datetime) -> bool:
    """Whether a case waited at that moment for the applicant, who had been told what was lacking."""
    waiting = False
    for mark in marks:
        if mark.at > moment:
            break
        waiting = mark.effect == "stop" and mark.why in ("correction", "review_correction")
    return waiting


def refuse_after_expiry(found: OpenCase, at: datetime) -> None:
    """Whoever decides after the licence ran out finds the renewal granted by law; it is written down then. Raises `LicenceExpired`."""
    case, matter = found.case, found.case.matter
    if case.licence_expires_on is None or matter.procedure_version < WITH_LIFE:
        return
    last = _expiry(matter.pk, case, matter.opened_at)
    if last is None or at <= last or matter.state not in ("received", "reviewing", "suspended", "deciding"):
        return
    refusal = LicenceExpired(
        f"许可有效期已于 {say_date(case.licence_expires_on)} 届满，依照{LAW}，视为准予延续，不能再另作决定。",
        next_step="请刷新页面，向申请人送达；记录有误的，由有权的人撤销。",
    )
    refusal.afterwards.append(lambda: look_now(matter.pk, at))
    raise refusal


def _deem_renewed(matter: Matter, moment: datetime, at: datetime) -> Taken:
    """Granted by silence: the organ had the application in time and did not decide before the licence expired."""
    found = open_case(matter.code)
    expires_on = found.case.licence_expires_on
    said = say_date(expires_on) if expires_on else ""
    letter = issue(
        "decision_grant", case=found.case, code=found.code, title=matter.title, party=found.party, edition=found.edition,
        actor=SYSTEM, at=at, decided_on=say_date(day_of(moment)), slip=found.case.slip_number,
        results=found.edition.result_names,
        deemed=f"许可有效期至 {said}，延续申请于 {say_date(day_of(matter.opened_at))} 提出，有效期届满前没有作出决定，"
        f"依照{LAW}，视为准予延续。",
    )  # fmt: skip
    asked = ask(matter.pk)
    taken = take_step(
        matter=matter.pk, action="deem_renewed", actor=SYSTEM, at=moment, clock=rules.delivery_clock(), basis=STATUTORY_EFFECT,
        documents=[letter.code], facts={"decision": "granted", "letter": letter.number, "expires_on": str(expires_on)},
        change=handling_result(asked, moment) if asked.state != "received" else None,
        events=[CaseDecided(matter_id=matter.pk, code=matter.code, decision="granted", at=at)],
        recorded_at=written_at(at),
    )  # fmt: skip
    spent = hands_until(asked, moment)
    Case.objects.filter(pk=matter.pk).update(
        decided_at=moment, decision="granted", decision_number=letter.number, decision_reason="",
        office_days=spent and spent.office, applicant_days=spent and spent.applicant, special_days=spent and spent.special,
    )  # fmt: skip
    return taken


def undo_renewed(
    *, code: str, reason: str, actor: Actor, at: datetime, expires_on: date | None = None, seen: int | None = None
) -> Taken:
    """Take back that a renewal is deemed granted, because the facts were other than recorded; the handling begins anew.

    `expires_on` is the licence's right expiry; None where it is no renewal after all, and silence grants nothing. The same day
    again is refused: the effect would come back at once. Raises `Invalid` and what `take_step` raises.
    """
    with transaction.atomic():
        found = open_case(code)
        found.admit("undo_renewed", actor, at, seen)
        if expires_on is not None and expires_on == found.case.licence_expires_on:
            raise Invalid(
                "有效期没有更正，撤销后又会视为准予延续。",
                fields={"expires_on": "填写正确的有效期，或留空表示不适用。"},
            )
        taken = take_step(
            matter=found.matter_id, action="undo_renewed", actor=actor, at=at, seen=seen, ready=found.ready,
            clock=rules.handling_clock(found.edition.terms, found.case.kind),
            facts={"reason": reason, "letter": found.case.decision_number},
            events=[DecisionUndone(matter_id=found.matter_id, code=found.code, at=at)],
        )  # fmt: skip
        undone = note_undone(
            matter_id=found.matter_id, code=DEEMED_RENEWED, seq=taken.seq, actor=actor, reason=reason, at=at
        )
        for letter in documents_of(found.matter_id, undone.seq):
            void_letter(code=letter, reason=f"撤销视为准予延续：{reason}", actor=actor, at=at)
        ahead = found.edition.renewal[1] if found.edition.renewal else rules.RENEWAL_DAYS
        found.case.licence_expires_on = expires_on
        found.case.renewal_asked_by = rules.renewal_asked_by(expires_on, ahead) if expires_on else None
        found.case.decision = found.case.decision_number = ""
        found.case.decided_at = None
        found.case.save(
            update_fields=["licence_expires_on", "renewal_asked_by", "decision", "decision_number", "decided_at"]
        )
        look_by(found.matter_id, None)
        watch_expiry(found.case)
        return taken


def told_at_intake(edition: EditionCard, said: Mapping[str, Any], on: date) -> str:
    """What applicant and clerk read before a renewal is handed in; empty for what is none."""
    found = expiry_said(edition, said)
    if found is None:
        return ""
    expires_on, asked_by = found
    if on > expires_on:
        return f"许可证有效期已于 {say_date(expires_on)} 届满，不能再延续，需要重新申请；窗口会告知怎样办理。"
    if on > asked_by:
        return (
            f"延续应当在有效期届满前 {(expires_on - asked_by).days} 日（{say_date(asked_by)}）以前提出，现在已经晚了。"
            "仍会受理审查，但到期没有决定的，不视为准予延续。"
        )
    return f"有效期到 {say_date(expires_on)}。到那天还没有作出决定的，依照{LAW}视为准予延续。"


def working_days_left(expires_on: date, at: datetime, division: str, centre_id: int | None) -> int:
    """Working days until a licence expires, for whoever has to decide."""
    return work_calendar().at(division, centre_id).workdays_between(local(at).date(), expires_on)
