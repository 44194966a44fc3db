"""What people choose of their messages, and what the centre keeps of them: preferences, devices, opting out, sending again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.forms import MOBILE
from yimen.ground.kit.masking import mask_phone
from yimen.ground.kit.outbox import publish
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.notices import delivering, rules
from yimen.ground.notices.events import SendingDue
from yimen.ground.notices.models import Device, OperatorTemplate, OptOut, Preference, Quiet, Sending
from yimen.ground.notices.policies import demand_keeper

MOST_DEVICES = 10


class CannotSendAgain(Conflict):
    """The message has arrived, is on its way, or was sent again already."""

    code = "cannot_send_again"


@transaction.atomic
def choose(*, actor: Actor, chosen: Mapping[str, Mapping[str, bool]], at: datetime) -> None:
    """Set the ways out for each kind of news: `{"progress": {"sms": True, "email": False, "push": True}}`.

    Of what the law orders (`law`) one way at least stays, whatever is chosen: the site then takes the first there is.
    """
    party = _own_party(actor)
    for kind, channels in chosen.items():
        if kind in rules.KINDS and kind != "work":
            Preference.objects.update_or_create(
                party_id=party, kind=kind, defaults={name: bool(channels.get(name)) for name in rules.CHANNELS}
            )
    audit.record("notices.choose", actor=actor, target_kind="party", target=str(party))


@transaction.atomic
def set_quiet(*, actor: Actor, begins: time | None, ends: time | None, at: datetime) -> None:
    """Set the hours without messages; both None takes them away. What the law orders is not held back. Raises `Invalid`."""
    party = _own_party(actor)
    if (begins is None) != (ends is None) or (begins is not None and begins == ends):
        raise Invalid("免打扰的起止时间要么都填，要么都空着，且不能相同。", fields={"ends": "请核对结束时间。"})
    if begins is None or ends is None:
        Quiet.objects.filter(party_id=party).delete()
    else:
        Quiet.objects.update_or_create(party_id=party, defaults={"begins": begins, "ends": ends})
    audit.record("notices.set_quiet", actor=actor, target_kind="party", target=str(party))


@transaction.atomic
def add_device(*, actor: Actor, token: str, name: str, at: datetime) -> Device:
    """Register a telephone for pushed news; one that another person used before becomes this one's. Raises `Invalid`."""
    party = _own_party(actor)
    token = token.strip()
    if not 16 <= len(token) <= 400 or not token.isascii() or not token.isprintable():
        raise Invalid("设备标识不对。", next_step="请在手机应用里重新打开推送。", code="wrong_token")
    if Device.objects.filter(party_id=party).count() >= MOST_DEVICES:
        raise Invalid(f"最多登记 {MOST_DEVICES} 台设备。", next_step="请先移除不用的设备。", code="too_many_devices")
    made, _ = Device.objects.update_or_create(
        token_index=delivering.index_of(token),
        defaults={"party_id": party, "token": token, "name": name.strip()[:60], "added_at": at},
    )
    audit.record("notices.add_device", actor=actor, target_kind="party", target=str(party))
    return made


@transaction.atomic
def remove_device(*, actor: Actor, device_id: int, at: datetime) -> None:
    """Take one's own telephone off. Raises `NotFound`."""
    party = _own_party(actor)
    gone, _ = Device.objects.filter(pk=device_id, party_id=party).delete()
    if not gone:
        raise NotFound("没有这台设备。", next_step="请刷新页面。")
    audit.record("notices.remove_device", actor=actor, target_kind="party", target=str(party))


@transaction.atomic
def opt_out(*, number: str, how: str, at: datetime, actor: Actor | None = None) -> OptOut:
    """退订: this number gets no short messages any more but those of the law. The same number twice changes nothing."""
    if actor is not None:
        demand_keeper(actor)
    number = number.strip()
    if not MOBILE.fullmatch(number):
        raise Invalid("手机号不对。", next_step="请填 11 位手机号。", fields={"number": "请填 11 位手机号。"})
    made, new = OptOut.objects.get_or_create(
        to_index=delivering.index_of(number), defaults={"to": mask_phone(number), "since": at, "how": how.strip()[:60]}
    )
    if new:
        audit.record("notices.opt_out", actor=actor, target_kind="number", target=made.to)
    return made


@transaction.atomic
def opt_out_again(*, actor: Actor, opt_out_id: int, at: datetime) -> None:
    """Take a number off the list, because its owner asked for it. Raises `NotFound`, `NotAllowed`."""
    demand_keeper(actor)
    found = OptOut.objects.filter(pk=opt_out_id).first()
    if found is None:
        raise NotFound("退订名单里没有这个号码。", next_step="请刷新页面。")
    audit.record("notices.opt_in", actor=actor, target_kind="number", target=found.to)
    found.delete()


@transaction.atomic
def register_with_operator(*, actor: Actor, code: str, registered_id: str, at: datetime) -> OperatorTemplate:
    """Note the number under which the operator has approved a template's words, as they are now. Raises `Invalid`."""
    demand_keeper(actor)
    sort = rules.template_of(code) if code in {each.code for each in rules.templates()} else None
    if sort is None or not sort.sms:
        raise NotFound("没有这个短信模板。", next_step="请从模板清单中选择。")
    registered_id = registered_id.strip()
    if not 1 <= len(registered_id) <= 60 or not registered_id.isascii() or not registered_id.isprintable():
        raise Invalid("报备编号应是运营商给的字母和数字。", fields={"registered_id": "请填运营商给的编号。"})
    made, _ = OperatorTemplate.objects.update_or_create(
        code=code, defaults={"registered_id": registered_id, "text": sort.sms, "since": at}
    )
    audit.record("notices.register_template", actor=actor, target_kind="template", target=code)
    return made


@transaction.atomic
def send_again(*, actor: Actor, sending_id: int, at: datetime) -> Sending:
    """Send once more what did not arrive, as a sending of its own; of two who ask at once one gets it.

    Raises `CannotSendAgain` for what has arrived, is on its way or was sent again; `NotFound`, `NotAllowed`.
    """
    demand_keeper(actor)
    held = Sending.objects.select_for_update().filter(pk=sending_id).first()
    if held is None:
        raise NotFound("没有这条外发记录。", next_step="请刷新页面。")
    if held.state not in (Sending.State.FAILED, Sending.State.UNKNOWN):
        raise CannotSendAgain(
            f"这条消息现在是“{held.get_state_display()}”，不用再发。", next_step="没有送达的，才能再发一次。"
        )
    tries = Sending.objects.filter(message=held.message, channel=held.channel).count()
    try:
        with transaction.atomic():
            made = Sending.objects.create(
                message=held.message, channel=held.channel, again_of=held, mail_id=f"{tries}.{held.mail_id}"[:200],
                text=held.text, variables=held.variables, segments=held.segments,
            )  # fmt: skip
    except IntegrityError:
        raise CannotSendAgain("这条消息已经有人再发过。", next_step="请刷新页面，看再发的结果。") from None
    audit.record("notices.send_again", actor=actor, target_kind="sending", target=str(held.pk))
    publish(SendingDue(made.pk))
    return made


def _own_party(actor: Actor) -> int:
    if actor.kind != "citizen" or actor.party_id is None:
        raise NotAllowed("只有本人可以设置自己的通知。", next_step="请用本人的账号登录。")
    return actor.party_id
