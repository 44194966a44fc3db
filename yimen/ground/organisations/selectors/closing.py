"""Whose accounts are to be stopped, and who is told of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from yimen.ground.identity import selectors as people
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of
from yimen.ground.organisations import policies
from yimen.ground.organisations.models import AccountClosing, AdminRole, Post, Tenure, Unit

if TYPE_CHECKING:
    from yimen.ground.identity.models import Account


def leavers(on: date) -> list[tuple[int, date]]:
    """Staff without any post on a day or later, who had one, with the last day they had it; no administrators."""
    present = Post.objects.filter(account__isnull=False).filter(Q(held_to__isnull=True) | Q(held_to__gte=on))
    found = (
        people.accounts(active=True)
        .filter(admin_role__isnull=True, tenures__isnull=False)
        .exclude(pk__in=present.values("account_id"))
        .annotate(last=Max(Coalesce(F("tenures__held_to"), TruncDate(F("tenures__ended_at")))))
    )
    return [(pk, last) for pk, last in found.values_list("pk", "last") if last is not None]


def unused(since: datetime) -> list[tuple[int, date]]:
    """Staff with an account older than that and neither a sign-in nor a token's use since, with the day of the last; no
    administrators."""
    found = (
        people.accounts(active=True)
        .filter(admin_role__isnull=True, opened_at__lt=since)
        .exclude(last_login__gte=since)
        .exclude(tokens__last_used_at__gte=since)
        .values_list("pk", "last_login", "opened_at")
    )
    return [(pk, day_of(last or opened)) for pk, last, opened in found]


def open_rows() -> QuerySet[AccountClosing]:
    """What is noticed and not withdrawn or reopened."""
    return AccountClosing.objects.filter(withdrawn_at__isnull=True, reopened_at__isnull=True)


def is_back(row: AccountClosing, on: date) -> bool:
    """Whether the reason is gone: the leaver has a post again, the unused account was used."""
    if row.kind == AccountClosing.Kind.LEAVER:
        held = Post.objects.filter(account_id=row.account_id)
        return held.filter(Q(held_to__isnull=True) | Q(held_to__gte=on)).exists()
    last = row.account.last_login
    tokens = people.tokens_of(row.account_id).aggregate(last=Max("last_used_at"))["last"]
    used = max((moment for moment in (last, tokens) if moment is not None), default=None)
    return used is not None and day_of(used) > row.since


def closings_seen(actor: Actor) -> QuerySet[AccountClosing]:
    """The rows an actor sees: administrators all, a manager those of people who are or were in the own units."""
    found = AccountClosing.objects.select_related("account").order_by("due_on", "id")
    if policies.may_read_all(actor):
        return found
    units = Unit.objects.filter(policies.subtree(actor))
    return found.filter(account__in=Tenure.objects.filter(post__unit__in=units).values("account_id"))


def closing_of(account_id: int) -> AccountClosing | None:
    """The open row of an account, for handlers."""
    return open_rows().select_related("account").filter(account_id=account_id).first()


def managers_of(account_id: int, on: date) -> list[int]:
    """Account ids of who manages the unit of an account's last post; the system administrators where nobody does."""
    from yimen.ground.organisations.selectors import Place, department_of, holders

    tenure = (
        Tenure.objects.filter(account=account_id).select_related("post__unit__parent").order_by("-held_from").first()
    )
    found: list[int] = []
    if tenure is not None:
        home = department_of(tenure.post.unit)
        window = tenure.post.window
        place = Place(home.pk, None, window.centre_id if window else home.pk, home.division_id)
        found = [held.account_id for held in holders([policies.MANAGE], place, on) if held.account_id != account_id]
    admins = AdminRole.objects.filter(role="system", account__is_active=True).values_list("account_id", flat=True)
    return sorted(set(found or admins))


def without_second_factor() -> QuerySet[Account]:
    """Staff accounts in use that hold a post, a permission or an administrator's role, and have no second factor bound."""
    rights = (
        Q(posts__isnull=False) | Q(grants__ended_at__isnull=True, grants__isnull=False) | Q(admin_role__isnull=False)
    )
    return (
        people.accounts(active=True)
        .filter(rights, second_factor__confirmed_at__isnull=True)
        .distinct()
        .order_by("name")
    )
