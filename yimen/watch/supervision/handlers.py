"""And afterwards? What supervision does when it hears of something. Each may run twice: an alert has its key, a notice too."""

from __future__ import annotations

from collections.abc import Iterable

from yimen.ground.kit.moments import day_of, now, say_date
from yimen.ground.kit.outbox import handles, publish
from yimen.ground.matters.events import CalendarRecalculated
from yimen.ground.notices.services import notify_account
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases import events as cases
from yimen.watch.supervision import events, services
from yimen.watch.supervision.lifecycle import EXPLAIN, JUDGE, REVIEW
from yimen.watch.supervision.models import Alert, CardChange

RUNG = {"notice": "team", "yellow": "deputy", "red": "principal"}
"""How far up the responsibility chain an alert is told at once (R011)."""

SAID = {"accepted": "说明成立，不发牌", "noted": "已提醒，不发牌", "withdrawn": "期限重新推算后不再成立，已自动撤销"}


# --- Rules and clocks


@handles(events.RelookDue)
def go_on(event: events.RelookDue) -> None:
    """One batch, and the next one announced, in one transaction: a worker that dies loses nothing and doubles nothing."""
    if services.relook(event.relook_id, now()):
        publish(events.RelookDue(event.relook_id, event.turn + 1))


@handles(CalendarRecalculated)
def look_again(event: CalendarRecalculated) -> None:
    """A day that is worked now or no more moves the moments between now and the due day, also where that day stays; and
    what rests on the clocks is judged again.
    """
    services.begin_relook(now(), f"日历变更 {event.document_number}"[:100])
    publish(events.RejudgeDue(()))


@handles(events.RejudgeDue)
def judge_again(event: events.RejudgeDue) -> None:
    """What was found on clocks that have changed; without names, batch by batch, all of it."""
    if event.matter_ids:
        services.rejudge_matters(event.matter_ids, now())
        return
    last, _ = services.rejudge_all(event.after_id, now())
    if last:
        publish(events.RejudgeDue((), last))


@handles(events.ClocksOverdue)
def raise_overdue(event: events.ClocksOverdue) -> None:
    """What the rules say of limits that have run out."""
    services.raise_overdue(event.matter_ids, event.at)


@handles(cases.AcceptanceUndone)
def judge_after_undone_acceptance(event: cases.AcceptanceUndone) -> None:
    """A clock was taken back."""
    services.rejudge_matters([event.matter_id], event.at)


@handles(cases.CasesMoved)
def judge_after_move(event: cases.CasesMoved) -> None:
    """Running cases follow other limits now, or their former ones again: what stands on their clocks is judged again."""
    publish(events.RejudgeDue(()))


@handles(cases.DecisionUndone)
def judge_after_undone_decision(event: cases.DecisionUndone) -> None:
    """A clock was taken back."""
    services.rejudge_matters([event.matter_id], event.at)


@handles(cases.CaseSuspended)
def judge_after_suspension(event: cases.CaseSuspended) -> None:
    """A suspension that was entered on a basis may lie before what was found."""
    services.rejudge_matters([event.matter_id], event.at)


# --- Cases


@handles(cases.CaseDecided)
def look_at_decision(event: cases.CaseDecided) -> None:
    """Slip, letter and reason."""
    services.look_at_decision(event.code, event.at)


@handles(cases.CaseNotAccepted)
def look_at_not_accepted(event: cases.CaseNotAccepted) -> None:
    """The reason."""
    services.look_at_not_accepted(event.code, event.at)


@handles(cases.CorrectionRequested)
def look_at_correction(event: cases.CorrectionRequested) -> None:
    """How often by now."""
    services.look_at_correction(event.code, event.at)


@handles(cases.CaseAccepted)
def look_at_acceptance(event: cases.CaseAccepted) -> None:
    """A cancelled item, the same taken in elsewhere."""
    services.look_at_acceptance(event.code, event.at)


# --- Telling people


def _alert(code: str) -> Alert:
    return Alert.objects.select_related("matter", "department", "window", "card").get(matter__code=code)


