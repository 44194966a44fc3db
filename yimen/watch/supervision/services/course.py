"""The verbs of an alert and its card: explain, judge, appeal, review. Each is one step of its matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import numbering, outbox
from yimen.ground.kit.outbox import Event
from yimen.ground.kit.refusals import Invalid
from yimen.ground.matters import services as matters
from yimen.ground.matters.services import Taken
from yimen.watch.supervision import policies
from yimen.watch.supervision.events import AlertAnswered, AlertClosed, CardChanged
from yimen.watch.supervision.models import Alert, Card, CardChange
from yimen.watch.supervision.services.alerts import clock, terms_now

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter

What, Standing = CardChange.What, Card.Standing


@transaction.atomic
def explain(*, alert: Alert, actor: Actor, text: str, at: datetime, seen: int | None = None) -> Taken:
    """Whom it concerns says how it came about; the supervisors then judge."""
    if len(text.strip()) < 5:
        raise Invalid("请写明情况。", fields={"text": "至少写 5 个字"})
    taken = _take(
        alert, policies.as_concerned(actor, alert), "explain", text, at, seen, clock=clock("judging", terms_now()),
        events=[AlertAnswered(alert.matter_id, alert.matter.code, "explain", at)],
    )  # fmt: skip
    alert.explanation, alert.explained_by = text.strip(), actor.name
    alert.save(update_fields=["explanation", "explained_by"])
    return taken


@transaction.atomic
def accept_explanation(*, alert: Alert, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """The explanation holds: no card."""
    closed = AlertClosed(alert.matter_id, alert.matter.code, "accepted", at)
    return _take(alert, actor, "accept_explanation", reason, at, seen, events=[closed])


@transaction.atomic
def note(*, alert: Alert, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """A reminder is enough: no card."""
    closed = AlertClosed(alert.matter_id, alert.matter.code, "noted", at)
    return _take(alert, actor, "note", reason, at, seen, events=[closed])


@transaction.atomic
def give_card(*, alert: Alert, actor: Actor, level: str, reason: str, at: datetime, seen: int | None = None) -> Card:
    """发牌: with the rule's version and the evidence as they were found. Raises `Invalid`, `OwnCard`, and as a step does."""
    if level not in Card.Level.values:
        raise Invalid("请选择黄牌或红牌。", fields={"level": "请选择黄牌或红牌"})
    if level == Card.Level.RED and alert.level != "red":
        raise Invalid(
            "这条预警的规则最多发黄牌。",
            next_step="请发黄牌；确需红牌的，请先修改规则。",
            fields={"level": "最多发黄牌"},
        )
    if alert.person_id is not None and alert.person_id == actor.account_id:
        raise policies.OwnCard("这条预警涉及您本人，不能由您认定。", next_step="请由其他监察人员认定。")
    _take(
        alert, actor, "give_card", reason, at, seen, clock=clock("appealing", terms_now()),
        facts={"level": str(Card.Level(level).label)},
    )  # fmt: skip
    number = numbering.place_number("P", alert.matter.division_id, at)
    card = Card.objects.create(
        alert=alert, number=number, level=level, given_level=level, version=alert.version,
        evidence=alert.evidence, reason=reason.strip(), given_at=at, given_by=actor.name, given_uid=actor.uid,
    )  # fmt: skip
    write_change(card, What.GIVEN, "", level, reason, actor, at)
    return card


