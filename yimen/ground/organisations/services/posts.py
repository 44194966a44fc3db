"""Posts and who holds them, permissions, and the three administrators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, get_args

from django.db import connection, transaction

from yimen.ground.identity import services as people
from yimen.ground.identity.policies import AdminRole, permission, require_role, usual_for
from yimen.ground.identity.rules import SYSTEM, Actor, Permission, ScopeKind, SignIn
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.organisations import selectors
from yimen.ground.organisations.models import (
    AdminRole as AdminRoleRow,
)
from yimen.ground.organisations.models import (
    AuthorisationLetter,
    Division,
    Grant,
    Post,
    Tenure,
    Unit,
    Window,
)
from yimen.ground.organisations.policies import DELEGATE, require
from yimen.ground.organisations.services.delegation import end_delegations_of
from yimen.ground.organisations.services.guarding import Apart, SelfGrant, guarded

if TYPE_CHECKING:
    from yimen.ground.identity.models import Account

_INSTALL_LOCK = 7_101_002


@transaction.atomic
def create_post(
    *, actor: Actor, unit: Unit, duty: str, title: str, at: datetime, window: Window | None = None, main: bool = True
) -> Post:
    """Add a post to a unit. It carries no permission until the security administrator gives one."""
    require(actor, unit)
    if duty not in Post.Duty.values:
        raise Invalid("没有这种职责。", fields={"duty": "请选择职责。"})
    if unit.dissolved_on is not None:
        raise Conflict("这个机构已经撤销，不能设岗。")
    if window is not None and window.closed_on is not None:
        raise Conflict("这个窗口已经停用，不能设岗。")
    if duty == Post.Duty.CHIEF:
        _one_chief(unit)
    with guarded():
        post = Post.objects.create(
            unit=unit, duty=duty, title=tidy(title, "岗位名称", 60, field="title"), window=window, main=main
        )
    _note("organisations.create_post", actor, post, duty=duty, unit=unit.pk)
    return post


@transaction.atomic
def appoint(
    *, actor: Actor, post: Post, account: Account, at: datetime, on: date | None = None, until: date | None = None
) -> Post:
    """Put a person into a post from `on` (today) to `until` (inclusive; None: open). Nobody appoints himself.

    Raises `Conflict` when the post is held, `Apart` for an administrator (三员).
    """
    post = _locked(post)
    require(actor, post.unit)
    if account.pk == actor.account_id:
        raise NotAllowed("不能任命自己。", next_step="请由另一位管理员办理。")
    if not account.is_active:
        raise Conflict("这个账号已停用，不能任职。")
    on = on or day_of(at)
    if until is not None and until < on:
        raise Invalid("任职结束日期早于开始日期。", fields={"until": "不能早于开始日期。"})
    if post.abolished_on is not None:
        raise Conflict("这个岗位已经撤销。")
    if post.account_id is not None:
        if post.held_to is None or post.held_to >= on:
            raise Conflict("这个岗位已有人担任。", next_step="请先免去原任职。")
        _end_tenure(post, actor, at, post.held_to)
    with guarded():
        post.account, post.held_from, post.held_to = account, on, until
        post.save(update_fields=["account", "held_from", "held_to"])
        Tenure.objects.create(
            post=post, account=account, held_from=on, held_to=until, appointed_by=actor.uid, appointed_at=at
        )
    _note("organisations.appoint", actor, post, account=account.uid, held_from=on, held_to=until)
    return post


@transaction.atomic
def end_post(*, actor: Actor, post: Post, at: datetime, reason: str = "") -> Post:
    """Relieve who holds the post, now: sessions working in it end with the next request, letters to it are revoked
    (R007: they are signed anew for the successor). Raises `Conflict` when nobody holds it."""
    post = _locked(post)
    require(actor, post.unit)
    if post.account_id is None:
        raise Conflict("这个岗位现在没有人担任。")
    reason = tidy(reason, "原因", 200, field="reason", needed=False)
    _end_tenure(post, actor, at, max(day_of(at), post.held_from or day_of(at)))
    post.account = post.held_from = post.held_to = None
    post.save(update_fields=["account", "held_from", "held_to"])
    AuthorisationLetter.objects.filter(post=post, state="signed", valid_to__gte=day_of(at)).update(
        state="revoked", revoked_at=at, revoked_by=actor.uid, revoked_reason="受托岗位人员变动"
    )
    end_delegations_of(post, actor=actor, at=at, reason="请假人的任职已经结束")
    _note("organisations.end_post", actor, post, reason=reason)
    return post


@transaction.atomic
def abolish_post(*, actor: Actor, post: Post, at: datetime) -> Post:
    """Take an empty post out of use; its permissions end."""
    post = _locked(post)
    require(actor, post.unit)
    if post.account_id is not None:
        raise Conflict("这个岗位还有人担任。", next_step="请先免去任职。")
    post.abolished_on = day_of(at)
    post.save(update_fields=["abolished_on"])
    post.grants.filter(ended_at__isnull=True).update(ended_at=at, ended_by=actor.uid)
    _note("organisations.abolish_post", actor, post)
    return post


@transaction.atomic
def switch_post(*, actor: Actor, session: SignIn | None, post_id: int, at: datetime) -> None:
    """Go on working in another post that one holds today; `session` is the `SignIn` of the request."""
    if session is None or session.session is None:
        raise NotAllowed("接口密钥不能切换岗位。")
    held = selectors.posts_of(actor.account_id, day_of(at))
    if post_id not in {choice.post_id for choice in held}:
        raise NotFound("您不担任这个岗位。", next_step="请从列出的岗位中选择。")
    people.work_in_post(actor=actor, session=session.session, post_id=post_id, at=at)


@transaction.atomic
def give_grant(
    *,
    actor: Actor,
    code: str,
    scope: str,
    at: datetime,
    post: Post | None = None,
    account: Account | None = None,
    scope_unit: Unit | None = None,
    scope_window: Window | None = None,
    scope_division: Division | None = None,
) -> Grant:
    """The security administrator gives a registered permission to a post (or to one account) in a scope; whoever holds
    `organisations.delegate` passes on what he holds himself, level by level (`MoreThanHeld`, `OutsideScope`).

    A scope without its place means the place of the post. Raises `UnknownPermission`, `Invalid` for a scope the
    permission does not know, `SelfGrant`, `Apart`, `Conflict` for a second one.
    """
    entry = permission(code)
    if actor.admin_role != "security" and actor.kind != "system" and post is not None and actor.holds(DELEGATE):
        _may_pass_on(actor, entry.code, scope, post, scope_unit, scope_window, scope_division)
    else:
        require_role(actor, "security")
    if scope not in entry.scopes:
        raise Invalid(f"“{entry.label}”不能授予这种范围。", fields={"scope": "请选择列出的范围。"})
    if (post is None) == (account is None):
        raise Invalid("请选择一个岗位或一个账号。")
    holder = account.pk if account is not None else post.account_id if post is not None else None
    if holder is not None and holder == actor.account_id:
        raise SelfGrant("不能给自己授权。", next_step="请由另一位安全管理员办理。")
    place = {"window": scope_window, "department": scope_unit, "centre": scope_unit, "division": scope_division}.get(
        scope
    )
    if account is not None and scope not in ("own", "all") and place is None:
        raise Invalid("直接授予账号时，要指明窗口、部门、中心或区划。")
    with guarded():
        grant = Grant.objects.create(
            code=code,
            post=post,
            account=account,
            scope=scope,
            scope_unit=scope_unit,
            scope_window=scope_window,
            scope_division=scope_division,
            given_by=actor.uid,
            given_at=at,
        )
    _note_grant("organisations.give_grant", actor, grant)
    return grant


class MoreThanHeld(NotAllowed):
    """Level-by-level authorisation: nobody gives away more than he holds, nor outside his own part (R013)."""

    code = "more_than_held"


def _may_pass_on(
    actor: Actor,
    code: str,
    scope: str,
    post: Post,
    scope_unit: Unit | None,
    scope_window: Window | None,
    scope_division: Division | None,
) -> None:
    """逐级授权 (R013): who holds `organisations.delegate` for a unit gives its posts what he holds himself, no wider than he
    holds it, and never that right itself. Raises `OutsideScope`, `MoreThanHeld`."""
    require(actor, post.unit, DELEGATE)
    if code == DELEGATE:
        raise MoreThanHeld("转授权限本身不能再转授。", next_step="请由安全管理员授权。")
    if any(_reaches(held, scope, post, scope_unit, scope_window, scope_division) for held in actor.held(code)):
        return
    raise MoreThanHeld(
        "您自己没有这项权限，或者要给的范围比您的大，不能转授。", next_step="请由安全管理员授权，或把范围改小。"
    )


def _reaches(
    held: Permission,
    scope: str,
    post: Post,
    scope_unit: Unit | None,
    scope_window: Window | None,
    scope_division: Division | None,
) -> bool:
    """Whether what is held covers the scope that would be given to a post."""
    place = scope_unit or (scope_window.centre if scope_window else post.unit)
    if held.scope == "all":
        return True
    if scope == "all":
        return False
    if held.scope == "division":
        division = scope_division.pk if scope_division else place.division_id
        return held.reaches_division(division)
    if scope == "division" or held.scope_id is None:
        return False
    if held.scope in ("department", "centre"):
        root = Unit.objects.filter(pk=held.scope_id).values_list("path", flat=True).first()
        inside = bool(root) and place.path.startswith(str(root))
        return inside and (scope in ("own", "window") or held.scope == scope)
    return (
        held.scope == "window"
        and scope in ("own", "window")
        and held.scope_id == (scope_window.pk if scope_window else post.window_id)
    )


@transaction.atomic
def give_usual_grants(*, actor: Actor, post: Post, at: datetime) -> list[Grant]:
    """Give a post what its duty usually holds and it does not hold yet; returns the new grants."""
    held = set(post.grants.filter(ended_at__isnull=True).values_list("code", flat=True))
    return [
        give_grant(actor=actor, code=entry.code, scope=scope, at=at, post=post)
        for entry, scope in usual_for(post.duty)
        if entry.code not in held and _fits(post, scope)
    ]


@transaction.atomic
def end_grant(*, actor: Actor, grant: Grant, at: datetime) -> None:
    """The security administrator takes a permission back; it is gone with the next request."""
    require_role(actor, "security")
    if not Grant.objects.filter(pk=grant.pk, ended_at__isnull=True).update(ended_at=at, ended_by=actor.uid):
        raise Conflict("这项授权已经收回。")
    _note_grant("organisations.end_grant", actor, grant)


@transaction.atomic
def give_admin_role(*, actor: Actor, account: Account, role: str, at: datetime) -> None:
    """Make a member of staff system, security or audit administrator (三员); the security administrator does it.

    Raises `Apart` when the account holds a post, a permission or another of the three roles, and for oneself.
    """
    require_role(actor, "security")
    if role not in get_args(AdminRole):
        raise Invalid("没有这种管理员。", fields={"role": "请选择管理员类型。"})
    if account.pk == actor.account_id:
        raise SelfGrant("不能给自己授权。", next_step="请由另一位安全管理员办理。")
    if not account.is_active:
        raise Conflict("这个账号已停用。")
    if AdminRoleRow.objects.filter(account_id=account.pk).exists():
        raise Apart("三员互斥：这个账号已是管理员，不能兼任。", next_step="请换一个账号。")
    with guarded():
        AdminRoleRow.objects.create(account=account, role=role, given_at=at, given_by=actor.uid)
    people.end_sessions(account=account, actor=SYSTEM, at=at)
    audit.record(
        "organisations.give_admin_role",
        actor=actor,
        target_kind="account",
        target=str(account.uid),
        facts={"role": role},
    )


@transaction.atomic
def end_admin_role(*, actor: Actor, account: Account, at: datetime) -> None:
    """Take the administrator role away; the last of a kind stays, so that somebody can always administer."""
    require_role(actor, "security")
    if account.pk == actor.account_id:
        raise NotAllowed("不能免去自己的管理员。", next_step="请由另一位安全管理员办理。")
    row = AdminRoleRow.objects.filter(account_id=account.pk).first()
    if row is None:
        raise Conflict("这个账号不是管理员。")
    same = list(AdminRoleRow.objects.select_for_update().filter(role=row.role, account__is_active=True))
    if [other.pk for other in same] == [row.pk]:
        raise Conflict(f"这是最后一位{row.get_role_display()}，不能免去。", next_step="请先指定接替的人。")
    row.delete()
    people.end_sessions(account=account, actor=SYSTEM, at=at)
    audit.record(
        "organisations.end_admin_role",
        actor=actor,
        target_kind="account",
        target=str(account.uid),
        facts={"role": row.role},
    )


@transaction.atomic
def install_administrators(*, names: Mapping[str, tuple[str, str]], at: datetime) -> dict[str, tuple[str, str]]:
    """Open the first system, security and audit administrator of a new installation; afterwards `Conflict`.

    `names` maps each role to (name, sign-in name); the answer maps it to (sign-in name, one-time code of 72 hours).
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_INSTALL_LOCK])
    if AdminRoleRow.objects.exists():
        raise Conflict("已经有管理员，不能再次初始化。", next_step="请由安全管理员指定新的管理员。")
    if set(names) != set(get_args(AdminRole)):
        raise Invalid("要同时指定系统、安全、审计三名管理员。")
    codes = {}
    for role, (name, sign_in_name) in names.items():
        account, code = people.open_staff_account(actor=SYSTEM, name=name, sign_in_name=sign_in_name, at=at)
        give_admin_role(actor=SYSTEM, account=account, role=role, at=at)
        codes[role] = (account.sign_in_name, code)
    return codes


