"""Responsibility (R011), counterparts across tiers (R002), and who administers what at which tier (R013)."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import policies, services
from yimen.ground.organisations.forms_registers import ChainForm, EntryPlanForm, MatchForm, SupportingRoleForm
from yimen.ground.organisations.models import (
    Counterpart,
    CounterpartWindow,
    Division,
    SupportingRole,
    Unit,
    Window,
)
from yimen.ground.organisations.policies import MANAGE, access_unit
from yimen.ground.organisations.selectors import registers
from yimen.ground.organisations.views.places import actor_of, manages, unit_url

sees = requires(MANAGE, "admin.system", "admin.security", "admin.audit")
CHAINED = (Unit.Kind.DEPARTMENT, Unit.Kind.OFFICE)


@sees
def responsibility(request: HttpRequest) -> HttpResponseBase:
    """Each department's chain with its gaps."""
    actor = actor_of(request)
    today = moments.day_of(moments.now())
    seen = Unit.objects.filter(policies.seen(actor))
    # The management of a centre asks for the chains of the departments that its windows serve (R003, R011).
    shown = Q(pk__in=seen.values("pk")) | Q(pk__in=Window.objects.filter(centre__in=seen).values("departments"))
    units = Unit.objects.filter(shown, kind__in=CHAINED, dissolved_on__isnull=True)
    found = list(units.select_related("division").order_by("path")[:2000])
    gaps = {gap.unit.pk: gap.lacking for gap in registers.chain_gaps(found, today)}
    only = request.GET.get("show") == "gaps"
    rows = [(unit, gaps.get(unit.pk, ())) for unit in found if not only or unit.pk in gaps]
    if request.GET.get("export"):
        columns: list[exports.Column[tuple[Unit, tuple[str, ...]]]] = [
            exports.Column("部门", lambda row: row[0].name, width=40),
            exports.Column("区划", lambda row: row[0].division.name),
            exports.Column("缺什么", lambda row: "、".join(row[1]), width=50),
        ]
        return exports.download("责任链.xlsx", exports.xlsx(columns, rows))
    return render(
        request,
        "organisations/responsibility.html",
        {
            "rows": rows,
            "only": only,
            "all": len(found),
            "lacking": len(gaps),
            "opens": set(seen.values_list("pk", flat=True)),
        },
    )


@manages
def set_chain(request: HttpRequest, unit_id: int) -> HttpResponseBase:
    """Who answers for a department."""
    actor = actor_of(request)
    unit = access_unit(actor, unit_id)
    standing: dict[str, list[int]] = {}
    for rung in registers.responsibility_chain(unit, moments.day_of(moments.now())):
        standing.setdefault(rung.rung, []).append(rung.post_id)
    initial = {
        "principal": next(iter(standing.get("principal", [])), None),
        "deputy": next(iter(standing.get("deputy", [])), None),
        "team": standing.get("team", []),
    }
    return asking.ask(
        request,
        heading=f"{unit.name}的责任链",
        note="一把手负总责，分管领导具体抓，工作班子经办。超期和督办按这条链逐级提醒。",
        verb="保存",
        form=ChainForm(request.POST if request.method == "POST" else None, unit=unit, initial=initial),
        act=lambda given: services.set_chain(actor=actor, unit=unit, at=moments.now(), **given),
        back=unit_url(unit.pk),
        said="责任链已更新。",
    )


@manages
def write_entry_plan(request: HttpRequest, unit_id: int) -> HttpResponseBase:
    """The next edition of the plan for entering the hall."""
    actor = actor_of(request)
    unit = access_unit(actor, unit_id)
    last = registers.entry_plan(unit)
    initial = {"text": last.text if last else "", "made_on": moments.day_of(moments.now())}
    return asking.ask(
        request,
        heading=f"登记{unit.name}的进驻工作方案",
        note=f"现行的是第 {last.number} 版；保存后成为第 {last.number + 1} 版，以前的都保留。" if last else "",
        verb="登记",
        form=EntryPlanForm(request.POST if request.method == "POST" else None, initial=initial),
        act=lambda given: services.write_entry_plan(actor=actor, unit=unit, at=moments.now(), **given),
        back=unit_url(unit.pk),
        said="方案已登记。",
    )


# Counterparts


def _divisions(actor: Actor) -> list[Division]:
    """Divisions that have departments or windows, from the top down."""
    return list(
        Division.objects.filter(units__dissolved_on__isnull=True).annotate(n=Count("units")).order_by("level", "code")
    )


