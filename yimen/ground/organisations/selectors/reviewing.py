"""What is to be looked through in an access review, and who looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Q, QuerySet

from yimen.ground.identity import selectors as people
from yimen.ground.identity.policies import permissions
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import say_moment
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import policies
from yimen.ground.organisations.models import (
    AccessReview,
    AuthorisationLetter,
    Delegation,
    Grant,
    Post,
    ReviewLine,
    SealUse,
    Unit,
)
from yimen.ground.organisations.rules import POWERS

BELOW = (Unit.Kind.SECTION, Unit.Kind.SUBCENTRE, Unit.Kind.VILLAGE)
"""Units that are looked through with the one above them."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period of reviews: months of a year, by its first day."""

    begins_on: date
    label: str


def period_of(on: date, months: int) -> Period:
    """The period that a day lies in, where one begins every so many months from January (a divisor of 12)."""
    first = (on.month - 1) // months * months + 1
    begins = date(on.year, first, 1)
    if months == 3:
        label = f"{on.year} 年第 {(first + 2) // 3} 季度"
    elif months == 12:
        label = f"{on.year} 年"
    elif months == 1:
        label = f"{on.year} 年 {first} 月"
    else:
        label = f"{on.year} 年 {first}—{first + months - 1} 月"
    return Period(begins, label)


def units_to_review() -> list[Unit]:
    """Units in being with held posts, each with what hangs below it that has no review of its own."""
    held = Post.objects.filter(account__isnull=False, abolished_on__isnull=True)
    found: dict[int, Unit] = {}
    for post in held.select_related("unit__parent__parent__parent__parent"):
        unit = post.unit
        while unit.kind in BELOW and unit.parent is not None:
            unit = unit.parent
        if unit.dissolved_on is None:
            found[unit.pk] = unit
    return sorted(found.values(), key=lambda unit: (unit.order, unit.pk))


def posts_of_unit(unit: Unit) -> list[Post]:
    """The held posts that the unit's review covers: its own and those below it down to the next unit with a review."""
    inside = Unit.objects.filter(path__startswith=unit.path, dissolved_on__isnull=True)
    others = [each.path for each in inside if each.pk != unit.pk and each.kind not in BELOW]
    posts = Post.objects.filter(unit__in=inside, account__isnull=False, abolished_on__isnull=True)
    return [
        post
        for post in posts.select_related("unit", "window", "account").order_by("unit__path", "id")
        if not any(post.unit.path.startswith(path) for path in others)
    ]


def lines_of(unit: Unit, at: datetime, on: date) -> Iterator[ReviewLine]:
    """Every right of the unit's people as a line that is not saved yet."""
    posts = posts_of_unit(unit)
    by_post = {post.pk: post for post in posts}
    holders = {post.account_id: post for post in posts}
    names = {entry.code: entry.label for entry in permissions()}
    mine = Q(post__in=by_post) | Q(account__in=holders)
    grants = Grant.objects.filter(mine, ended_at__isnull=True).select_related(
        "account", "scope_unit", "scope_window", "scope_division"
    )
    for grant in grants.order_by("post_id", "code", "id"):
        post = by_post.get(grant.post_id or 0) or holders[grant.account_id]
        place = str(grant.scope_unit or grant.scope_window or grant.scope_division or "")
        yield _line(
            ReviewLine.Kind.GRANT, grant.pk, post, names.get(grant.code, grant.code),
            scope=grant.get_scope_display() + (f"：{place}" if place else "") + ("" if grant.post_id else "（直接授予个人）"),
            used=post.account.last_login if post.account else None,
        )  # fmt: skip
    letters = AuthorisationLetter.objects.filter(department=unit, state="signed", valid_to__gte=on)
    used = dict(
        SealUse.objects.filter(letter__in=letters)
        .values_list("letter_id")
        .annotate(last=Max("used_at"))
        .values_list("letter_id", "last")
    )
    for letter in letters.select_related("post__unit", "post__account", "post__window").order_by("number"):
        yield _line(
            ReviewLine.Kind.LETTER, letter.pk, letter.post,
            f"{letter.number}：{'、'.join(POWERS.get(power, power) for power in letter.powers)}",
            scope=f"{'全部事项' if letter.items is None else f'{len(letter.items)} 个事项'}，至 {letter.valid_to:%Y-%m-%d}",
            used=used.get(letter.pk),
        )  # fmt: skip
    for account_id, post in holders.items():
        for token in people.tokens_of(account_id or 0).filter(revoked_at__isnull=True, expires_at__gt=at):
            yield _line(
                ReviewLine.Kind.TOKEN, token.pk, post, f"{token.name}（{token.hint}…）", scope=" ".join(token.scopes)[:200],
                used=token.last_used_at,
            )  # fmt: skip
    for each in Delegation.objects.filter(
        post__in=by_post, accepted_at__isnull=False, revoked_at__isnull=True, ends_at__gt=at
    ).select_related("account"):
        yield _line(
            ReviewLine.Kind.DELEGATION, each.pk, by_post[each.post_id], f"由 {each.account.name} 代办",
            scope=f"{len(each.codes)} 项权限，至 {say_moment(each.ends_at)}", used=None,
        )  # fmt: skip