def _fits(post: Post, scope: ScopeKind) -> bool:
    """Whether the post has the place that the scope means."""
    match scope:
        case "window":
            return post.window_id is not None
        case "centre":
            if post.window_id is not None:
                return True
            kinds = {unit.kind for unit in [*selectors.ancestors(post.unit), post.unit]}
            return bool(kinds & {"centre", "subcentre", "town", "village"})
    return True


def _one_chief(unit: Unit) -> None:
    department = selectors.department_of(unit)
    if Post.objects.filter(
        unit__path__startswith=department.path, duty=Post.Duty.CHIEF, abolished_on__isnull=True
    ).exists():
        raise Conflict("这个部门已有首席代表岗位。", next_step="每个部门一名，请先撤销原岗位。")


def _end_tenure(post: Post, actor: Actor, at: datetime, last: date) -> None:
    Tenure.objects.filter(post=post, ended_at__isnull=True).update(held_to=last, ended_by=actor.uid, ended_at=at)


def _locked(post: Post) -> Post:
    found = Post.objects.select_for_update(of=("self",)).filter(pk=post.pk).first()
    if found is None:
        raise NotFound("没有这个岗位。")
    return found


def _note(action: str, actor: Actor, post: Post, *, reason: str = "", **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="post", target=str(post.uid), reason=reason, facts=facts)


def _note_grant(action: str, actor: Actor, grant: Grant) -> None:
    facts = {
        "code": grant.code,
        "scope": grant.scope,
        "post": grant.post_id,
        "account": grant.account_id,
        "unit": grant.scope_unit_id,
        "window": grant.scope_window_id,
        "division": grant.scope_division_id,
    }
    audit.record(action, actor=actor, target_kind="grant", target=str(grant.pk), facts=facts)