def _tiers(request: HttpRequest) -> tuple[list[Division], Division | None, Division | None]:
    """All divisions, and the two that are compared: asked for, or the actor's own with the one above or below it."""
    actor = actor_of(request)
    found = _divisions(actor)
    by_code = {division.code: division for division in found}
    lower = by_code.get(request.GET.get("lower", ""))
    upper = by_code.get(request.GET.get("upper", ""))
    if upper is None and lower is None:
        own = by_code.get(actor.division)
        above = [each for each in found if own and own.path.startswith(each.path) and each.pk != own.pk]
        below = [each for each in found if own and each.path.startswith(own.path) and each.pk != own.pk]
        if own and above:
            upper, lower = above[-1], own
        elif own and below:
            upper, lower = own, below[0]
        elif len(found) > 1:
            upper = found[0]
            lower = next((each for each in found if each.path.startswith(upper.path) and each.pk != upper.pk), None)
    return found, upper, lower


@sees
def counterparts(request: HttpRequest) -> HttpResponseBase:
    """Two tiers side by side: who answers to whom, and who stands alone."""
    divisions, upper, lower = _tiers(request)
    windows = request.GET.get("what") == "windows"
    pairs: list[registers.Pair] = []
    wrong = ""
    if upper is not None and lower is not None:
        if upper.pk == lower.pk or not lower.path.startswith(upper.path):
            wrong = f"{upper.name}不是{lower.name}的上级，请另选。"
        else:
            pairs = (registers.window_pairs if windows else registers.department_pairs)(upper, lower)
    if request.GET.get("export"):
        return exports.download("对口情况.xlsx", exports.xlsx(PAIRS, pairs))
    alone = [pair for pair in pairs if pair.counterpart_id is None]
    return render(
        request,
        "organisations/counterparts.html",
        {
            "divisions": divisions,
            "upper": upper,
            "lower": lower,
            "windows": windows,
            "pairs": pairs,
            "wrong": wrong,
            "matched": len(pairs) - len(alone),
            "suggested": sum(1 for pair in alone if pair.suggested),
            "no_lower": sum(1 for pair in alone if pair.lower is None),
            "no_upper": sum(1 for pair in alone if pair.upper is None),
            "managed": _managed(actor_of(request)),
            "what": "windows" if windows else "departments",
        },
    )


def _state(pair: registers.Pair) -> str:
    if pair.counterpart_id is not None:
        return "已对口"
    if pair.suggested:
        return "名称相同，待确认"
    return "下级没有对口" if pair.lower is None else "上级没有对口"


PAIRS: list[exports.Column[registers.Pair]] = [
    exports.Column("上级", lambda row: str(row.upper or ""), width=40),
    exports.Column("下级", lambda row: str(row.lower or ""), width=40),
    exports.Column("情况", _state, width=24),
]


def _place(request: HttpRequest) -> str:
    """The page of counterparts with the same tiers."""
    kept = {name: request.GET.get(name, "") for name in ("upper", "lower", "what")}
    query = "&".join(f"{name}={value}" for name, value in kept.items() if value.isalnum())
    return f"{reverse('organisations:counterparts')}{'?' + query if query else ''}"


@manages
def match_unit(request: HttpRequest, unit_id: int) -> HttpResponseBase:
    """Say which department of another tier answers to this one."""
    actor = actor_of(request)
    unit = policies.access_unit(actor, unit_id)
    up = [code for code in unit.division.path.strip("/").split("/") if code][:-1]
    others = Unit.objects.filter(kind__in=CHAINED, dissolved_on__isnull=True).exclude(division=unit.division)
    others = others.filter(division__in=up) | others.filter(division__path__startswith=unit.division.path)

    def act(given: dict[str, Any]) -> None:
        other: Unit = given["other"]
        above = unit.division.path.startswith(other.division.path)
        upper, lower = (other, unit) if above else (unit, other)
        services.match_units(actor=actor, upper=upper, lower=lower, at=moments.now())

    return asking.ask(
        request,
        heading=f"{unit.name}与哪个部门对口？",
        note="只列上级和下级区划的部门。",
        verb="确定对口",
        form=MatchForm(
            request.POST if request.method == "POST" else None,
            others=others.order_by("division__level", "path"),
            initial={"other": request.GET.get("with", "")},
        ),
        act=act,
        back=_place(request),
        said="已确定对口。",
    )