@transaction.atomic
def appeal(*, alert: Alert, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """申诉, by whom the card was given to, within the limit. Raises `NotCarded`, and as a step does."""
    if hasattr(alert, "card"):
        policies.demand_concerned(actor, alert)
    taken = _take(
        alert, policies.as_concerned(actor, alert), "appeal", reason, at, seen, clock=clock("reviewing", terms_now()),
        events=[AlertAnswered(alert.matter_id, alert.matter.code, "appeal", at)],
    )  # fmt: skip
    _move(alert.card, Standing.APPEALED, What.APPEALED, alert.card.level, reason, actor, at)
    return taken


@transaction.atomic
def confirm(*, alert: Alert, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """The card stands. Raises `OwnCard`, and as a step does."""
    taken = _review(alert, actor, "confirm", reason, at, seen)
    _move(alert.card, Standing.FINAL, What.CONFIRMED, alert.card.level, reason, actor, at)
    return taken


@transaction.atomic
def soften(*, alert: Alert, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """A red card becomes a yellow one. Raises `Invalid` for a yellow one, `OwnCard`, and as a step does."""
    if hasattr(alert, "card") and alert.card.level == Card.Level.YELLOW:
        raise Invalid("黄牌不能再减轻。", next_step="请维持或撤销。")
    taken = _review(alert, actor, "soften", reason, at, seen)
    _move(alert.card, Standing.FINAL, What.SOFTENED, Card.Level.YELLOW, reason, actor, at)
    return taken


@transaction.atomic
def revoke(*, alert: Alert, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """The appeal is right: the card is withdrawn. Raises `OwnCard`, and as a step does."""
    taken = _review(alert, actor, "revoke", reason, at, seen)
    _move(alert.card, Standing.WITHDRAWN, What.WITHDRAWN, "", reason, actor, at)
    return taken


@transaction.atomic
def take_back(*, alert: Alert, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """The supervisors withdraw a card themselves, before anybody appealed."""
    taken = _take(alert, actor, "take_back", reason, at, seen)
    _move(alert.card, Standing.WITHDRAWN, What.WITHDRAWN, "", reason, actor, at)
    return taken


def _review(alert: Alert, actor: Actor, action: str, reason: str, at: datetime, seen: int | None) -> Taken:
    if hasattr(alert, "card"):
        policies.demand_another(actor, alert, alert.card)
    return _take(alert, actor, action, reason, at, seen)


def _take(
    alert: Alert, actor: Actor, action: str, reason: str, at: datetime, seen: int | None, *,
    facts: Mapping[str, Any] | None = None, events: Sequence[Event] = (), **more: Any,
) -> Taken:  # fmt: skip
    return matters.take_step(
        matter=alert.matter_id, action=action, actor=actor, at=at, seen=seen,
        facts={"reason": reason.strip(), **(facts or {})}, events=events, **more,
    )  # fmt: skip


def _move(card: Card, standing: str, what: str, level: str, why: str, actor: Actor, at: datetime) -> None:
    before = card.level
    card.standing = standing
    card.level = level or card.level
    if standing == Standing.WITHDRAWN:
        card.withdrawn_at = at
    card.save(update_fields=["standing", "level", "withdrawn_at"])
    write_change(card, what, before, level, why, actor, at)


def write_change(
    card: Card, what: str, before: str, after: str, why: str, actor: Actor, at: datetime, *,
    evidence: Mapping[str, Any] | None = None,
) -> CardChange:  # fmt: skip
    """Keep what became of a card, in the transaction of its step, and let people be told."""
    made = CardChange.objects.create(
        card=card, what=what, before=before, after=after, why=why.strip(), by=actor.name,
        by_itself=actor.kind == "system", at=at, evidence=dict(evidence or {}),
    )  # fmt: skip
    outbox.publish(CardChanged(card.alert_id, card.alert.matter.code, made.pk, made.by_itself, at))
    return made


# --- What comes by itself when nobody acts


def lapse(found: Sequence[Matter], at: datetime) -> Mapping[int, datetime | None]:
    """The watcher of this procedure's own limits: who does not explain in time is judged without it, and a card nobody
    appealed in time holds.
    """
    wishes: dict[int, datetime | None] = {}
    for matter in found:
        if matter.procedure != "alert" or matter.due_at is None or matter.state not in ("raised", "carded"):
            continue
        if at <= matter.due_at:
            wishes[matter.pk] = matter.due_at.replace(microsecond=999999)
        elif matter.state == "raised":
            matters.take_step(
                matter=matter.pk, action="lapse_explanation", actor=SYSTEM, at=at, clock=clock("judging", terms_now())
            )
        else:
            _lapse_appeal(matter, at)
    return wishes


def _lapse_appeal(matter: Matter, at: datetime) -> None:
    matters.take_step(matter=matter.pk, action="lapse_appeal", actor=SYSTEM, at=at)
    card = Card.objects.select_related("alert__matter").get(pk=matter.pk)
    _move(card, Standing.FINAL, What.LAPSED, card.level, "申诉期限届满，没有申诉。", SYSTEM, at)
