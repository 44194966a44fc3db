"""自助取件柜: its own screen, and where the centre registers it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import actor_of, public, requires
from yimen.ground.kit import moments, ratelimit
from yimen.ground.kit.asking import ask
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import Invalid, NotFound, Refusal
from yimen.service.delivery import policies, services
from yimen.service.delivery.forms import CabinetForm, CellForm
from yimen.service.delivery.models import Cabinet


@public
def cabinet(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The screen at the cabinet: a code opens a cell, once. Five tries, then one in twelve seconds."""
    found = Cabinet.objects.filter(uid=uid, ended_at=None).select_related("centre").first()
    if found is None:
        raise NotFound("没有这个取件柜。", next_step="请到统一出件窗口。")
    form, opened, status = CellForm(request.POST or None), None, 200
    if request.method == "POST":
        status = 422
        ratelimit.limit(f"delivery.cabinet:{found.pk}", capacity=5, per_second=1 / 12)
        if form.is_valid():
            try:
                opened = services.open_cell(cabinet=found, code=form.cleaned_data["code"], at=moments.now())
            except Refusal as refusal:
                refuse_form(form, refusal)
                status = refusal.status
            else:
                form, status = CellForm(), 200
    response = render(
        request, "delivery/public/cabinet.html", {"cabinet": found, "form": form, "opened": opened}, status=status
    )
    response["Cache-Control"] = "no-store, private"
    return response


@requires(policies.SET_UP)
@require_safe
def cabinets(request: HttpRequest) -> HttpResponseBase:
    """The cabinets of the centre."""
    found = Cabinet.objects.filter(policies.of_centre(actor_of(request), policies.SET_UP)).select_related("centre")
    return render(request, "delivery/cabinets.html", {"rows": list(found.order_by("ended_at", "name")[:200])})


@requires(policies.SET_UP)
def new_cabinet(request: HttpRequest) -> HttpResponseBase:
    """One more."""
    actor, at = actor_of(request), moments.now()
    if actor.centre_id is None:
        raise Invalid("您的岗位不在中心里。", next_step="请由中心管理岗登记。")
    centre_id = actor.centre_id
    return ask(
        request, heading="登记取件柜", verb="登记", form=CabinetForm(request.POST if request.method == "POST" else None),
        back=reverse("delivery:cabinets"), said="已登记。把柜机的屏幕打开到它自己的地址。",
        act=lambda given: services.add_cabinet(actor=actor, centre_id=centre_id, at=at, **given),
    )  # fmt: skip


@requires(policies.SET_UP)
def end_cabinet(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Out of use."""
    actor, at = actor_of(request), moments.now()
    row = policies.access_cabinet(actor, uid)
    return ask(
        request, heading=f"停用{row}", verb="停用", danger=True, said="已停用。", back=reverse("delivery:cabinets"),
        act=lambda _given: services.end_cabinet(actor=actor, cabinet=row, at=at),
    )  # fmt: skip
