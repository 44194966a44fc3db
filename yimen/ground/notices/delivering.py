"""Bringing a message out of this site: which ways it goes, each sending once, and what came of it.

A sending is written `asking` and committed before a gateway hears of it. Whoever finds one so (the worker died, the answer
was lost) asks the gateway for it by its key; only where the gateway never had it is it handed over, under the same key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from yimen.ground.identity import selectors as people
from yimen.ground.kit import keyring, ratelimit
from yimen.ground.kit.forms import MOBILE
from yimen.ground.kit.masking import mask_email, mask_phone
from yimen.ground.kit.moments import local, now
from yimen.ground.notices import gateway, mail, rules
from yimen.ground.notices.models import Device, Message, OperatorTemplate, OptOut, Preference, Quiet, Receipt, Sending

State = Sending.State
USUAL: dict[str, frozenset[str]] = {
    "law": frozenset({"sms", "push", "email"}),
    "progress": frozenset({"push", "email"}),
    "work": frozenset(),
    "security": frozenset({"sms", "email"}),
}
"""The ways of each kind of news for somebody who has chosen nothing: a short message costs money, and wakes people."""
NOT_HELD_BACK = ("law", "security")
PER_NUMBER, PER_DAY = 5, 20
"""Short messages to one number in a row, and a day: more are held back and go out later."""
RANK = {State.ASKING: 0, State.SENT: 1, State.UNKNOWN: 2, State.FAILED: 3, State.DELIVERED: 4}
"""A receipt moves a sending upwards only: what comes late or twice changes nothing."""
NO_RECEIPT_AFTER = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a message: the channel, and not before when (None: at once)."""

    channel: str
    not_before: datetime | None = None
    text: str = ""
    variables: Mapping[str, str] | None = None


def ways(party_id: int, kind: str, template: rules.Template | None, facts: Mapping[str, str | int], at: datetime,
         *, email: bool = True) -> list[Way]:  # fmt: skip
    """Which ways the news goes to this person: what they chose, of what there is; for `law` at least one of what there is."""
    there = _there(party_id, template, email=email)
    if not there:
        return []
    chosen = Preference.objects.filter(party_id=party_id, kind=kind).first()
    wanted = USUAL.get(kind, frozenset()) if chosen is None else {c for c in rules.CHANNELS if getattr(chosen, c)}
    found = [channel for channel in rules.CHANNELS if channel in there and channel in wanted]
    if kind != "law" and "sms" in found and _opted_out(party_id):
        found.remove("sms")
    if kind == "law" and not found:
        found = [next(channel for channel in rules.CHANNELS if channel in there)]
    later = None if kind in NOT_HELD_BACK else _quiet_until(party_id, at)
    return [_way(channel, later, template, facts) for channel in found]


def _way(channel: str, later: datetime | None, template: rules.Template | None, facts: Mapping[str, str | int]) -> Way:
    if channel != "sms" or template is None:
        return Way(channel, later)
    text, variables = template.short(facts)
    return Way(channel, later, text, variables)


def _there(party_id: int, template: rules.Template | None, *, email: bool) -> set[str]:
    """The ways that exist: the installation has them, the person has an address, the template has words for them."""
    found: set[str] = set()
    on = {channel for channel in ("sms", "push") if gateway.gateway_of(channel) is not None}
    if not on and not mail.is_on():
        return found
    party = people.party(party_id)
    if email and mail.is_on() and party.email:
        found.add("email")
    if "sms" in on and template is not None and template.sms and MOBILE.fullmatch(party.phone or ""):
        found.add("sms")
    if "push" in on and Device.objects.filter(party_id=party_id).exists():
        found.add("push")
    return found


def index_of(number: str) -> str:
    """The index under which a number is found without being kept."""
    return keyring.blind_index(number, kind="notices.number")


def _opted_out(party_id: int) -> bool:
    return OptOut.objects.filter(to_index=index_of(people.party(party_id).phone or "")).exists()


