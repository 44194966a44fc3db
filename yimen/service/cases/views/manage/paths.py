"""What a centre registers for its special paths: projects, controlled matters, external systems, its own days."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import public, requires
from yimen.ground.kit import moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.exports import Column, download, xlsx
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases import forms_paths as asked
from yimen.service.cases import selectors_paths as paths
from yimen.service.cases import services
from yimen.service.cases.models import PriorityProject, ProhibitedMatter
from yimen.service.cases.views.manage.setting_up import SET_UP, centre_here
from yimen.service.cases.views.staff.asking import actor_of
from yimen.service.catalogue import selectors as catalogue


@requires(SET_UP)
def projects(request: HttpRequest) -> HttpResponseBase:
    """The register of projects for the green channel (R075); major investment projects may besides lack materials (R068)."""
    centre = centre_here(request)
    rows = list(paths.projects(centre.pk, ended_too=True)[:500])
    if request.GET.get("as") == "xlsx":
        return _file("重点项目", _PROJECTS, rows)
    return render(request, "cases/manage/projects.html", {"rows": rows, "centre": centre})


@requires(SET_UP)
def new_project(request: HttpRequest) -> HttpResponseBase:
    """Register a project."""
    actor, centre = actor_of(request), centre_here(request)
    return ask(
        request, heading="登记重点项目", verb="登记", back=reverse("cases:projects"), form=asked.ProjectForm(request.POST or None),
        said="项目已登记，办件可以进入绿色通道了。",
        act=lambda given: _done(services.register_project(actor=actor, centre=centre, at=moments.now(), **given)),
    )  # fmt: skip


@requires(SET_UP)
def end_project(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take a project off the register."""
    actor, centre = actor_of(request), centre_here(request)
    project = paths.projects(centre.pk).filter(uid=uid).first()
    if project is None:
        raise NotFound("名册里没有这个项目，或者已经停用。", next_step="请从名册进入。")
    return ask(
        request, heading="停用这个项目？", verb="停用", back=reverse("cases:projects"), form=asked.EndForm(request.POST or None),
        said="项目已停用。", danger=True, note=f"{project.name}（{project.number}）。已经在绿色通道的办件不受影响。",
        act=lambda given: services.end_project(actor=actor, uid=uid, reason=given["reason"], at=moments.now()),
    )  # fmt: skip


@requires(SET_UP)
def prohibited(request: HttpRequest) -> HttpResponseBase:
    """控制事项: what is prohibited or not in line with the plan, with basis and reply (R051)."""
    centre = centre_here(request)
    text = request.GET.get("q", "")
    rows = list(paths.prohibited_like(paths.prohibited(centre.pk), text)[:500])
    if request.GET.get("as") == "xlsx":
        return _file("控制事项", _PROHIBITED, rows)
    return render(request, "cases/manage/prohibited.html", {"rows": rows, "q": text[:100], "centre": centre})


@requires(SET_UP)
def new_prohibited(request: HttpRequest) -> HttpResponseBase:
    """Register a controlled matter."""
    actor, centre = actor_of(request), centre_here(request)
    return ask(
        request, heading="登记控制事项", verb="登记并公开", back=reverse("cases:prohibited"), said="已登记，公开页面和不予受理时都能选到。",
        form=asked.ProhibitedForm(request.POST or None, initial={"valid_from": moments.day_of(moments.now())}),
        act=lambda given: _done(services.register_prohibited(actor=actor, centre=centre, at=moments.now(), **given)),
    )  # fmt: skip


