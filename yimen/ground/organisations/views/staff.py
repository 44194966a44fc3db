"""Staff accounts: the list, one account, and what administrators do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms as django_forms
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from yimen.ground.identity import selectors as people
from yimen.ground.identity import services as identity
from yimen.ground.identity.policies import administrators, fresh_factor, requires
from yimen.ground.kit import asking, exports, forms, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import forms as our
from yimen.ground.organisations import policies, services
from yimen.ground.organisations.models import Post
from yimen.ground.organisations.policies import MANAGE
from yimen.ground.organisations.views.places import actor_of
from yimen.ground.organisations.views.rights import with_labels

if TYPE_CHECKING:
    from yimen.ground.identity.models import Account

sees_staff = requires(MANAGE, "admin.system", "admin.security", "admin.audit")
ORDERS = {
    "name": ("name", "id"),
    "-name": ("-name", "id"),
    "-opened": ("-opened_at", "id"),
    "-used": ("-last_login", "id"),
}


class StaffSearch(forms.Form):
    """Filters of the list."""

    q = forms.Line(label="姓名或登录名", max_length=60, required=False)
    state = django_forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("active", "在用"), ("disabled", "停用"), ("closed", "已注销")],
    )
    role = django_forms.ChoiceField(
        label="岗位",
        required=False,
        choices=[("", "全部"), ("none", "没有岗位"), ("admin", "管理员"), *Post.Duty.choices],
    )


def staff_url(account: Account) -> str:
    """The page of an account."""
    return f"/manage/staff/{account.uid}/"


def _rows(request: HttpRequest) -> tuple[StaffSearch, QuerySet[Account]]:
    """The accounts the actor sees: administrators all, a manager those with a post in the own subtree."""
    actor = actor_of(request)
    asked = {name: value for name, value in request.GET.items() if name in StaffSearch.base_fields}
    form = StaffSearch(asked or None)
    given: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = people.accounts(kind="staff", text=given.get("q", ""))
    if not policies.may_read_all(actor):
        found = found.filter(posts__in=Post.objects.filter(unit__in=policies_units(request))).distinct()
    match given.get("state"):
        case "active":
            found = found.filter(is_active=True)
        case "disabled":
            found = found.filter(is_active=False, closed_at__isnull=True)
        case "closed":
            found = found.filter(closed_at__isnull=False)
    match given.get("role"):
        case "none":
            found = found.filter(posts__isnull=True, admin_role__isnull=True)
        case "admin":
            found = found.filter(admin_role__isnull=False)
        case str(duty) if duty:
            found = found.filter(posts__in=Post.objects.filter(duty=duty)).distinct()
    posts = Prefetch("posts", Post.objects.select_related("unit", "window").order_by("-main", "id"))
    return form, found.select_related("admin_role").prefetch_related(posts)


def policies_units(request: HttpRequest) -> Any:
    """Units of the actor's subtree, as a subquery."""
    from yimen.ground.organisations.models import Unit

    return Unit.objects.filter(policies.subtree(actor_of(request)))


@sees_staff
def staff_list(request: HttpRequest) -> HttpResponseBase:
    """Staff accounts: filter, sort, page by key."""
    form, rows = _rows(request)
    order = ORDERS.get(request.GET.get("sort", "name"), ORDERS["name"])
    return render(
        request,
        "organisations/staff.html",
        {
            "form": form,
            "page": page_by_key(rows, order=order, asked=request.GET, size=50),
            "query": request.GET.urlencode(),
            "is_system": actor_of(request).admin_role == "system",
        },
        status=422 if form.errors else 200,
    )


@sees_staff
def staff_export(request: HttpRequest) -> HttpResponseBase:
    """The same list as Excel."""
    _, rows = _rows(request)
    columns: list[exports.Column[Account]] = [
        exports.Column("姓名", lambda row: row.name),
        exports.Column("登录名", lambda row: row.sign_in_name, width=20),
        exports.Column("岗位", _posts_words, width=60),
        exports.Column("状态", _state_words),
        exports.Column("最近登录", lambda row: row.last_login, width=20),
        exports.Column("开通时间", lambda row: row.opened_at, width=20),
    ]
    return exports.download("工作人员.xlsx", exports.xlsx(columns, rows.order_by("name", "id")))


