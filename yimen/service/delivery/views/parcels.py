"""Parcels: ordered, followed, come back, lost, sent again; what couriers said that fits nothing; where the courier speaks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import actor_of, public, requires
from yimen.ground.kit import exports, masking, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.partners import is_signed
from yimen.ground.kit.questions import EXPORT_MOST, file_url, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import NotFound
from yimen.service.delivery import courier, policies, rules, selectors, services
from yimen.service.delivery.forms import AgainForm, MoveForm, TrackingForm, WordsForm
from yimen.service.delivery.models import Parcel
from yimen.service.delivery.selectors.lists import PARCEL_BOXES, notices_held
from yimen.service.delivery.services.notices import NotSigned
from yimen.service.delivery.views.results import entries_of, span_asked

STATUS = {"asked": "warning", "ordered": "normal", "accepted": "normal", "transit": "normal", "refused": "yellow",
          "returned": "yellow", "lost": "red"}  # fmt: skip

COLUMNS: Sequence[exports.Column[Parcel]] = (
    exports.Column("邮件单号", lambda row: row.code, width=24),
    exports.Column("方向", lambda row: row.get_direction_display()),
    exports.Column("办件编号", lambda row: row.matter.code, width=30),
    exports.Column("事项", lambda row: row.matter.title, width=36),
    exports.Column("收（寄）件人", lambda row: row.name, width=20),
    exports.Column("快递公司", lambda row: row.courier, width=16),
    exports.Column("快递单号", lambda row: row.tracking, width=20),
    exports.Column("状态", lambda row: row.get_state_display()),
    exports.Column("邮费（元）", lambda row: round(row.cost_fen / 100, 2)),
    exports.Column("登记时间", lambda row: row.asked_at),
    exports.Column("下单时间", lambda row: row.ordered_at),
    exports.Column("结束时间", lambda row: row.ended_at),
    exports.Column("签收人", lambda row: row.signed_by),
)


@requires(*policies.LOOKS)
@require_safe
def parcels(request: HttpRequest) -> HttpResponseBase:
    """The parcels of the own place, both ways."""
    actor, at = actor_of(request), moments.now()
    text, box = text_asked(request), request.GET.get("box", "")
    box = box if box in PARCEL_BOXES else ("all" if text else "asked")
    direction = request.GET.get("direction", "")
    found = selectors.parcels(
        actor, box=box, text=text, direction=direction if direction in ("out", "in") else "", span=span_asked(request),
        company=request.GET.get("company", "")[:40],
    )  # fmt: skip
    if wants_file(request):
        return workbook("邮件登记", COLUMNS, found.order_by("-asked_at", "-pk")[:EXPORT_MOST], at)
    context = {
        "page": page_by_key(found, order=("-asked_at", "-pk"), asked=request.GET), "box": box, "text": text,
        "asked": request.GET, "tabs": [(label, f"?box={key}") for key, label in PARCEL_BOXES.items()], "here": f"?box={box}",
        "export_url": file_url(request), "status": STATUS,
        "notices": list(notices_held().order_by("-pk")[:20]) if policies.sees_notices(actor) else [],
        "may_hand": actor.holds(policies.HAND),
    }  # fmt: skip
    return render(request, "delivery/parcels.html", context)


@requires(*policies.LOOKS)
@require_safe
def parcel(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One parcel and its course."""
    actor = actor_of(request)
    row = policies.access_parcel(actor, uid)
    handing = Parcel.objects.filter(policies.parcels(actor, policies.HAND), pk=row.pk).exists()
    again = Parcel.objects.filter(replaces=row).first()
    context = {
        "row": row, "status": STATUS.get(row.state, ""), "entries": entries_of(selectors.course_of(parcel=row)),
        "address": masking.mask_address(row.address), "phone": masking.mask_phone(row.phone), "again": again,
        "handing": handing, "has_courier": courier.has_courier(), "under_way": row.state in rules.UNDER_WAY,
        "may_again": row.state in ("returned", "lost") and row.result is not None and again is None,
        "notices": list(row.notices.order_by("-pk")[:50]),
    }  # fmt: skip
    return render(request, "delivery/parcel.html", context)


