"""Accounts of leavers and accounts nobody uses are stopped in time (等保 2.0, GB/T 22239 8.1.4.2): noticed, warned, stopped, reopened."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from yimen.ground.identity import selectors as accounts
from yimen.ground.identity import services as people
from yimen.ground.identity.policies import require_role
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict
from yimen.ground.organisations.events import AccountClosingSoon, StaffWithoutPost
from yimen.ground.organisations.models import AccountClosing
from yimen.ground.organisations.selectors import closing, standing


@dataclass(slots=True)
class Done:
    """What one run did, in accounts."""

    noticed: int = 0
    warned: int = 0
    closed: int = 0
    withdrawn: int = 0

    def facts(self) -> dict[str, int]:
        """By name."""
        return asdict(self)


def close_due(*, at: datetime, unused: bool = True) -> Done:
    """Do what is due today; run it once a day, more often does no harm. `unused=False` leaves accounts with posts alone.

    A leaver is noticed on the first day without a post, and what they had in hand goes back at once; a leaver noticed late
    still gets the full warning. Each account is its own transaction.
    """
    done, rules, today = Done(), standing.staff_rules(), day_of(at)
    for account_id, last in closing.leavers(today):
        grace = min(rules.warn_days, rules.leaver_days)
        due = max(last + timedelta(days=rules.leaver_days), today + timedelta(days=grace))
        done.noticed += _notice(account_id, AccountClosing.Kind.LEAVER, last, due, at)
    if unused:
        idle_since = at - timedelta(days=rules.unused_days - rules.warn_days)
        for account_id, last in closing.unused(idle_since):
            due = max(last + timedelta(days=rules.unused_days), today + timedelta(days=rules.warn_days))
            done.noticed += _notice(account_id, AccountClosing.Kind.UNUSED, last, due, at)
    for pk in closing.open_rows().values_list("pk", flat=True):
        _go_on(pk, done, at, rules.warn_days)
    return done


@transaction.atomic
def _notice(account_id: int, kind: str, since: date, due: date, at: datetime) -> int:
    _, new = AccountClosing.objects.get_or_create(
        account_id=account_id, withdrawn_at=None, reopened_at=None,
        defaults={"kind": kind, "since": since, "noticed_at": at, "due_on": due},
    )  # fmt: skip
    if new and kind == AccountClosing.Kind.LEAVER:
        outbox.publish(StaffWithoutPost(account_id=account_id, at=at))
    return int(new)


@transaction.atomic
def _go_on(pk: int, done: Done, at: datetime, warn_days: int) -> None:
    row = AccountClosing.objects.select_for_update(of=("self",)).get(pk=pk)
    today = day_of(at)
    if row.closed_at is not None:
        if row.account.is_active:  # enabled on the account's own page
            row.reopened_at = at
            row.save(update_fields=["reopened_at"])
        return
    if not row.account.is_active or closing.is_back(row, today):
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        done.withdrawn += 1
        return
    if row.warned_at is None and today >= row.due_on - timedelta(days=warn_days):
        row.warned_at = at
        row.save(update_fields=["warned_at"])
        outbox.publish(AccountClosingSoon(account_id=row.account_id, kind=row.kind, on=row.due_on))
        done.warned += 1
    if today >= row.due_on:
        _close(row, at)
        done.closed += 1


def _close(row: AccountClosing, at: datetime) -> None:
    people.disable_account(actor=SYSTEM, account=row.account, reason=reason_of(row), at=at)
    for token in accounts.tokens_of(row.account_id).filter(revoked_at__isnull=True):
        people.revoke_token(actor=SYSTEM, token=token, at=at)
    row.closed_at = at
    row.save(update_fields=["closed_at"])
    if row.kind == AccountClosing.Kind.LEAVER:
        outbox.publish(StaffWithoutPost(account_id=row.account_id, at=at))


def reason_of(row: AccountClosing) -> str:
    """Why, in words."""
    if row.kind == AccountClosing.Kind.LEAVER:
        return f"{row.since:%Y-%m-%d} 起没有岗位，到期自动停用。"
    return f"{row.since:%Y-%m-%d} 起没有登录，到期自动停用。"


@transaction.atomic
def reopen_account(*, actor: Actor, row: AccountClosing, reason: str, at: datetime) -> None:
    """The system administrator lets the account be used again; its tokens stay revoked. Raises `Conflict` where it is open."""
    require_role(actor, "system")
    held = AccountClosing.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if held.closed_at is None or held.reopened_at is not None:
        raise Conflict("这个账号没有被停用，或已经重新启用。", next_step="请刷新页面查看。")
    held.reopened_at, held.reopened_by = at, actor.uid
    held.reopen_reason = tidy(reason, "原因", 200, field="reason")
    held.save(update_fields=["reopened_at", "reopened_by", "reopen_reason"])
    people.enable_account(actor=actor, account=held.account, at=at)
    audit.record(
        "organisations.reopen_account", actor=actor, target_kind="account", target=str(held.account.uid),
        reason=held.reopen_reason,
    )  # fmt: skip