@manages
def match_window(request: HttpRequest, window_id: int) -> HttpResponseBase:
    """Say which window of another tier answers to this one."""
    actor = actor_of(request)
    window = policies.access_window(actor, window_id)
    home = window.centre.division
    up = [code for code in home.path.strip("/").split("/") if code][:-1]
    others = Window.objects.filter(closed_on__isnull=True).exclude(centre__division=home).select_related("centre")
    others = others.filter(centre__division__in=up) | others.filter(centre__division__path__startswith=home.path)

    def act(given: dict[str, Any]) -> None:
        other: Window = given["other"]
        above = home.path.startswith(other.centre.division.path)
        upper, lower = (other, window) if above else (window, other)
        services.match_windows(actor=actor, upper=upper, lower=lower, at=moments.now())

    form = MatchForm(
        request.POST if request.method == "POST" else None,
        others=others.order_by("centre__path", "number"),
        initial={"other": request.GET.get("with", "")},
    )
    form.fields["other"].label_from_instance = lambda each: f"{each.centre.name} {each}"  # type: ignore[attr-defined]
    return asking.ask(
        request,
        heading=f"{window.centre.name}{window}与哪个窗口对口？",
        verb="确定对口",
        form=form,
        act=act,
        back=_place(request),
        said="已确定对口。",
    )


@manages
def unmatch(request: HttpRequest, kind: str, counterpart_id: int) -> HttpResponseBase:
    """End a match."""
    actor = actor_of(request)
    found: Counterpart | CounterpartWindow | None
    if kind == "windows":
        found = (
            CounterpartWindow.objects.select_related("upper__centre", "lower__centre").filter(pk=counterpart_id).first()
        )
    else:
        found = Counterpart.objects.select_related("upper", "lower").filter(pk=counterpart_id).first()
    if found is None or not (policies.may(actor, _unit_of(found.upper)) or policies.may(actor, _unit_of(found.lower))):
        raise NotFound("没有这条对口关系，或者两边都不在您的管理范围内。")

    def act(_: dict[str, Any]) -> None:
        if isinstance(found, CounterpartWindow):
            services.unmatch_windows(actor=actor, counterpart=found, at=moments.now())
        elif found is not None:
            services.unmatch_units(actor=actor, counterpart=found, at=moments.now())

    return asking.ask(
        request,
        heading=f"解除“{found.upper}”与“{found.lower}”的对口？",
        verb="解除对口",
        danger=True,
        act=act,
        back=_place(request),
        said="已解除。",
    )


# Tiers


@sees
def tiers(request: HttpRequest) -> HttpResponseBase:
    """The matrix: who administers and supports what in each division, with the gaps."""
    actor = actor_of(request)
    codes = Unit.objects.filter(policies.seen(actor)).exclude(kind=Unit.Kind.VILLAGE).values("division")
    rows = registers.matrix(Division.objects.filter(code__in=codes).order_by("path")[:500])
    if request.GET.get("export"):
        columns: list[exports.Column[registers.TierRow]] = [
            exports.Column("区划", lambda row: row.division.name),
            exports.Column("机构管理人", lambda row: "、".join(row.managers) or "缺", width=40),
        ]
        for place, (_, label) in enumerate(SupportingRole.Role.choices):
            columns.append(exports.Column(label, lambda row, n=place: str(row.roles[n][1] or "缺"), width=24))  # type: ignore[misc]
        return exports.download("分级管理.xlsx", exports.xlsx(columns, rows))
    return render(
        request,
        "organisations/tiers.html",
        {
            "rows": rows,
            "labels": [label for _, label in SupportingRole.Role.choices],
            "gaps": sum(row.gaps for row in rows),
            "managed": policies.divisions_managed(actor),
        },
    )


@manages
def set_supporting_role(request: HttpRequest, code: str) -> HttpResponseBase:
    """Which unit plays a supporting role in a division."""
    actor = actor_of(request)
    division = Division.objects.filter(code=code).first()
    if division is None or not policies.manages_division(actor, division):
        raise NotFound("没有这个区划，或者它不在您的管理范围内。")
    up = [part for part in division.path.strip("/").split("/") if part]
    kinds = [Unit.Kind.DEPARTMENT, Unit.Kind.OFFICE, Unit.Kind.GOVERNMENT, Unit.Kind.CENTRE, Unit.Kind.TOWN]
    units = Unit.objects.filter(division__in=up, kind__in=kinds, dissolved_on__isnull=True).order_by("path")
    return asking.ask(
        request,
        heading=f"{division.name}的支撑部门分工",
        verb="保存",
        form=SupportingRoleForm(
            request.POST if request.method == "POST" else None,
            units=units,
            initial={"role": request.GET.get("role", "")},
        ),
        act=lambda given: services.set_supporting_role(actor=actor, division=division, at=moments.now(), **given),
        back="/manage/tiers/",
        said="已更新分工。",
    )


def _unit_of(place: Unit | Window) -> Unit:
    """The unit that answers for a department or for a window."""
    return place.centre if isinstance(place, Window) else place


def _managed(actor: Actor) -> set[int]:
    """The units whose matches the actor may change."""
    return set(Unit.objects.filter(policies.subtree(actor)).values_list("pk", flat=True))