def notify_url(request: HttpRequest) -> str:
    """Where the courier is to speak."""
    origin = str(getattr(settings, "ORIGIN", "") or "").rstrip("/") or f"{request.scheme}://{request.get_host()}"
    return origin + reverse("delivery:courier_notice")


@requires(policies.HAND)
def parcel_act(request: HttpRequest, uid: UUID, action: str) -> HttpResponseBase:
    """Order, write down a tracking number, write down what happened, send again."""
    actor, at = actor_of(request), moments.now()
    row = policies.access_parcel(actor, uid)
    posted = request.POST if request.method == "POST" else None
    common: dict[str, Any] = {"frame": "kit/desk.html", "back": reverse("delivery:parcel", args=[row.uid])}
    note = f"{row.get_direction_display()}，{row.name}，{row.contents}。"
    match action:
        case "order":
            return ask(
                request, heading="向快递公司下单", verb="下单", said="已下单。", note=note, **common,
                act=lambda _given: services.order(parcel=row, actor=actor, at=at, notify=notify_url(request)),
            )  # fmt: skip
        case "tracking":
            return ask(
                request, heading="填写快递单号", verb="保存", said="已保存。", note=note, **common,
                form=TrackingForm(posted, initial={"company": row.courier}),
                act=lambda given: services.record_order(
                    parcel=row, tracking=given["tracking"], cost_fen=given["cost"], company=given["company"], actor=actor, at=at
                ),
            )  # fmt: skip
        case "move":
            return ask(
                request, heading="登记邮件情况", verb="登记", said="已登记。", note=note, form=MoveForm(posted), **common,
                act=lambda given: services.move(parcel=row, actor=actor, at=at, **given),
            )  # fmt: skip
        case "again":
            return _again(request, row, common)
        case _:
            raise NotFound("没有这个操作。", next_step="请回到邮件页。")


def _again(request: HttpRequest, row: Parcel, common: dict[str, Any]) -> HttpResponseBase:
    actor, at = actor_of(request), moments.now()

    def act(given: dict[str, Any]) -> HttpResponseBase:
        contents = given.pop("contents")
        made = services.send_again(parcel=row, actor=actor, at=at, address=services.Address(**given), contents=contents)
        messages.success(request, "已登记重寄，请下单。")
        return redirect("delivery:parcel", made.uid)

    return ask(
        request, heading="重寄", verb="登记重寄", act=act, **common,
        form=AgainForm(request.POST if request.method == "POST" else None, initial={"name": row.name, "contents": row.contents}),
        note="请先同申请人核对地址。" + ("丢失的证照先到证照登记簿挂失、补发。" if row.state == "lost" else ""),
    )  # fmt: skip


@requires(policies.HAND)
def close_notice(request: HttpRequest, number: int) -> HttpResponseBase:
    """Say what a notice was that fits nothing."""
    actor, at = actor_of(request), moments.now()
    row = policies.access_notice(actor, number)
    return ask(
        request, heading="处理快递回执", verb="处理完毕", said="已处理。", frame="kit/desk.html",
        form=WordsForm(request.POST if request.method == "POST" else None), back=reverse("delivery:parcels"),
        note=f"{row.courier} {row.tracking}（邮件单号 {row.order}）：{row.get_kind_display()}，{row.get_outcome_display()}。",
        act=lambda given: services.close_notice(notice=row, words=given["words"], actor=actor, at=at),
    )  # fmt: skip


@public
@csrf_exempt
@require_POST
def courier_notice(request: HttpRequest) -> HttpResponse:
    """The courier's notice: signed, done once, answered with what became of it. A refused one is told again by the courier."""
    at, partner = moments.now(), courier.courier().partner
    body = request.body
    if len(body) > 10_000 or not is_signed(partner, "POST", request.path, body, request.headers, at):
        raise NotSigned("通知的签名不对，没有记录。", next_step="请核对商户密钥和时间。")
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    return JsonResponse({"outcome": services.take_notice(said=services.read_notice(said), at=at)})
