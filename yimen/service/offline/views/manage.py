"""The centre's view: browsers and their numbers, times without network, journals that were refused, the numbers it sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.periods import Period
from yimen.ground.kit.questions import EXPORT_MOST, day_asked, file_url, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import Invalid, NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.offline import policies, selectors, services
from yimen.service.offline.forms import ReasonForm, SettingsForm
from yimen.service.offline.models import Block, Device, Entry, Fault, Outage

LOOKERS = (policies.MANAGE, policies.VIEW)

DEVICES: Sequence[exports.Column[Any]] = (
    exports.Column("窗口", lambda row: str(row.window), width=28),
    exports.Column("浏览器", lambda row: row.name, width=20),
    exports.Column("状态", lambda row: row.get_state_display()),
    exports.Column("登记人", lambda row: row.enrolled_by),
    exports.Column("登记时间", lambda row: row.enrolled_at, width=18),
    exports.Column("最近联网", lambda row: row.seen_at, width=18),
    exports.Column("已收到", lambda row: row.last_seq),
    exports.Column("还没传回", lambda row: row.unsent),
    exports.Column("手里的编号", lambda row: row.held),
    exports.Column("已用", lambda row: row.used),
)
OUTAGES: Sequence[exports.Column[Any]] = (
    exports.Column("窗口", lambda row: str(row.device.window), width=28),
    exports.Column("浏览器", lambda row: row.device.name, width=20),
    exports.Column("断网", lambda row: row.from_at, width=18),
    exports.Column("恢复", lambda row: row.to_at, width=18),
    exports.Column("分钟", lambda row: minutes(row)),
    exports.Column("收件", lambda row: row.receipts),
    exports.Column("已换正式编号", lambda row: row.merged),
    exports.Column("待处理", lambda row: row.waiting),
    exports.Column("不予收件或作废", lambda row: row.ended),
)


def minutes(outage: Outage) -> int:
    """How long the window was cut off."""
    return int((outage.to_at - outage.from_at).total_seconds() // 60)


@requires(*LOOKERS)
def devices(request: HttpRequest) -> HttpResponseBase:
    """Every enrolled browser with its numbers; what was refused stands above."""
    actor, at = actor_of(request), moments.now()
    found = selectors.devices(actor)
    if (state := request.GET.get("state", "")) in Device.State.values:
        found = found.filter(state=state)
    if text := text_asked(request):
        found = found.filter(Q(name__icontains=text) | Q(window__name__icontains=text) | Q(window__number__iexact=text))
    order = ("-enrolled_at", "-pk")
    if wants_file(request):
        return workbook("离线设备", DEVICES, found.order_by(*order)[:EXPORT_MOST], at)
    context = {
        "page": page_by_key(found, order=order, asked=request.GET, size=20), "asked": request.GET,
        "states": Device.State.choices, "export_url": file_url(request),
        "faults": list(selectors.faults(actor).filter(settled_at__isnull=True).order_by("-found_at", "-pk")[:20]),
        "may_manage": actor.holds(policies.MANAGE),
    }  # fmt: skip
    return render(request, "offline/devices.html", context)


@requires(*LOOKERS)
def device(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One browser: its blocks and their use, its faults, its last receipts, revoking it."""
    actor = actor_of(request)
    return _device_page(request, policies.access_device(actor, uid), actor)


def _device_page(
    request: HttpRequest, held: Device, actor: Actor, *, form: ReasonForm | None = None, status: int = 200
) -> HttpResponseBase:
    context = {
        "device": held,
        "blocks": list(Block.objects.filter(device=held).order_by("-pk")[:50]),
        "faults": list(Fault.objects.filter(device=held).order_by("-found_at", "-pk")[:20]),
        "entries": list(Entry.objects.filter(device=held).select_related("case__matter").order_by("-seq")[:20]),
        "may_manage": policies.reaches(actor, policies.MANAGE, held.window),
        "form": form or ReasonForm(),
    }
    return render(request, "offline/device.html", context, status=status)