def _quiet_until(party_id: int, at: datetime) -> datetime | None:
    """The end of the quiet hours that this moment lies in; None outside of them."""
    quiet = Quiet.objects.filter(party_id=party_id).first()
    if quiet is None:
        return None
    here = local(at)
    clock = here.time()
    within = (
        quiet.begins <= clock < quiet.ends if quiet.begins < quiet.ends else clock >= quiet.begins or clock < quiet.ends
    )
    if not within:
        return None
    ends = here.replace(hour=quiet.ends.hour, minute=quiet.ends.minute, second=0, microsecond=0)
    return ends if ends > here else ends + timedelta(days=1)


def send(sending_id: int) -> None:
    """Bring one sending out; does nothing when it has gone out already, or waits for its hour. Never inside a transaction.

    Raises what a server's trouble raises, so that the outbox tries again later; a final refusal is kept with its reason.
    """
    sending = Sending.objects.select_related("message").get(pk=sending_id)
    if sending.message.party_id is None:
        raise LookupError("a message to an account goes out by no channel")
    if sending.state not in (State.WAITING, State.ASKING):
        return
    if sending.not_before is not None and sending.not_before > now():
        return
    if sending.channel == "email":
        _send_mail(sending)
    else:
        _send_out(sending)


def _send_mail(sending: Sending) -> None:
    message = sending.message
    address = people.party(message.party_id or 0).email
    mine = Sending.objects.filter(pk=sending.pk, state=State.WAITING)
    mine.update(attempts=F("attempts") + 1, to=mask_email(address))
    if not address:
        mine.update(state=State.FAILED, reason="没有登记电子邮箱")
        return
    try:
        mail.send(to=address, subject=message.subject, body=letter(message), message_id=sending.mail_id)
    except mail.MailRefusedError as refused:
        mine.update(state=State.FAILED, reason=str(refused)[:300])
        return
    mine.update(state=State.SENT, sent_at=now(), reason="")


def _send_out(sending: Sending) -> None:
    """By a gateway: short message or push."""
    found = gateway.gateway_of(sending.channel)
    mine = Sending.objects.filter(pk=sending.pk)
    if found is None:
        mine.update(state=State.FAILED, reason="没有配置这个渠道的网关")
        return
    if sending.state == State.ASKING:
        became = gateway.status(found, sending.mail_id)
        if became is not None:
            _settle(sending, became)
            return
    address = _address(sending)
    if not address:
        mine.update(state=State.FAILED, reason="没有登记手机号" if sending.channel == "sms" else "没有登记设备")
        return
    registered = OperatorTemplate.objects.filter(code=sending.message.template).first()
    if sending.channel == "sms" and sending.state == State.WAITING:
        if registered is None:
            mine.update(state=State.FAILED, reason="短信模板还没有在运营商报备")
            return
        wait = _too_many(address)
        if wait:
            mine.update(not_before=now() + timedelta(seconds=wait), reason="同一号码发送太密，稍后再发")
            return
    shown = mask_phone(address) if sending.channel == "sms" else "已登记的设备"
    mine.update(
        state=State.ASKING, attempts=F("attempts") + 1, asked_at=now(), to=shown, to_index=index_of(address), reason=""
    )
    message = sending.message
    try:
        number = gateway.send(
            found, to=address, key=sending.mail_id, template=registered.registered_id if registered else message.template,
            variables=sending.variables, text=sending.text or message.subject,
        )  # fmt: skip
    except gateway.GatewayRefusedError as refused:
        mine.filter(state=State.ASKING).update(state=State.FAILED, reason=str(refused)[:300], ended_at=now())
        return
    except gateway.GatewayBusyError as busy:
        mine.filter(state=State.ASKING).update(state=State.WAITING, reason=str(busy)[:300])
        raise
    except gateway.GatewayUncertainError as lost:
        mine.filter(state=State.ASKING).update(reason=str(lost)[:300])
        raise
    # A receipt may have come before the answer: what it said stands.
    mine.update(gateway_id=number)
    mine.filter(state=State.ASKING).update(state=State.SENT, sent_at=now(), reason="")


