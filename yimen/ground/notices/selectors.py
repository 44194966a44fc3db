"""Ask for messages."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotFound
from yimen.ground.notices import rules
from yimen.ground.notices.delivering import USUAL, due_again, give_up_waiting, index_of
from yimen.ground.notices.models import Device, Message, OperatorTemplate, OptOut, Preference, Quiet, Sending

__all__ = ["due_again", "give_up_waiting", "inbox", "index_of", "undelivered", "unread"]


def inbox(actor: Actor) -> QuerySet[Message]:
    """The messages to this actor: to the account, and to the party it acts for."""
    mine = Q(pk__in=[])
    if actor.account_id is not None:
        mine |= Q(account_id=actor.account_id)
    if actor.party_id is not None and (actor.standing is None or actor.standing.whole):
        mine |= Q(party_id=actor.party_id)
    return Message.objects.filter(mine)


def unread(actor: Actor) -> int:
    """How many messages the actor has not read."""
    return inbox(actor).filter(read_at__isnull=True).count()


def undelivered() -> QuerySet[Sending]:
    """Messages that will not arrive, newest first, for the operations page."""
    return Sending.objects.filter(state=Sending.State.FAILED).select_related("message").order_by("-id")


def sendings(
    *, channel: str = "", state: str = "", kind: str = "", to_index: str = "", text: str = ""
) -> QuerySet[Sending]:
    """What went out, newest first; `to_index` is `index_of` a whole number."""
    found = Sending.objects.select_related("message", "again_of").prefetch_related("again")
    if channel in rules.CHANNELS:
        found = found.filter(channel=channel)
    if state in Sending.State.values:
        found = found.filter(state=state)
    if kind in rules.KINDS:
        found = found.filter(message__kind=kind)
    if to_index:
        found = found.filter(to_index=to_index)
    if text:
        found = found.filter(message__subject__icontains=text)
    return found.order_by("-id")


def sending(sending_id: int) -> Sending:
    """One with its receipts; raises `NotFound`."""
    found = (
        Sending.objects.select_related("message", "again_of")
        .prefetch_related("receipts", "again")
        .filter(pk=sending_id)
    )
    held = found.first()
    if held is None:
        raise NotFound("没有这条外发记录。", next_step="请从消息清单中选择。")
    return held


def state_counts() -> dict[str, int]:
    """How many sendings stand in each state."""
    rows = Sending.objects.values("state").annotate(number=Count("id")).order_by("state")
    return {row["state"]: row["number"] for row in rows}


STATES = Sending.State.choices


def operator_templates() -> dict[str, OperatorTemplate]:
    """Which templates the operator has approved, by code."""
    return {each.code: each for each in OperatorTemplate.objects.all()}


def opted_out() -> QuerySet[OptOut]:
    """The numbers that want no short messages, newest first."""
    return OptOut.objects.order_by("-id")


def preferences(party_id: int) -> dict[str, dict[str, bool]]:
    """The ways out that somebody has chosen for each kind of news, the usual ones where nothing was chosen."""
    held = {each.kind: each for each in Preference.objects.filter(party_id=party_id)}
    found = {}
    for kind in rules.KINDS:
        chosen = held.get(kind)
        found[kind] = {
            channel: getattr(chosen, channel) if chosen else channel in USUAL[kind] for channel in rules.CHANNELS
        }
    return found


def quiet(party_id: int) -> Quiet | None:
    """Somebody's quiet hours."""
    return Quiet.objects.filter(party_id=party_id).first()


def devices(party_id: int) -> list[Device]:
    """The telephones that take pushed news of a person."""
    return list(Device.objects.filter(party_id=party_id).order_by("-id"))