def _tell(accounts: Iterable[int], alert: Alert, key: str, subject: str, body: str) -> None:
    code = alert.matter.code
    for account in sorted(set(accounts)):
        notify_account(
            key=f"supervision:{code}:{key}:{account}", account_id=account, subject=subject, body=body,
            link=f"/desk/alerts/{code}/",
        )  # fmt: skip


def concerned(alert: Alert) -> list[int]:
    """Accounts that have to answer: the person, or whoever speaks for the unit."""
    if alert.per == "person" and alert.person_id is not None:
        return [alert.person_id]
    place = organisations.Place(alert.department_id, alert.window_id, alert.matter.centre_id, alert.matter.division_id)
    return [each.account_id for each in organisations.holders({EXPLAIN}, place, day_of(alert.found_at))]


def above(alert: Alert, level: str) -> list[int]:
    """Accounts up the responsibility chain that hear of it at once."""
    climb = organisations.escalation(organisations.unit(alert.department_id), RUNG[level], day_of(alert.found_at))
    return [each.account_id for each in climb.told if each.account_id is not None]


def judges(alert: Alert, permission: str = JUDGE) -> list[int]:
    """Accounts of the supervisors."""
    place = organisations.Place(alert.department_id, None, alert.matter.centre_id, alert.matter.division_id)
    return [each.account_id for each in organisations.holders({permission}, place, day_of(now()))]


@handles(events.AlertRaised)
def tell_raised(event: events.AlertRaised) -> None:
    """The responsible post explains; the chain above knows."""
    alert = _alert(event.code)
    due = f"请在{say_date(alert.matter.due_on)}前说明情况。" if alert.matter.due_on else "请说明情况。"
    _tell(concerned(alert), alert, "raised", "收到监察预警，请说明", f"{alert.text}{due}"[:500])
    others = set(above(alert, alert.level)) - set(concerned(alert))
    _tell(others, alert, "chain", "本单位收到监察预警", f"{alert.whose}：{alert.text}"[:500])


@handles(events.AlertAnswered)
def tell_answered(event: events.AlertAnswered) -> None:
    """The supervisors judge, or somebody else of them reviews."""
    alert = _alert(event.code)
    if event.action == "appeal":
        given = alert.card.given_uid
        holders = organisations.holders(
            {REVIEW}, organisations.Place(alert.department_id, None, alert.matter.centre_id, alert.matter.division_id),
            day_of(event.at),
        )  # fmt: skip
        readers = [each.account_id for each in holders]
        _tell(
            readers,
            alert,
            f"appeal:{given}",
            "红黄牌申诉待复核",
            f"{alert.whose}对{alert.card}提出申诉，请由发牌人以外的人复核。",
        )
        return
    _tell(judges(alert), alert, "explained", "预警已说明，待认定", f"{alert.whose}：{alert.explanation}"[:500])


@handles(events.AlertClosed)
def tell_closed(event: events.AlertClosed) -> None:
    """Whom it concerned hears that no card came of it."""
    alert = _alert(event.code)
    said = SAID.get(event.outcome, "已结束")
    _tell(
        {*concerned(alert), *above(alert, alert.level)},
        alert,
        event.outcome,
        "监察预警已了结",
        f"{alert.text}{said}。"[:500],
    )


@handles(events.CardChanged)
def tell_card(event: events.CardChanged) -> None:
    """Whom the card was given to, and the chain above, hear of each change of it."""
    change = CardChange.objects.select_related("card").get(pk=event.change)
    if change.what == CardChange.What.APPEALED:
        return
    alert, card = _alert(event.code), change.card
    itself = "系统自动" if change.by_itself else ""
    subject = f"{card.get_given_level_display()}{itself}{change.get_what_display()}"[:60]
    words = f"{card.number} {itself}{change.get_what_display()}：{change.why}"
    if change.what == CardChange.What.GIVEN and alert.matter.due_on:
        words += f" 不服的，可以在{say_date(alert.matter.due_on)}前申诉。"
    readers = {*concerned(alert), *above(alert, card.given_level)}
    if change.by_itself and change.what != CardChange.What.LAPSED:
        readers |= set(judges(alert))
    _tell(readers, alert, f"card:{change.pk}", subject, words[:500])
