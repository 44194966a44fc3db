"""Kinds of case and public promises, set by the centre's management."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import public, requires
from yimen.ground.kit import moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.exports import Column, download, xlsx
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.periods import Period, add_months, month_of
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases import reporting, selectors, services
from yimen.service.cases.forms.setting_up import KindsForm, PromiseForm, WithdrawPromiseForm
from yimen.service.cases.rates import Numbers, keeping
from yimen.service.cases.reporting import Place
from yimen.service.cases.views.staff.asking import actor_of

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit
    from yimen.service.cases.models import ServicePromise

MONTHS = 12
SET_UP = "cases.set_up"


@requires(SET_UP)
def kinds(request: HttpRequest) -> HttpResponseBase:
    """Which kinds of case the centre uses, in which words and order."""
    actor, centre = actor_of(request), centre_here(request)
    settings = selectors.kind_settings(centre.pk)
    form = KindsForm(request.POST or None, settings=settings)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.set_kinds(actor=actor, centre=centre, settings=form.said(), at=moments.now(), seen=form.seen())
            except Refusal as refusal:
                if refusal.status == 404:
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "办件类型已保存。以后的页面和统计用新的名称。")
                return redirect("cases:kinds")
    return render(request, "cases/manage/kinds.html", {"form": form, "centre": centre}, status=status)


# --- Promises


@dataclass(frozen=True, slots=True)
class PromiseKept:
    """A promise with how it was kept, month by month; the newest month last."""

    promise: ServicePromise
    months: tuple[tuple[date, float | None, bool | None], ...]

    @property
    def last(self) -> tuple[date, float | None, bool | None] | None:
        """The last whole month with something to measure."""
        return next((each for each in reversed(self.months) if each[1] is not None), None)

    @property
    def unit_of_value(self) -> str:
        """What the value is counted in."""
        return "个工作日" if self.promise.what == "days" else "%"

    @property
    def kept_months(self) -> int:
        """In how many of the measured months it was kept."""
        return sum(1 for _, _, kept in self.months if kept)

    @property
    def measured_months(self) -> int:
        """How many months had something to measure."""
        return sum(1 for _, value, _ in self.months if value is not None)


@requires(SET_UP)
def promises(request: HttpRequest) -> HttpResponseBase:
    """All promises of the centre with how they were kept; the ended ones too."""
    at = moments.now()
    rows = _kept(list(selectors.promises(moments.day_of(at), ended_too=True)), moments.day_of(at))
    if request.GET.get("as") == "xlsx":
        return download(
            f"服务承诺 {moments.say_moment(at).replace(':', '')}.xlsx", xlsx(_columns(), rows, sheet="服务承诺")
        )
    return render(request, "cases/manage/promises.html", {"rows": rows, "today": moments.day_of(at)})


@public
@require_safe
def public_promises(request: HttpRequest) -> HttpResponse:
    """What the centre and its departments promise, and whether they keep it."""
    today = moments.day_of(moments.now())
    rows = _kept(list(selectors.promises(today)), today)
    return render(request, "cases/public/promises.html", {"rows": rows, "until": add_months(month_of(today), -1)})


@requires(SET_UP)
def make_promise(request: HttpRequest) -> HttpResponseBase:
    """Register a promise."""
    actor, centre = actor_of(request), centre_here(request)
    units = {str(unit.pk): unit for unit in [centre, *organisations.departments().order_by("order", "name")]}
    form = PromiseForm(request.POST or None, units=[(pk, unit.name) for pk, unit in units.items()])

    def act(given: dict[str, Any]) -> None:
        services.make_promise(
            actor=actor, unit=units[given["unit"]], centre=centre, what=given["what"], target=given["target"], text=given["text"],
            valid_from=given["valid_from"], valid_to=given["valid_to"], at=moments.now(),
        )  # fmt: skip

    return ask(
        request, heading="登记服务承诺", verb="登记并公开", act=act, back=reverse("cases:manage_promises"), form=form,
        said="承诺已登记，公开页面现在就能看到。",
    )  # fmt: skip


@requires(SET_UP)
def withdraw_promise(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take a promise back, with the reason."""
    actor, centre = actor_of(request), centre_here(request)
    promise = selectors.promises(date.max, ended_too=True).filter(uid=uid).first()
    if promise is None:
        raise NotFound("没有这项承诺。", next_step="请从承诺清单进入。")

    def act(given: dict[str, Any]) -> None:
        services.withdraw_promise(actor=actor, uid=uid, centre=centre, reason=given["reason"], at=moments.now())

    return ask(
        request, heading="收回这项承诺？", verb="收回", act=act, back=reverse("cases:manage_promises"), danger=True,
        form=WithdrawPromiseForm(request.POST or None), said="承诺已收回，过去的兑现记录仍然保留。",
        note=f"{promise.unit.name}：{promise.text}",
    )  # fmt: skip


def centre_here(request: HttpRequest) -> Unit:
    """The actor's centre, else the main one."""
    actor = actor_of(request)
    centre = organisations.unit(actor.centre_id) if actor.centre_id else organisations.main_centre()
    if centre is None:
        raise NotFound("还没有设立政务服务中心。", next_step="请先在机构树中新建中心。")
    return centre


def _kept(found: list[ServicePromise], today: date) -> list[PromiseKept]:
    """The last twelve whole months of each promise; the figures of one unit are read once."""
    end = month_of(today)
    year = Period(add_months(end, -MONTHS), date.fromordinal(end.toordinal() - 1))
    read: dict[tuple[int, bool], dict[date, Numbers]] = {}
    rows = []
    for promise in found:
        whole_centre = promise.unit.kind != "department"
        key = (promise.unit_id, whole_centre)
        if key not in read:
            place = Place(centres=(promise.unit_id,)) if whole_centre else Place(departments=(promise.unit_id,))
            read[key] = reporting.monthly(year, place)
        months = tuple(
            (month, *keeping(promise.what, float(promise.target), numbers))
            for month, numbers in read[key].items()
            if month_of(promise.valid_from) <= month and (promise.valid_to is None or month <= promise.valid_to)
        )
        rows.append(PromiseKept(promise, months))
    return rows


def _columns() -> list[Column[PromiseKept]]:
    return [
        Column("承诺单位", lambda row: row.promise.unit.name, width=28),
        Column("承诺", lambda row: row.promise.text, width=48),
        Column("内容", lambda row: row.promise.get_what_display(), width=24),
        Column("目标", lambda row: float(row.promise.target)),
        Column("最近一月", lambda row: row.last[1] if row.last else None),
        Column("是否兑现", lambda row: row.last[2] if row.last else None),
        Column("兑现月数", lambda row: row.kept_months),
        Column("核对月数", lambda row: row.measured_months),
        Column("开始", lambda row: row.promise.valid_from),
        Column("结束", lambda row: row.promise.valid_to),
        Column("收回原因", lambda row: row.promise.withdrawn_reason, width=30),
    ]
