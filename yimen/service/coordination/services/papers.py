"""Papers between units: notices and guidance down, requests up, notices to liaisons (R002, R012). Read, answered, urged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, numbering
from yimen.ground.kit.moments import day_of, local
from yimen.ground.kit.outbox import publish
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.service.coordination import policies
from yimen.service.coordination.events import DispatchAnswered, DispatchSent, DispatchUrged
from yimen.service.coordination.models import Dispatch, Receipt
from yimen.service.coordination.selectors.papers import counterpart_windows

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit, Window

MOST_RECEIVERS = 300


class NoReceiver(Invalid):
    """Nobody to send it to."""

    code = "no_receiver"


class PaperGone(Conflict):
    """The paper was withdrawn, or this was done already."""

    code = "paper_gone"


@transaction.atomic
def send_dispatch(
    *, actor: Actor, sender: Unit, receivers: Sequence[Unit], kind: str, subject: str, body: str, at: datetime,
    files: Sequence[StoredFile] = (), answer_by: date | None = None, needs_answer: bool = False, about: str = "",
    figures: str = "", period: tuple[date, date] | None = None, windows: Sequence[Window] = (), key: str | None = None,
) -> Dispatch:  # fmt: skip
    """Send a paper to other units; each gets a receipt to sign, and answers where `needs_answer`.

    `windows` are windows of another tier that answer to one of the sender's (R002): the people there sign and answer. A paper
    with a `key` is sent once.

    Raises `NoReceiver`, `NotAllowed` for whoever does not speak for `sender`, `Invalid` for an answer day that is past.
    """
    _may_send(actor, sender, kind)
    chosen = list({unit.pk: unit for unit in receivers if unit.pk != sender.pk}.values())
    addressed = list({window.pk: window for window in windows}.values())
    if not 0 < len(chosen) + len(addressed) <= MOST_RECEIVERS:
        raise NoReceiver(f"请选择 1 到 {MOST_RECEIVERS} 个收件单位或窗口。", fields={"receivers": "请选择收件单位"})
    if actor.kind != "system" and {each.pk for each in addressed} - {each.pk for each in counterpart_windows(sender)}:
        raise NoReceiver("有的窗口不是本单位窗口的对口窗口。", fields={"windows": "请从对口窗口里选择"})
    if key is not None and (sent := Dispatch.objects.filter(key=key).first()) is not None:
        return sent
    if answer_by is not None and answer_by < day_of(at):
        raise Invalid("回复期限已经过去。", fields={"answer_by": "不能早于今天"})
    year = local(at).year
    word = {"briefing": "通报", "liaison": "联络", "case": "移"}.get(kind, "传")
    serial = numbering.next_number(f"coordination.dispatch:{sender.pk}:{word}:{year}")
    name = sender.short_name.removesuffix("局").removesuffix("委员会") or sender.name
    dispatch = Dispatch.objects.create(
        kind=kind, number=numbering.letter_number(f"{name}{word}", year, serial), sender=sender, subject=subject,
        body=body, needs_answer=needs_answer or answer_by is not None, answer_by=answer_by, about=about,
        author_id=actor.account_id, author_name=actor.name, sent_at=at, figures=figures,
        period_first=period[0] if period else None, period_last=period[1] if period else None,
        key=key,
    )  # fmt: skip
    if files:
        dispatch.files.set(files)
    Receipt.objects.bulk_create(
        [
            *(Receipt(dispatch=dispatch, unit=unit) for unit in chosen),
            *(Receipt(dispatch=dispatch, unit=window.centre, window=window) for window in addressed),
        ]
    )
    publish(DispatchSent(dispatch.pk, at))
    action = "coordination.send_briefing" if kind == "briefing" else "coordination.send_dispatch"
    audit.record(
        action, actor=actor, target_kind="dispatch", target=dispatch.number, facts={"to": len(chosen) + len(addressed)}
    )
    return dispatch


@transaction.atomic
def withdraw_dispatch(*, actor: Actor, dispatch: Dispatch, reason: str, at: datetime) -> None:
    """Take a paper back while no unit has signed for it. Raises `PaperGone`, `Invalid` without a reason."""
    dispatch = _locked(dispatch)
    _may_send(actor, dispatch.sender, dispatch.kind)
    if not reason.strip():
        raise Invalid("请写明撤回的原因。", fields={"reason": "请写明原因"})
    if dispatch.receipts.filter(read_at__isnull=False).exists():
        raise PaperGone("已有单位签收，不能撤回。", next_step="请另发一份更正的通知。")
    dispatch.withdrawn_at, dispatch.withdrawn_reason = at, reason.strip()[:200]
    dispatch.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    _note("coordination.withdraw_dispatch", actor, dispatch)


@transaction.atomic
def sign_receipt(*, actor: Actor, dispatch: Dispatch, at: datetime) -> Receipt:
    """签收 in the name of one's unit; signing twice changes nothing. Raises `NotAllowed`, `PaperGone`."""
    dispatch = _locked(dispatch)
    receipt = _mine(actor, dispatch)
    if receipt.read_at is None:
        receipt.read_at, receipt.read_by = at, actor.name
        receipt.save(update_fields=["read_at", "read_by"])
        _note("coordination.sign_receipt", actor, dispatch, {"unit": receipt.unit_id})
    return receipt