def _address(sending: Sending) -> str:
    party_id = sending.message.party_id or 0
    if sending.channel == "sms":
        phone = people.party(party_id).phone or ""
        return phone if MOBILE.fullmatch(phone) else ""
    device = Device.objects.filter(party_id=party_id).order_by("-id").first()
    return device.token if device is not None else ""


def _too_many(number: str) -> float:
    """Seconds to wait before this number gets another short message; 0.0 where it may have one now."""
    index = index_of(number)
    wait = ratelimit.take(f"sms:{index[-40:]}", capacity=PER_NUMBER, per_second=PER_NUMBER / 3600)
    return wait or ratelimit.take(f"sms-day:{index[-40:]}", capacity=PER_DAY, per_second=PER_DAY / 86400)


def _settle(sending: Sending, became: gateway.Became) -> None:
    """What the gateway says of a sending whose answer was lost."""
    state = {"delivered": State.DELIVERED, "failed": State.FAILED, "unknown": State.UNKNOWN}.get(
        became.state, State.SENT
    )
    Sending.objects.filter(pk=sending.pk).update(gateway_id=became.gateway_id)
    _move(sending.pk, state, became.at or now(), became.code)
    Sending.objects.filter(pk=sending.pk, sent_at__isnull=True).update(sent_at=sending.asked_at or now())


def take_receipt(*, channel: str, key: str, receipt_id: str, state: str, code: str, happened_at: datetime) -> bool:
    """Keep one receipt; False for one of no sending, or that was there already. A later one only moves a sending upwards."""
    sending = Sending.objects.filter(mail_id=key, channel=channel).first()
    if sending is None or state not in ("delivered", "failed", "unknown"):
        return False
    _, new = Receipt.objects.get_or_create(
        sending=sending, receipt_id=receipt_id[:80],
        defaults={"state": state, "code": code[:40], "happened_at": happened_at},
    )  # fmt: skip
    if new:
        _move(sending.pk, State(state), happened_at, code)
    return new


def _move(sending_id: int, state: Sending.State, at: datetime, code: str) -> None:
    lower = [each for each, rank in RANK.items() if rank < RANK[state]]
    ended = at if state in (State.DELIVERED, State.FAILED, State.UNKNOWN) else None
    reason = {State.FAILED: f"运营商回执：未送达（{code or '未说明'}）", State.UNKNOWN: "运营商回执：状态不明"}.get(
        state, ""
    )
    Sending.objects.filter(pk=sending_id, state__in=lower).update(state=state, ended_at=ended, reason=reason)


def due_again(at: datetime, limit: int = 500) -> list[int]:
    """Sendings that nobody works on: their hour has come, or their answer was lost a while ago."""
    waiting = Sending.objects.filter(state=State.WAITING, not_before__isnull=False, not_before__lte=at)
    lost = Sending.objects.filter(state=State.ASKING, asked_at__lt=at - timedelta(minutes=30))
    return [*waiting.values_list("pk", flat=True)[:limit], *lost.values_list("pk", flat=True)[:limit]]


def give_up_waiting(at: datetime) -> int:
    """Sent long ago without a receipt: nobody will send one. Returns how many."""
    old = Sending.objects.filter(state=State.SENT, channel__in=("sms", "push"), sent_at__lt=at - NO_RECEIPT_AFTER)
    return old.update(state=State.UNKNOWN, reason="三天没有收到回执", ended_at=at)


def letter(message: Message) -> str:
    """The message as an e-mail."""
    lines = [message.body, ""]
    if message.link:
        lines += [f"查看：{settings.ORIGIN.rstrip('/')}{message.link}", ""]
    return "\n".join([*lines, "——", settings.CENTRE_NAME, "本邮件由系统自动发出，请勿直接回复。"])
