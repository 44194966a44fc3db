"""Posts, permissions and the three administrators."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from yimen.ground.identity import selectors as people
from yimen.ground.identity.policies import administrators, fresh_factor, permissions, requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import forms as our
from yimen.ground.organisations import policies, services
from yimen.ground.organisations.models import AdminRole, Grant, Post, Unit
from yimen.ground.organisations.views.papers import describe
from yimen.ground.organisations.views.places import actor_of, manages, sees, unit_url

knows_rights = requires("admin.system", "admin.security", "admin.audit")


def access_post(request: HttpRequest, post_id: int) -> Post:
    """A post of a unit that the actor sees; raises `NotFound`."""
    post = Post.objects.select_related("unit__division", "window", "account").filter(pk=post_id).first()
    if post is None:
        raise NotFound("没有这个岗位。")
    policies.access_unit(actor_of(request), post.unit_id)
    return post


def post_url(post_id: int) -> str:
    """The page of a post."""
    return f"/manage/posts/{post_id}/"


@sees
def post(request: HttpRequest, post_id: int) -> HttpResponseBase:
    """One post: who holds it, who held it, what it may do, its letters."""
    actor, today = actor_of(request), day_of(moments.now())
    found = access_post(request, post_id)
    # A window's post acts by letters of many departments, whose own pages may be closed to the centre's manager.
    open_to = Unit.objects.filter(policies.seen(actor), letters__post=found).values_list("pk", flat=True)
    return render(
        request,
        "organisations/post.html",
        {
            "post": found,
            "grants": with_labels(found.grants.filter(ended_at__isnull=True)),
            "tenures": found.tenures.select_related("account").order_by("-held_from", "-id"),
            "letters": [
                describe(letter, today) for letter in found.letters.select_related("department").order_by("-valid_from")
            ],
            "open_departments": set(open_to),
            "may_manage": policies.may(actor, found.unit),
            "is_security": actor.admin_role == "security",
            "may_pass_on": policies.may(actor, found.unit, policies.DELEGATE),
            "sees_staff": policies.sees_staff(actor),
        },
    )


@manages
def new_post(request: HttpRequest, unit_id: int) -> HttpResponseBase:
    """A post in a unit."""
    actor = actor_of(request)
    unit = policies.access_unit(actor, unit_id)
    return asking.ask(
        request,
        heading=f"在“{unit.name}”设岗",
        note="新岗位没有任何权限；由安全管理员授予。",
        verb="设岗",
        form=our.PostForm(request.POST if request.method == "POST" else None, unit=unit),
        act=lambda given: services.create_post(actor=actor, unit=unit, at=moments.now(), **given),
        back=unit_url(unit.pk),
        said="岗位已设立。",
    )


@manages
def appoint(request: HttpRequest, post_id: int) -> HttpResponseBase:
    """Put somebody into a post."""
    actor = actor_of(request)
    found = access_post(request, post_id)
    form = our.AppointForm(request.POST if request.method == "POST" else None, initial={"on": day_of(moments.now())})
    return asking.ask(
        request,
        heading=f"任命“{found.title}”",
        verb="任命",
        form=form,
        act=lambda given: services.appoint(actor=actor, post=found, at=moments.now(), **given),
        back=post_url(found.pk),
        said="已任命。",
    )


@manages
def end_post(request: HttpRequest, post_id: int) -> HttpResponseBase:
    """Relieve who holds it."""
    actor = actor_of(request)
    found = access_post(request, post_id)
    return asking.ask(
        request,
        heading=f"免去“{found.title}”的任职？",
        warning="立即生效：任职人正在用这个岗位的登录随即结束，给这个岗位的授权委托书同时收回，须为接任的人重新签署。",
        verb="免去任职",
        danger=True,
        form=our.ReasonForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.end_post(actor=actor, post=found, at=moments.now(), **given),
        back=post_url(found.pk),
        said="已免去任职。",
    )


@manages
def abolish_post(request: HttpRequest, post_id: int) -> HttpResponseBase:
    """Take a post out of use."""
    actor = actor_of(request)
    found = access_post(request, post_id)
    return asking.ask(
        request,
        heading=f"撤销岗位“{found.title}”？",
        warning="岗位上的权限同时收回。",
        verb="撤销岗位",
        danger=True,
        act=lambda _: services.abolish_post(actor=actor, post=found, at=moments.now()),
        back=post_url(found.pk),
        then=unit_url(found.unit_id),
        said="岗位已撤销。",
    )


@fresh_factor
@requires(policies.DELEGATE, "admin.security")
def give_grant(request: HttpRequest, post_id: int) -> HttpResponseBase:
    """Give a post a permission."""
    actor = actor_of(request)
    found = access_post(request, post_id)
    return asking.ask(
        request,
        heading=f"授权给“{found.title}”",
        note="从任职人的下一次操作起生效。",
        verb="授权",
        form=our.GrantForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.give_grant(actor=actor, post=found, at=moments.now(), **given),
        back=post_url(found.pk),
        said="已授权。",
    )


@fresh_factor
@administrators("security")
def give_usual_grants(request: HttpRequest, post_id: int) -> HttpResponseBase:
    """Give a post what its duty usually holds."""
    actor = actor_of(request)
    found = access_post(request, post_id)
    return asking.ask(
        request,
        heading=f"按职责授予“{found.title}”常用权限？",
        note=f"“{found.get_duty_display()}”岗位通常持有的权限中，还没有的会一次补齐。",
        verb="补齐常用权限",
        act=lambda _: services.give_usual_grants(actor=actor, post=found, at=moments.now()),
        back=post_url(found.pk),
        said="常用权限已补齐。",
    )


@administrators("security")
def end_grant(request: HttpRequest, grant_id: int) -> HttpResponseBase:
    """Take a permission back."""
    actor = actor_of(request)
    grant = Grant.objects.filter(pk=grant_id, ended_at__isnull=True).select_related("post", "account").first()
    if grant is None:
        raise NotFound("没有这项授权，或者已经收回。")
    [shown] = with_labels([grant])
    back = post_url(grant.post_id) if grant.post_id else "/manage/grants/"
    return asking.ask(
        request,
        heading=f"收回“{shown.label}”？",  # type: ignore[attr-defined]  # written by with_labels
        note="从对方的下一次操作起生效。",
        verb="收回授权",
        danger=True,
        act=lambda _: services.end_grant(actor=actor, grant=grant, at=moments.now()),
        back=back,
        said="授权已收回。",
    )


@knows_rights
def grants(request: HttpRequest) -> HttpResponseBase:
    """Every permission that exists, and who holds it."""
    code = request.GET.get("code", "")[:60].replace("\x00", "")
    rows = Grant.objects.filter(ended_at__isnull=True).select_related(
        "post__unit", "post__account", "account", "scope_unit", "scope_window__centre", "scope_division"
    )
    if code:
        rows = rows.filter(code=code)
    if request.GET.get("export"):
        return exports.download("授权清单.xlsx", exports.xlsx(GRANT_COLUMNS, with_labels(rows.order_by("code", "id"))))
    page = page_by_key(rows, order=("code", "id"), asked=request.GET, size=50)
    with_labels(page.rows)
    return render(request, "organisations/grants.html", {"page": page, "catalogue": permissions(), "code": code})


GRANT_COLUMNS: list[exports.Column[Grant]] = [
    exports.Column("权限", lambda row: row.label, width=30),  # type: ignore[attr-defined]
    exports.Column("代码", lambda row: row.code, width=30),
    exports.Column("机构", lambda row: row.post.unit.name if row.post else "", width=30),
    exports.Column("岗位", lambda row: row.post.title if row.post else "", width=20),
    exports.Column("持有人", lambda row: holder_name(row)),
    exports.Column("范围", lambda row: row.get_scope_display()),
    exports.Column("指明", lambda row: str(row.scope_unit or row.scope_window or row.scope_division or "")),
    exports.Column("授权时间", lambda row: row.given_at, width=20),
]


def holder_name(grant: Grant) -> str:
    """Who has the permission now; "" for a vacant post."""
    holder = grant.account or (grant.post.account if grant.post else None)
    return holder.name if holder else ""


def with_labels(rows: object) -> list[Grant]:
    """The grants with their Chinese names in `label`; one whose module is gone keeps its code."""
    names = {entry.code: entry.label for entry in permissions()}
    found: list[Grant] = list(rows)  # type: ignore[call-overload]  # a query set or a list
    for grant in found:
        grant.label = names.get(grant.code, grant.code)  # type: ignore[attr-defined]  # for the page
    return found


@knows_rights
def admin_roles(request: HttpRequest) -> HttpResponseBase:
    """The three kinds of administrators and who they are."""
    return render(
        request,
        "organisations/admin_roles.html",
        {
            "rows": AdminRole.objects.select_related("account").order_by("role", "account__name"),
            "is_security": actor_of(request).admin_role == "security",
        },
    )


@fresh_factor
@administrators("security")
def give_admin_role(request: HttpRequest) -> HttpResponseBase:
    """Make somebody an administrator."""
    actor = actor_of(request)
    return asking.ask(
        request,
        heading="指定管理员",
        note="系统、安全、审计三种管理员互相独立：一人只能任一种，且不能同时担任业务岗位。",
        verb="指定",
        form=our.AdminRoleForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.give_admin_role(actor=actor, at=moments.now(), **given),
        back="/manage/administrators/",
        said="已指定，对方下次登录生效。",
    )


@administrators("security")
def end_admin_role(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take the role away."""
    actor = actor_of(request)
    account = people.account(uid)
    return asking.ask(
        request,
        heading=f"免去 {account.name} 的管理员？",
        warning="对方的登录随即结束。",
        verb="免去管理员",
        danger=True,
        act=lambda _: services.end_admin_role(actor=actor, account=account, at=moments.now()),
        back="/manage/administrators/",
        said="已免去。",
    )
