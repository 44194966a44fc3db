"""The tree, a unit, its windows; and the switch between one's posts."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms as django_forms
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from yimen.ground.identity.policies import actor_of as actor_of
from yimen.ground.identity.policies import administrators, requires, staff
from yimen.ground.identity.rules import Actor, SignIn
from yimen.ground.kit import asking, exports, forms, moments
from yimen.ground.organisations import forms as our
from yimen.ground.organisations import policies, selectors, services
from yimen.ground.organisations.models import Post, Unit, Window
from yimen.ground.organisations.policies import MANAGE, access_unit, access_window

manages = requires(MANAGE, "admin.system")
sees = requires(MANAGE, policies.DRAFT_LETTER, policies.KEEP_SEALS, "admin.system", "admin.security", "admin.audit")


def unit_url(unit_id: int) -> str:
    """The page of a unit."""
    return f"/manage/units/{unit_id}/"


@staff
def switch_post(request: HttpRequest) -> HttpResponseBase:
    """Choose the post one works in from here on."""
    actor = actor_of(request)
    sign_in: SignIn = request.sign_in  # type: ignore[attr-defined]
    posts = selectors.posts_of(actor.account_id, moments.day_of(moments.now()))
    only = "您现在只有这一个岗位；要增加岗位，请联系本单位的管理人员。" if len(posts) == 1 else ""

    class Choice(forms.Form):
        post = django_forms.TypedChoiceField(
            label="以哪个岗位办事",
            coerce=int,
            choices=[
                (choice.post_id, f"{choice.unit} {choice.title}" + (f"\n{choice.window}" if choice.window else ""))
                for choice in posts
            ],
            widget=django_forms.RadioSelect,
        )

    return asking.ask(
        request,
        heading="切换岗位",
        note=only or "收件箱、权限和委托书随岗位而变；办理记录写明您当时的岗位。",
        verb="切换",
        form=Choice(request.POST if request.method == "POST" else None, initial={"post": actor.post_id}),
        act=lambda given: services.switch_post(actor=actor, session=sign_in, post_id=given["post"], at=moments.now()),
        back="/desk/",
        said="已切换岗位。",
        frame="kit/desk.html",
    )


@sees
def tree(request: HttpRequest) -> HttpResponseBase:
    """The part of the tree that the actor manages, in reading order."""
    actor = actor_of(request)
    seen = _seen(actor)
    units = [unit for unit in selectors.tree() if seen is None or unit.pk in seen]
    roots: list[Unit] = []
    for unit in units:
        if not any(unit.path.startswith(root.path) for root in roots):
            roots.append(unit)
    for unit in units:
        top = next(root for root in roots if unit.path.startswith(root.path))
        unit.depth = unit.path.count("/") - top.path.count("/")
    text = request.GET.get("q", "")[:60].replace("\x00", "").strip()
    if text:
        units = _found(text, seen)
    counts = dict(
        Post.objects.filter(account__isnull=False)
        .values_list("unit_id")
        .annotate(n=Count("id"))
        .values_list("unit_id", "n")
    )
    for unit in units:
        unit.people = counts.get(unit.pk, 0)  # type: ignore[attr-defined]  # for this page
    return render(
        request,
        "organisations/tree.html",
        {"units": units, "may_add_root": actor.admin_role == "system", "text": text},
    )


def _found(text: str, seen: set[int] | None) -> list[Unit]:
    """Units by a present or former name, each with what its other name or its successor is; old ones are found too."""
    units = [unit for unit in selectors.named(text) if seen is None or unit.pk in seen]
    former = selectors.former_names(units)
    for unit in units:
        unit.depth = 0
        once = "、".join(former.get(unit.pk, ()))
        unit.once = f"曾用名：{once}" if once else ""  # type: ignore[attr-defined]  # for this page
        if unit.dissolved_on:
            heirs = "、".join(heir.name for heir in selectors.heirs_of(unit))
            unit.once = f"已撤销{'，由 ' + heirs + ' 承接' if heirs else ''}"  # type: ignore[attr-defined]
    return units


def _seen(actor: Actor) -> set[int] | None:
    """Ids of the units an actor sees in the administration; None for all of them."""
    if policies.may_read_all(actor):
        return None
    seen = policies.subtree(actor) | policies.subtree(actor, policies.DRAFT_LETTER)
    return set(Unit.objects.filter(seen | policies.subtree(actor, policies.KEEP_SEALS)).values_list("pk", flat=True))


@sees
def tree_export(request: HttpRequest) -> HttpResponseBase:
    """The tree as Excel."""
    seen = _seen(actor_of(request))
    units = [unit for unit in selectors.tree() if seen is None or unit.pk in seen]
    columns: list[exports.Column[Unit]] = [
        exports.Column("机构", lambda row: "　" * row.depth + row.name, width=50),
        exports.Column("类型", lambda row: row.get_kind_display(), width=20),
        exports.Column("区划代码", lambda row: row.division_id),
        exports.Column("区划", lambda row: row.division.name),
        exports.Column("统一社会信用代码", lambda row: row.credit_code, width=22),
        exports.Column("电话", lambda row: row.phone),
        exports.Column("地址", lambda row: row.address, width=40),
    ]
    return exports.download("机构树.xlsx", exports.xlsx(columns, units))


@sees
def unit(request: HttpRequest, unit_id: int) -> HttpResponseBase:
    """One unit: what is below it, its posts and windows, its letters and seals."""
    actor = actor_of(request)
    found = access_unit(actor, unit_id)
    posts = found.posts.filter(abolished_on__isnull=True).select_related("account", "window").order_by("id")
    today = moments.day_of(moments.now())
    chained = found.kind in ("department", "office") and not found.dissolved_on
    return render(
        request,
        "organisations/unit.html",
        {
            "unit": found,
            "above": selectors.ancestors(found),
            "below": found.children.filter(dissolved_on__isnull=True).order_by("order", "id"),
            "posts": posts,
            "windows": in_turn(
                found.windows.filter(closed_on__isnull=True).select_related("centre").prefetch_related("departments")
            ),
            "hall": found.kind in our.HALLS,
            "history": selectors.history_of(found),
            "chained": chained,
            "chain": selectors.responsibility_chain(found, today) if chained else (),
            "gap": next(iter(selectors.chain_gaps([found], today)), None) if chained else None,
            "entry_plan": selectors.entry_plan(found) if chained else None,
            "counterparts": selectors.counterparts_of(found) if chained else [],
            "heirs": selectors.heirs_of(found) if found.dissolved_on else [],
            "may_manage": policies.may(actor, found),
            "sees_staff": policies.sees_staff(actor),
        },
    )


@administrators("system")
def new_root(request: HttpRequest) -> HttpResponseBase:
    """A unit that stands under no other."""
    return _ask_new_unit(request, None)


@manages
def new_unit(request: HttpRequest, unit_id: int) -> HttpResponseBase:
    """A unit below another."""
    return _ask_new_unit(request, access_unit(actor_of(request), unit_id))


def _ask_new_unit(request: HttpRequest, parent: Unit | None) -> HttpResponseBase:
    actor = actor_of(request)
    return asking.ask(
        request,
        heading=f"在“{parent.name}”下新建机构" if parent else "新建最上级机构",
        verb="新建",
        form=our.UnitForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.create_unit(actor=actor, parent=parent, at=moments.now(), **given),
        back=unit_url(parent.pk) if parent else "/manage/units/",
        said="机构已新建。",
    )


@manages
def rename_unit(request: HttpRequest, unit_id: int) -> HttpResponseBase:
    """Name and how it is reached."""
    actor = actor_of(request)
    found = access_unit(actor, unit_id)
    initial = {"name": found.name, "short_name": found.short_name, "phone": found.phone, "address": found.address}
    return asking.ask(
        request,
        heading=f"修改“{found.name}”",
        verb="保存",
        form=our.RenameUnitForm(request.POST if request.method == "POST" else None, initial=initial),
        act=lambda given: services.rename_unit(actor=actor, unit=found, at=moments.now(), **given),
        back=unit_url(found.pk),
        said="已保存。",
    )


@manages
def move_unit(request: HttpRequest, unit_id: int) -> HttpResponseBase:
    """Hang it elsewhere."""
    actor = actor_of(request)
    found = access_unit(actor, unit_id)
    units = Unit.objects.filter(policies.subtree(actor), dissolved_on__isnull=True).exclude(path__startswith=found.path)
    return asking.ask(
        request,
        heading=f"移动“{found.name}”",
        note="它的下级机构、岗位和窗口随它一起移动；按机构划定的管理范围随之改变。",
        verb="移动",
        form=our.UnitChoice(request.POST if request.method == "POST" else None, units=units.order_by("path")),
        act=lambda given: services.move_unit(actor=actor, unit=found, parent=given["parent"], at=moments.now()),
        back=unit_url(found.pk),
        said="已移动。",
    )


@manages
def dissolve_unit(request: HttpRequest, unit_id: int) -> HttpResponseBase:
    """Take it out of use."""
    actor = actor_of(request)
    found = access_unit(actor, unit_id)
    return asking.ask(
        request,
        heading=f"撤销“{found.name}”？",
        warning="撤销后不再显示在机构树里，也不能再设岗；过去的办件、授权记录都保留。",
        verb="撤销机构",
        danger=True,
        act=lambda _: services.dissolve_unit(actor=actor, unit=found, at=moments.now()),
        back=unit_url(found.pk),
        then="/manage/units/",
        said="机构已撤销。",
    )


@manages
def new_window(request: HttpRequest, unit_id: int) -> HttpResponseBase:
    """Open a window in a hall."""
    actor = actor_of(request)
    centre = access_unit(actor, unit_id)
    return asking.ask(
        request,
        heading=f"在“{centre.name}”新设窗口",
        verb="新设窗口",
        form=our.WindowForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.open_window(actor=actor, centre=centre, at=moments.now(), **given),
        back=unit_url(centre.pk),
        said="窗口已新设。",
    )


@manages
def set_window(request: HttpRequest, window_id: int) -> HttpResponseBase:
    """Name and whom it serves."""
    actor = actor_of(request)
    window = access_window(actor, window_id)
    initial = {"name": window.name, "departments": list(window.departments.values_list("pk", flat=True))}
    return asking.ask(
        request,
        heading=f"修改 {window}",
        verb="保存",
        form=our.WindowForm(request.POST if request.method == "POST" else None, existing=True, initial=initial),
        act=lambda given: services.set_window(actor=actor, window=window, at=moments.now(), **given),
        back=unit_url(window.centre_id),
        said="窗口已更新。",
    )


@manages
def close_window(request: HttpRequest, window_id: int) -> HttpResponseBase:
    """Take it out of use."""
    actor = actor_of(request)
    window = access_window(actor, window_id)
    return asking.ask(
        request,
        heading=f"停用 {window}？",
        warning="停用后不能再在这个窗口收件；过去的记录保留。",
        verb="停用窗口",
        danger=True,
        act=lambda _: services.close_window(actor=actor, window=window, at=moments.now()),
        back=unit_url(window.centre_id),
        said="窗口已停用。",
    )


def in_turn(windows: Iterable[Window]) -> list[Window]:
    """Centre by centre, as people count: A2 before A10, plain numbers first."""

    def turn(window: Window) -> tuple[str, str, int]:
        letters = window.number.rstrip("0123456789")
        return window.centre.path, letters, int(window.number[len(letters) :] or 0)

    return sorted(windows, key=turn)


@sees
def windows(request: HttpRequest) -> HttpResponseBase:
    """Every window the actor sees, with whom it serves and who sits there."""
    seen = _seen(actor_of(request))
    rows = (
        Window.objects.filter(closed_on__isnull=True)
        .select_related("centre")
        .prefetch_related("departments", "posts__account")
    )
    if seen is not None:
        rows = rows.filter(centre_id__in=seen)
    text = request.GET.get("q", "")[:60].replace("\x00", "")
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(number=text) | Q(departments__name__icontains=text)).distinct()
    found = in_turn(rows.order_by("centre__path", "number")[:500])
    return render(request, "organisations/windows.html", {"windows": found, "text": text})