@requires(policies.MANAGE, policies.RECEIVE)
@require_POST
def end_device(request: HttpRequest, uid: UUID, action: str) -> HttpResponseBase:
    """注销 or 停用."""
    if action not in ("retire", "revoke"):
        raise NotFound("没有这一步。", next_step="请从设备页面进入。")
    actor = actor_of(request)
    held = policies.access_device(actor, uid)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            held = services.end_device(
                actor=actor,
                device=held,
                revoke=action == "revoke",
                reason=form.cleaned_data["reason"],
                at=moments.now(),
            )
        except Refusal as refusal:
            if refusal.status in (401, 403, 404):
                raise
            refuse_form(form, refusal)
            return _device_page(request, held, actor, form=form, status=refusal.status)
        messages.success(request, f"{held.window}的“{held.name}”{held.get_state_display()}，没有用的编号已作废。")
        return redirect("offline:device", uid)
    return _device_page(request, held, actor, form=form, status=422)


@requires(policies.MANAGE)
@require_POST
def close_block(request: HttpRequest, uid: UUID, block_id: int) -> HttpResponseBase:
    """收回 one block of a browser."""
    actor = actor_of(request)
    held = policies.access_device(actor, uid)
    block = Block.objects.filter(device=held, pk=block_id).first()
    if block is None:
        raise NotFound("没有这个号段。", next_step="请从设备页面进入。")
    reason = request.POST.get("reason", "").strip()[:300] or "中心收回"
    services.close_block(actor=actor, block=block, reason=reason, at=moments.now())
    messages.success(request, "号段已收回，没有用的编号作废，不再发出。")
    return redirect("offline:device", uid)


@requires(policies.MANAGE)
def settle_fault(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One journal that was refused: what is wrong, and closing it, with or without taking the rest in."""
    actor = actor_of(request)
    fault = policies.access_fault(actor, uid)
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.settle_fault(
                    fault=fault, actor=actor, at=moments.now(), take=request.POST.get("take") == "1",
                    reason=form.cleaned_data["reason"],
                )  # fmt: skip
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "已处理。")
                return redirect("offline:device", fault.device.uid)
    return render(request, "offline/fault.html", {"fault": fault, "form": form}, status=status)


@requires(*LOOKERS)
def outages(request: HttpRequest) -> HttpResponseBase:
    """Times without network and what was taken in; every number opens the list behind it."""
    actor, at = actor_of(request), moments.now()
    found = selectors.outages(actor)
    if first := day_asked(request, "first"):
        found = found.filter(from_at__gte=Period(first, first).moments[0])
    if last := day_asked(request, "last"):
        found = found.filter(from_at__lt=Period(last, last).moments[1])
    order = ("-from_at", "-pk")
    if wants_file(request):
        return workbook("断网和离线收件", OUTAGES, found.order_by(*order)[:EXPORT_MOST], at)
    shown = page_by_key(found, order=order, asked=request.GET, size=20)
    rows = [(each, minutes(each), f"{reverse('offline:receipts')}?outage={each.uid}") for each in shown]
    context = {"page": shown, "rows": rows, "asked": request.GET, "export_url": file_url(request)}
    return render(request, "offline/outages.html", context)


@requires(policies.MANAGE)
def settings(request: HttpRequest) -> HttpResponseBase:
    """The numbers of the own centre."""
    actor, at = actor_of(request), moments.now()
    if actor.centre_id is None:
        raise Invalid("您的岗位不在政务服务中心，没有可设定的中心。", next_step="请切换到中心的岗位。")
    centre = organisations.unit(actor.centre_id)
    form = SettingsForm(request.POST or None, values=selectors.settings_of(centre.pk))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            changed = [
                services.set_setting(actor=actor, centre=centre, key=key, value=value, at=at)
                for key, value in form.cleaned_data.items()
            ]
            messages.success(request, "已保存。" if any(changed) else "没有改动。")
            return redirect("offline:settings")
    return render(request, "offline/settings.html", {"form": form, "centre": centre}, status=status)