@transaction.atomic
def answer_dispatch(
    *, actor: Actor, dispatch: Dispatch, text: str, at: datetime, files: Sequence[StoredFile] = ()
) -> Receipt:
    """Answer in the name of one's unit, once; it signs for the paper too. Raises `PaperGone`, `NotAllowed`, `Invalid`."""
    dispatch = _locked(dispatch)
    receipt = _mine(actor, dispatch)
    if receipt.answered_at is not None:
        raise PaperGone(f"{receipt.answered_by}已经代表本单位回复过。", next_step="要补充，请另发一份请示或通知。")
    if not text.strip():
        raise Invalid("请写明回复内容。", fields={"text": "请写明回复内容"})
    receipt.answer, receipt.answered_at, receipt.answered_by = text, at, actor.name
    receipt.read_at, receipt.read_by = receipt.read_at or at, receipt.read_by or actor.name
    receipt.save(update_fields=["answer", "answered_at", "answered_by", "read_at", "read_by"])
    if files:
        receipt.answer_files.set(files)
    publish(DispatchAnswered(receipt.pk, at))
    _note("coordination.answer_dispatch", actor, dispatch, {"unit": receipt.unit_id})
    return receipt


@transaction.atomic
def urge_receipt(
    *, actor: Actor, dispatch: Dispatch, unit_id: int, at: datetime, window_id: int | None = None
) -> Receipt:
    """Ask a unit (or its window) again for its signature or answer; not twice on a day. Raises `PaperGone`, `NotAllowed`."""
    dispatch = _locked(dispatch)
    _may_send(actor, dispatch.sender, dispatch.kind)
    receipt = dispatch.receipts.filter(unit=unit_id, window=window_id).first()
    if receipt is None:
        raise PaperGone("这份文没有发给这个单位。")
    if receipt.answered_at is not None or (receipt.read_at is not None and not dispatch.needs_answer):
        raise PaperGone("这个单位已经办完，不用再催。", next_step="请刷新页面查看。")
    if receipt.urged_at is not None and day_of(receipt.urged_at) == day_of(at):
        raise PaperGone("今天已经催过一次。", next_step="请明天再催，或直接打电话。")
    receipt.urged, receipt.urged_at = receipt.urged + 1, at
    receipt.save(update_fields=["urged", "urged_at"])
    publish(DispatchUrged(receipt.pk, receipt.urged, at))
    _note("coordination.urge_receipt", actor, dispatch, {"unit": unit_id})
    return receipt


def _locked(dispatch: Dispatch) -> Dispatch:
    """The paper, held still, so that nobody signs while it is taken back; raises `PaperGone` for a withdrawn one."""
    found = Dispatch.objects.select_for_update(of=("self",)).get(pk=dispatch.pk)
    if found.withdrawn_at is not None:
        raise PaperGone("这份文已经撤回。", next_step="请刷新页面。")
    return found


def _may_send(actor: Actor, sender: Unit, kind: str) -> None:
    if actor.kind == "system":
        return
    if kind in ("briefing", "liaison"):
        policies.require(actor, policies.MANAGE, sender.pk, sender.pk, sender.division_id)
    elif sender.pk not in (policies.units(actor, policies.CHANNEL) or set()):
        raise NotAllowed("您不能以这个单位的名义发文。", next_step="请由本单位负责人、首席代表或联络人办理。")


def _mine(actor: Actor, dispatch: Dispatch) -> Receipt:
    """The receipt of the unit the actor speaks for; of several the first unanswered. Raises `NotAllowed`."""
    receipts = dispatch.receipts.filter(policies.receives(actor)).order_by("answered_at", "pk")
    found = next((each for each in receipts if each.answered_at is None), None) or receipts.first()
    if found is None:
        raise NotAllowed("这份文不是发给您单位的。", next_step="请由收件单位签收、回复。")
    return found


def _note(action: str, actor: Actor, dispatch: Dispatch, facts: dict[str, object] | None = None) -> None:
    audit.record(action, actor=actor, target_kind="dispatch", target=dispatch.number, facts=facts)