def _line(kind: str, ref: int, post: Post, what: str, *, scope: str, used: datetime | None) -> ReviewLine:
    name = post.account.name if post.account else "空缺"
    return ReviewLine(
        kind=kind, ref=ref, post=post, account=post.account, what=what[:300], scope=scope[:200], last_used_at=used,
        holder=f"{name}　{post.unit.short_name} {post.title}"[:160],
    )  # fmt: skip


def reviews_seen(actor: Actor) -> QuerySet[AccessReview]:
    """The reviews an actor sees: administrators and supervision all of them, heads those of their own units."""
    found = AccessReview.objects.select_related("unit").annotate(
        total=Count("lines"),
        undecided=Count("lines", filter=Q(lines__verdict="")),
        taken=Count("lines", filter=Q(lines__verdict__in=["taken", "suspended"])),
    )
    if policies.may_read_all(actor) or actor.holds(policies.WATCH_EMERGENCIES):
        return found
    return found.filter(unit__in=Unit.objects.filter(policies.subtree(actor, policies.REVIEW_RIGHTS)))


def access_review(actor: Actor, review_id: int) -> AccessReview:
    """One of `reviews_seen`; raises `NotFound`."""
    found = reviews_seen(actor).filter(pk=review_id).first()
    if found is None:
        raise NotFound("没有这次权限复核，或者不在您的管理范围内。")
    return found


def review(review_id: int) -> AccessReview:
    """One review, for handlers; raises `NotFound`."""
    found = AccessReview.objects.select_related("unit").filter(pk=review_id).first()
    if found is None:
        raise NotFound("没有这次权限复核。")
    return found


def may_decide(actor: Actor, review: AccessReview) -> bool:
    """Whether the actor may confirm and take away: the unit's head, or the security administrator."""
    return (
        actor.kind == "system"
        or actor.admin_role == "security"
        or (actor.stands_for is None and policies.may(actor, review.unit, policies.REVIEW_RIGHTS))
    )


def reviewers_of(unit: Unit, on: date) -> list[int]:
    """Account ids of who is to look the unit's rights through."""
    that_day = Q(held_from__lte=on) & (Q(held_to__isnull=True) | Q(held_to__gte=on))
    posts = Post.objects.filter(
        that_day, grants__code=policies.REVIEW_RIGHTS, grants__ended_at__isnull=True, account__is_active=True
    ).select_related("unit")
    return sorted({post.account_id for post in posts if post.account_id and unit.path.startswith(post.unit.path)})


def overdue(on: date) -> QuerySet[AccessReview]:
    """Reviews past their day with something undecided."""
    return AccessReview.objects.filter(due_on__lt=on, closed_at__isnull=True)