def _posts_words(account: Account) -> str:
    return "；".join(f"{post.unit.name} {post.title}" for post in account.posts.all())


def _state_words(account: Account) -> str:
    return "已注销" if account.closed_at else "在用" if account.is_active else "停用"


def access_account(request: HttpRequest, uid: UUID) -> Account:
    """A staff account the actor sees; raises `NotFound`."""
    _, rows = people, people.accounts(kind="staff")
    actor = actor_of(request)
    if not policies.may_read_all(actor):
        rows = rows.filter(posts__in=Post.objects.filter(unit__in=policies_units(request)))
    found = rows.filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这个账号，或者不在您的管理范围内。")
    return found


@sees_staff
def staff_member(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One account: posts, permissions, sessions, tokens."""
    actor = actor_of(request)
    account = access_account(request, uid)
    return render(
        request,
        "organisations/staff_member.html",
        {
            "account": account,
            "state": _state_words(account),
            "posts": account.posts.select_related("unit", "window").order_by("-main", "id"),
            "tenures": account.tenures.select_related("post__unit").order_by("-held_from", "-id")[:50],
            "grants": with_labels(account.grants.filter(ended_at__isnull=True)),
            "sessions": people.sessions_of(account.pk, moments.now()) if actor.admin_role else [],
            "tokens": people.tokens_of(account.pk) if actor.admin_role else [],
            "role": getattr(account, "admin_role", None),
            "factor": identity.has_factor(account.pk),
            "actor_role": actor.admin_role,
        },
    )


@administrators("system")
def open_account(request: HttpRequest) -> HttpResponseBase:
    """Open an account; the one-time code is shown once."""

    def act(given: dict[str, Any]) -> HttpResponseBase:
        account, code = identity.open_staff_account(actor=actor_of(request), at=moments.now(), **given)
        return _show_code(request, account, code, "账号已开通")

    return asking.ask(
        request,
        heading="开通工作人员账号",
        note="开通后得到一个一次性验证码，72 小时内有效，请当面交给本人，由本人设置密码。岗位和权限另行任命、授予。",
        verb="开通",
        form=our.StaffForm(request.POST if request.method == "POST" else None),
        act=act,
        back="/manage/staff/",
    )


@administrators("security")
def reset_password(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Give a one-time code."""
    account = access_account(request, uid)

    def act(_given: dict[str, Any]) -> HttpResponseBase:
        code = identity.reset_password(actor=actor_of(request), account=account, at=moments.now())
        return _show_code(request, account, code, "密码已重设")

    return asking.ask(
        request,
        heading=f"重设 {account.name} 的密码？",
        note="原密码随即作废，登录随即结束。您会得到一个一次性验证码，24 小时内有效，请当面交给本人。",
        verb="重设密码",
        danger=True,
        act=act,
        back=staff_url(account),
    )


def _show_code(request: HttpRequest, account: Account, code: str, heading: str) -> HttpResponse:
    return render(
        request,
        "organisations/code.html",
        {"account": account, "code": code, "heading": heading, "back": staff_url(account)},
    )


@administrators("system", "security")
def disable(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Stop an account."""
    return _do(
        request,
        uid,
        lambda account, given: identity.disable_account(
            actor=actor_of(request), account=account, reason=given["reason"], at=moments.now()
        ),
        heading="停用 {name} 的账号？",
        warning="立即生效：登录和接口密钥随即失效，岗位保留。离职人员还应免去岗位。",
        verb="停用账号",
        danger=True,
        form=our.ReasonForm(request.POST if request.method == "POST" else None),
        said="账号已停用。",
    )


@administrators("system")
def enable(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Let an account be used again."""
    return _do(
        request,
        uid,
        lambda account, _: identity.enable_account(actor=actor_of(request), account=account, at=moments.now()),
        heading="重新启用 {name} 的账号？",
        verb="启用账号",
        said="账号已启用。",
    )


@administrators("system")
def close(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Close an account for ever."""
    return _do(
        request,
        uid,
        lambda account, _: identity.close_account(actor=actor_of(request), account=account, at=moments.now()),
        heading="注销 {name} 的账号？",
        warning="注销后不能恢复；过去的办理记录保留。",
        verb="注销账号",
        danger=True,
        said="账号已注销。",
    )


@administrators("system")
def rename(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Correct a name."""
    return _do(
        request,
        uid,
        lambda account, given: identity.rename_account(
            actor=actor_of(request), account=account, name=given["name"], at=moments.now()
        ),
        heading="更正 {name} 的姓名",
        verb="保存",
        form=our.NameForm(request.POST if request.method == "POST" else None),
        said="姓名已更正。",
    )


@administrators("security")
def unlock(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Lift a lock."""
    return _do(
        request,
        uid,
        lambda account, _: identity.unlock_sign_in(actor=actor_of(request), account=account, at=moments.now()),
        heading="解除 {name} 的登录锁定？",
        note="因多次输错密码被暂停登录的，解除后可马上再试。",
        verb="解除锁定",
        said="已解除锁定。",
    )


@administrators("system", "security")
def end_sessions(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """End every session."""
    return _do(
        request,
        uid,
        lambda account, _: identity.end_sessions(account=account, actor=actor_of(request), at=moments.now()),
        heading="结束 {name} 的全部登录？",
        verb="结束登录",
        said="全部登录已结束。",
    )


@fresh_factor
@administrators("security")
def issue_token(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Issue an API token for the account; its secret is shown once."""
    account = access_account(request, uid)

    def act(given: dict[str, Any]) -> HttpResponseBase:
        _, secret = identity.issue_token(actor=actor_of(request), account=account, at=moments.now(), **given)
        context = {
            "account": account,
            "code": secret,
            "heading": "接口密钥已签发",
            "back": staff_url(account),
            "token": True,
        }
        return render(request, "organisations/code.html", context)

    return asking.ask(
        request,
        heading=f"为 {account.name} 签发接口密钥",
        note="密钥以这个账号的身份办事，权限不超过账号当时的权限；只显示一次。",
        verb="签发",
        form=our.TokenForm(request.POST if request.method == "POST" else None),
        act=act,
        back=staff_url(account),
    )


@administrators("security")
def revoke_token(request: HttpRequest, uid: UUID, token_id: int) -> HttpResponseBase:
    """Revoke a token."""
    account = access_account(request, uid)
    token = people.tokens_of(account.pk).filter(pk=token_id).first()
    if token is None:
        raise NotFound("没有这个接口密钥。")
    return asking.ask(
        request,
        heading=f"收回接口密钥“{token.name}”？",
        warning="用它的程序随即不能再访问。",
        verb="收回密钥",
        danger=True,
        act=lambda _: identity.revoke_token(actor=actor_of(request), token=token, at=moments.now()),
        back=staff_url(account),
        said="接口密钥已收回。",
    )


@fresh_factor
@administrators("security")
def give_grant(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Give a permission to the account itself, not to a post."""
    return _do(
        request,
        uid,
        lambda account, given: services.give_grant(actor=actor_of(request), account=account, at=moments.now(), **given),
        heading="直接授权给 {name}",
        note="一般应授权给岗位；直接授给个人的，离岗后仍然有效。",
        verb="授权",
        form=our.GrantForm(request.POST if request.method == "POST" else None),
        said="已授权。",
    )


def _do(
    request: HttpRequest,
    uid: UUID,
    act: Callable[[Account, dict[str, Any]], object],
    *,
    heading: str,
    **page: Any,
) -> HttpResponseBase:
    """One act on one account, asked on a page of its own."""
    account = access_account(request, uid)

    def done(given: dict[str, Any]) -> None:
        act(account, given)

    return asking.ask(request, heading=heading.format(name=account.name), act=done, back=staff_url(account), **page)
