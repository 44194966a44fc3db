"""What one asks of stand-ins and emergencies: whose they are, who could, what is open."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from yimen.ground.identity import selectors as people
from yimen.ground.identity.policies import permissions
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import capacities, policies
from yimen.ground.organisations.models import AuthorisationLetter, Delegation, Emergency, Grant, Post, StaffRules, Unit

if TYPE_CHECKING:
    from yimen.ground.identity.models import Account


def staff_rules() -> StaffRules:
    """The thresholds in force: the security administrator's, else the defaults."""
    return StaffRules.objects.first() or StaffRules()


def colleagues(post: Post, on: date) -> QuerySet[Account]:
    """Who might stand in for a post's holder: staff with a post that day in the post's department, or in a hall at its centre."""
    from yimen.ground.organisations.selectors import department_of

    home = department_of(post.unit)
    near = Q(posts__unit__path__startswith=home.path)
    if post.window_id is not None:
        near |= Q(posts__window__centre__windows=post.window_id)
    that_day = Q(posts__held_from__lte=on) & (Q(posts__held_to__isnull=True) | Q(posts__held_to__gte=on))
    found = people.accounts(active=True).filter(near & that_day).exclude(pk=post.account_id or 0)
    return found.distinct().order_by("name", "id")


def delegable(post: Post) -> list[tuple[str, str]]:
    """The permissions of a post that a stand-in may have, as (code, Chinese name), by name."""
    names = {entry.code: entry.label for entry in permissions()}
    codes = Grant.objects.filter(post=post, ended_at__isnull=True).values_list("code", flat=True).distinct()
    return sorted(
        ((code, names.get(code, code)) for code in codes if capacities.is_delegable(code)), key=lambda pair: pair[1]
    )


def delegation(delegation_id: int) -> Delegation:
    """One delegation, for handlers; raises `NotFound`."""
    found = _delegations().filter(pk=delegation_id).first()
    if found is None:
        raise NotFound("没有这次代办。")
    return found


def _delegations() -> QuerySet[Delegation]:
    return Delegation.objects.select_related("post__unit", "holder", "account")


def delegations_of(actor: Actor) -> QuerySet[Delegation]:
    """Those one has given or been offered, and those of posts in the units one manages; the latest first."""
    mine = Q(holder=actor.account_id or 0) | Q(account=actor.account_id or 0)
    if actor.holds(policies.MANAGE) and actor.stands_for is None:
        mine |= Q(post__unit__in=Unit.objects.filter(policies.subtree(actor)))
    return _delegations().filter(mine).order_by("-ends_at", "-id")


def access_delegation(actor: Actor, uid: UUID) -> Delegation:
    """One of `delegations_of`; raises `NotFound`."""
    found = delegations_of(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这次代办，或者与您无关。")
    return found


def may_decide_for(held: Delegation, on: date) -> bool:
    """Whether a letter of the department gives the stand-in the power to decide, as the holder's does (R006)."""

    def departments(account_id: int) -> set[int]:
        letters = AuthorisationLetter.objects.filter(
            post__account=account_id, state="signed", valid_from__lte=on, valid_to__gte=on, powers__contains=["decide"]
        )
        return set(letters.values_list("department_id", flat=True))

    return bool(departments(held.holder_id) & departments(held.account_id))


# Emergencies


def emergencies_seen(actor: Actor) -> QuerySet[Emergency]:
    """Those that the actor may see: the three administrators and supervision all of them, others their own; the latest first."""
    found = Emergency.objects.select_related("account", "post__unit").order_by("-opened_at", "-id")
    if actor.admin_role or actor.holds(policies.WATCH_EMERGENCIES):
        return found
    return found.filter(account=actor.account_id or 0)


def access_emergency(actor: Actor, emergency_id: int) -> Emergency:
    """One of `emergencies_seen`; raises `NotFound`."""
    found = emergencies_seen(actor).filter(pk=emergency_id).first()
    if found is None:
        raise NotFound("没有这次应急授权。")
    return found


def emergency(emergency_id: int) -> Emergency:
    """One emergency, for handlers; raises `NotFound`."""
    found = Emergency.objects.select_related("account", "post__unit").filter(pk=emergency_id).first()
    if found is None:
        raise NotFound("没有这次应急授权。")
    return found


def to_review(at: datetime) -> QuerySet[Emergency]:
    """Emergencies that are over and not judged yet."""
    over = Q(ends_at__lte=at) | Q(ended_at__isnull=False)
    return Emergency.objects.filter(over, reviewed_at__isnull=True)


def watchers(on: date) -> list[int]:
    """Account ids of the three administrators and of supervision, who are told of an emergency at once."""
    from yimen.ground.organisations.models import AdminRole

    admins = AdminRole.objects.filter(account__is_active=True).values_list("account_id", flat=True)
    that_day = Q(held_from__lte=on) & (Q(held_to__isnull=True) | Q(held_to__gte=on))
    supervision = Post.objects.filter(that_day, duty=Post.Duty.SUPERVISOR, account__is_active=True)
    return sorted({*admins, *supervision.values_list("account_id", flat=True)})


def emergency_codes() -> list[tuple[str, str]]:
    """What an emergency may give, as (code, Chinese name), by module and name."""
    entries = sorted(permissions(), key=lambda entry: (entry.module, entry.label))
    return [(entry.code, entry.label) for entry in entries if capacities.opens_in_emergency(entry.code)]