@requires(SET_UP)
def end_prohibited(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take a controlled matter off the list."""
    actor, centre = actor_of(request), centre_here(request)
    found = paths.prohibited(centre.pk).filter(uid=uid, ended_at__isnull=True).first()
    if found is None:
        raise NotFound("清单里没有这一项，或者已经停用。", next_step="请从清单进入。")
    return ask(
        request, heading="停用这个控制事项？", verb="停用", back=reverse("cases:prohibited"), said="已停用，公开页面不再列出。",
        form=asked.EndForm(request.POST or None), danger=True, note=f"{found.name}（{found.basis}）",
        act=lambda given: services.end_prohibited(actor=actor, uid=uid, reason=given["reason"], at=moments.now()),
    )  # fmt: skip


@public
@require_safe
def public_prohibited(request: HttpRequest) -> HttpResponse:
    """Look before you come: what is not accepted here, why, and on which basis."""
    centre = organisations.main_centre()
    text = request.GET.get("q", "")
    found = paths.prohibited(centre.pk if centre else None, on=moments.day_of(moments.now()))
    rows = list(paths.prohibited_like(found, text)[:200])
    return render(request, "cases/public/prohibited.html", {"rows": rows, "q": text[:100], "centre": centre})


@requires(SET_UP)
def systems(request: HttpRequest) -> HttpResponseBase:
    """The external systems in which cases must stand too (R135)."""
    return render(request, "cases/manage/systems.html", {"rows": list(paths.external_systems(used=False))})


@requires(SET_UP)
def set_system(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """Register a system, or change one."""
    actor = actor_of(request)
    units = {unit.pk: unit for unit in organisations.departments().order_by("order", "name")}
    held = next((each for each in paths.external_systems(used=False) if each.code == code), None)
    if code and held is None:
        raise NotFound("没有这个外部系统。", next_step="请从清单进入。")
    initial = {name: getattr(held, name) for name in ("code", "name", "address", "used")} if held else {}
    form = asked.SystemForm(
        request.POST or None, departments=[(pk, unit.name) for pk, unit in units.items()],
        initial=initial | ({"department": held.department_id} if held else {}),
    )  # fmt: skip

    def act(given: dict[str, Any]) -> None:
        services.set_external_system(actor=actor, at=moments.now(), department=units[given.pop("department")], **given)

    return ask(
        request, heading="外部系统", verb="保存", back=reverse("cases:systems"), form=form, said="已保存。", act=act,
        note="有接口的由系统推送，申请人不用再报一次；没有接口的由窗口登记对方编号。", back_words="不改了",
    )  # fmt: skip


@requires(SET_UP)
def terms(request: HttpRequest) -> HttpResponseBase:
    """The centre's own days for special paths."""
    actor, centre = actor_of(request), centre_here(request)
    held = paths.path_terms(centre.pk)
    names = tuple(asked.PathTermsForm.base_fields)
    form = asked.PathTermsForm(request.POST or None, initial={name: getattr(held, name) for name in names})
    changed = f"上次由{held.changed_by}于 {moments.say_moment(held.changed_at)} 修改。" if held.changed_at else ""
    return ask(
        request, heading="办件路径的天数", verb="保存", back=reverse("cases:path_terms"), form=form, said="已保存，以后的办件按新的天数。",
        note=f"来源文件只说“一定时限”“紧急办理”，没有写天数，由{centre.name}自己定。{changed}", back_words="不改了",
        act=lambda given: _done(services.set_path_terms(actor=actor, centre=centre, at=moments.now(), **given)),
    )  # fmt: skip


@requires(SET_UP)
def item_terms(request: HttpRequest) -> HttpResponseBase:
    """The items that let materials follow or be promised (R068, R069), and the way to others."""
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    found = (
        catalogue.items().filter(name__icontains=text, current__isnull=False).order_by("name", "pk")[:20]
        if text
        else ()
    )
    return render(
        request,
        "cases/manage/item_terms.html",
        {"rows": list(paths.items_with_terms()[:500]), "q": text, "found": found},
    )


@requires(SET_UP)
def set_item_terms(request: HttpRequest, item_code: str) -> HttpResponseBase:
    """What one item lets follow, and what a promise may stand for."""
    actor = actor_of(request)
    item = catalogue.item_by_code(item_code)
    if item.current is None:
        raise NotFound("没有这个已发布的事项。", next_step="请从清单查找。")
    held = paths.item_terms(item.pk)
    names = list(dict.fromkeys(material.name for material in item.current.materials.order_by("order")))
    fields = tuple(asked.ItemTermsForm.base_fields)
    form = asked.ItemTermsForm(
        request.POST or None, names=names, initial={name: getattr(held, name) for name in fields} if held else None
    )
    return ask(
        request, heading=f"容缺和告知承诺：{item.name}", verb="保存", back=reverse("cases:item_terms"), form=form, said="已保存。",
        act=lambda given: _done(services.set_item_terms(actor=actor, item=item, at=moments.now(), **given)),
        back_words="不改了", note="文件没有写明哪些材料、几天，由中心按事项设置。已经受理的办件不受影响。",
    )  # fmt: skip


def _file(title: str, columns: Any, rows: Any) -> HttpResponseBase:
    stamp = moments.say_moment(_now()).replace(":", "")
    return download(f"{title} {stamp}.xlsx", xlsx(columns, rows, sheet=title))


def _now() -> datetime:
    return moments.now()


_PROJECTS: tuple[Column[PriorityProject], ...] = (
    Column("项目编号", lambda row: row.number, width=24),
    Column("项目名称", lambda row: row.name, width=40),
    Column("类别", lambda row: row.get_sort_display()),
    Column("项目单位", lambda row: row.owner, width=28),
    Column("依据", lambda row: row.basis, width=40),
    Column("登记人", lambda row: row.registered_by),
    Column("登记时间", lambda row: row.registered_at),
    Column("停用时间", lambda row: row.ended_at),
    Column("停用原因", lambda row: row.ended_reason, width=30),
)
_PROHIBITED: tuple[Column[ProhibitedMatter], ...] = (
    Column("控制事项", lambda row: row.name, width=40),
    Column("性质", lambda row: row.get_ground_display()),
    Column("依据", lambda row: row.basis, width=40),
    Column("答复口径", lambda row: row.reply, width=60),
    Column("自", lambda row: row.valid_from),
    Column("登记人", lambda row: row.registered_by),
    Column("停用时间", lambda row: row.ended_at),
    Column("停用原因", lambda row: row.ended_reason, width=30),
)


def _done(_: object) -> None:
    """What `ask` need not answer with."""
