"""上下传递: papers received and sent, read, answered, urged; and the briefings with their numbers (R002, R012, R015)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.documents import selectors as documents
from yimen.ground.documents.services import store_chosen
from yimen.ground.identity.policies import actor_of, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import file_url, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import NotAllowed, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.coordination import forms as asked
from yimen.service.coordination import policies, selectors, services
from yimen.service.coordination.models import Dispatch, Receipt
from yimen.service.coordination.selectors import papers
from yimen.service.coordination.selectors.figures import COLUMNS
from yimen.service.coordination.views.asking import today

PAGE = 20
EXPORT_MOST = 5000

RECEIVED: Sequence[exports.Column[Receipt]] = (
    exports.Column("文号", lambda row: row.dispatch.number, width=24),
    exports.Column("种类", lambda row: row.dispatch.get_kind_display()),
    exports.Column("标题", lambda row: row.dispatch.subject, width=40),
    exports.Column("发出单位", lambda row: row.dispatch.sender.name, width=28),
    exports.Column("发出时间", lambda row: row.dispatch.sent_at),
    exports.Column("收到单位", lambda row: row.receiver, width=28),
    exports.Column("签收时间", lambda row: row.read_at),
    exports.Column("签收人", lambda row: row.read_by),
    exports.Column("回复期限", lambda row: row.dispatch.answer_by),
    exports.Column("回复时间", lambda row: row.answered_at),
    exports.Column("回复", lambda row: row.answer, width=50),
)
SENT: Sequence[exports.Column[Any]] = (
    exports.Column("文号", lambda row: row.number, width=24),
    exports.Column("种类", lambda row: row.get_kind_display()),
    exports.Column("标题", lambda row: row.subject, width=40),
    exports.Column("发出时间", lambda row: row.sent_at),
    exports.Column("收件单位数", lambda row: row.receivers),
    exports.Column("已签收", lambda row: row.signed),
    exports.Column("已回复", lambda row: row.answered),
    exports.Column("回复期限", lambda row: row.answer_by),
    exports.Column("撤回", lambda row: row.withdrawn_reason),
)


@staff
def channel(request: HttpRequest) -> HttpResponseBase:
    """What the actor's units received, or sent."""
    actor, at = actor_of(request), moments.now()
    units = _units(actor)
    which = "sent" if request.GET.get("box") == "sent" else "received"
    text, kind = text_asked(request), request.GET.get("kind", "")
    context: dict[str, Any] = {
        "which": which,
        "tabs": [("收到的", "?box=received"), ("发出的", "?box=sent")],
        "here": f"?box={which}",
        "asked": request.GET,
        "kinds": Dispatch.Kind.choices,
        "export_url": file_url(request),
        "today": today(),
        "may_send": actor.holds(policies.CHANNEL),
    }
    if which == "sent":
        sent = selectors.sent(units)
        sent = sent.filter(subject__icontains=text) if text else sent
        sent = sent.filter(kind=kind) if kind in Dispatch.Kind.values else sent
        if wants_file(request):
            return workbook("发出的文", SENT, sent[:EXPORT_MOST], at)
        context["page"] = page_by_key(sent, order=("-id",), asked=request.GET, size=PAGE)
    else:
        found = selectors.received(actor)
        found = found.filter(dispatch__subject__icontains=text) if text else found
        found = found.filter(dispatch__kind=kind) if kind in Dispatch.Kind.values else found
        state = request.GET.get("state", "")
        if state == "unread":
            found = found.filter(read_at__isnull=True)
        elif state == "unanswered":
            found = found.filter(dispatch__needs_answer=True, answered_at__isnull=True)
        if wants_file(request):
            return workbook("收到的文", RECEIVED, found[:EXPORT_MOST], at)
        context["page"] = page_by_key(found, order=("-dispatch_id", "-id"), asked=request.GET, size=PAGE)
    return render(request, "coordination/channel.html", context)


def _units(actor: Actor) -> set[int]:
    """The units whose papers the actor reads; a stranger to the channel is told so."""
    units = policies.speaks_for(actor)
    if not units and actor.window_id is None and not actor.holds(policies.CHANNEL):
        raise NotAllowed(
            "您的岗位不收发上下传递的文。", next_step="由单位负责人、首席代表、联络协办员和中心管理人员收发。"
        )
    return units


@staff
def new(request: HttpRequest) -> HttpResponseBase:
    """A notice, guidance or request to the counterparts above and below."""
    actor, at = actor_of(request), moments.now()
    sender = selectors.own_unit(actor)
    if sender.pk not in (policies.units(actor, policies.CHANNEL) or set()):
        raise NotAllowed("您不能以本单位的名义发文。", next_step="请由本单位负责人或首席代表办理。")
    tiers = selectors.counterparts(sender)
    choices: list[tuple[str, list[tuple[int, str]]]] = [
        (name, asked.unit_choices(units))
        for name, units in (("上级", tiers["up"]), ("下级", tiers["down"]), ("部门", _departments(actor, sender)))
        if units
    ]
    kinds = ["request", "notice"] if not tiers["down"] else ["notice", "guidance", "request"]
    days = selectors.terms_of(selectors.office_of(sender).pk).reply_workdays
    until = work_calendar().nth_workday_after(today(), days)
    windows = {window.pk: window for window in selectors.counterpart_windows(sender)}
    form = asked.DispatchForm(
        request.POST or None, request.FILES or None, kinds=kinds, receivers=choices,
        windows=[(pk, f"{each.centre.name} {each.number} 号窗口（{each.name}）") for pk, each in windows.items()],
    )  # fmt: skip
    form.fields[
        "answer_by"
    ].help_text = f"不填表示只要签收，不用回复。本中心的回复时限是 {days} 个工作日，到{moments.say_date(until)}。"
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                dispatch = _send(request, actor, sender, form.cleaned_data, windows)
            except Refusal as refusal:
                if refusal.status in (403, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, f"已发出，文号 {dispatch.number}。")
                return redirect("coordination:paper", dispatch.uid)
    context = {"form": form, "sender": sender, "nobody": not choices and not windows, "at": at}
    return render(request, "coordination/send.html", context, status=status)


def _departments(actor: Actor, sender: Any) -> list[Any]:
    """The centre's office also writes to the departments it coordinates."""
    if not actor.holds(policies.MANAGE):
        return []
    return list(selectors.resident_departments(selectors.office_of(sender)))


def _send(request: HttpRequest, actor: Actor, sender: Any, given: dict[str, Any], windows: dict[int, Any]) -> Dispatch:
    at = moments.now()
    files = store_chosen(request.FILES.get("file"), actor=actor, at=at)
    units = [organisations.unit(pk) for pk in given.pop("receivers")]
    given.pop("file")
    addressed = [windows[pk] for pk in given.pop("windows", ())]
    return services.send_dispatch(
        actor=actor, sender=sender, receivers=units, windows=addressed, at=at, files=files, **given
    )


@staff
def paper(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One paper: what it says, who has signed and answered, and what the actor may do."""
    actor, at = actor_of(request), moments.now()
    dispatch = papers.access_dispatch(actor, uid)
    units = policies.speaks_for(actor)
    sends = dispatch.sender_id in units
    receipts = (
        dispatch.receipts.select_related("unit", "window")
        .prefetch_related("answer_files")
        .order_by("unit__order", "unit_id")
    )
    if not sends:
        receipts = receipts.filter(policies.receives(actor))
    rows = list(receipts)
    mine = next(
        (
            each
            for each in rows
            if (each.unit_id in units or (each.window_id is not None and each.window_id == actor.window_id))
            and not (sends and each.unit_id == dispatch.sender_id)
        ),
        None,
    )
    figures = json.loads(dispatch.figures) if dispatch.figures else []
    if wants_file(request) and figures:
        return _figures_file(dispatch, figures, at)
    context = {
        "dispatch": dispatch,
        "files": dispatch.files.order_by("name"),
        "receipts": rows,
        "sends": sends,
        "mine": mine,
        "may_sign": mine is not None and mine.read_at is None,
        "may_answer": mine is not None and mine.answered_at is None and dispatch.needs_answer,
        "may_withdraw": sends and dispatch.withdrawn_at is None and not any(each.read_at for each in rows),
        "signed": sum(1 for each in rows if each.read_at),
        "answered": sum(1 for each in rows if each.answered_at),
        "figures": [
            {"name": line["name"], "cells": [(label, line[name]) for name, label in COLUMNS.items()]}
            for line in figures
        ],
        "columns": COLUMNS,
        "today": today(),
        "issues": dispatch.issues.filter(policies.scope(actor)).select_related("matter"),
    }
    return render(request, "coordination/paper.html", context)


def _figures_file(dispatch: Dispatch, figures: list[dict[str, Any]], at: Any) -> HttpResponseBase:
    columns: list[exports.Column[dict[str, Any]]] = [exports.Column("部门", lambda row: row["name"], width=28)]
    columns += [exports.Column(label, lambda row, name=name: row[name]) for name, label in COLUMNS.items()]  # type: ignore[misc]  # one column a number
    return workbook(f"通报 {dispatch.number}", columns, figures, at)


@staff
@require_POST
def sign(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """签收."""
    actor = actor_of(request)
    dispatch = papers.access_dispatch(actor, uid)
    services.sign_receipt(actor=actor, dispatch=dispatch, at=moments.now())
    messages.success(request, "已签收。")
    return redirect("coordination:paper", uid)


@staff
def answer(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The unit's answer."""
    actor, at = actor_of(request), moments.now()
    dispatch = papers.access_dispatch(actor, uid)
    form = asked.ReplyForm(
        request.POST if request.method == "POST" else None, request.FILES if request.method == "POST" else None
    )
    return asking.ask(
        request,
        heading=f"回复{dispatch.number}",
        note=f"“{dispatch.subject}”，{dispatch.sender.name}。每个单位回复一次，回复即签收。",
        verb="回复",
        form=form,
        act=lambda given: services.answer_dispatch(
            actor=actor,
            dispatch=dispatch,
            text=given["text"],
            at=at,
            files=store_chosen(request.FILES.get("file"), actor=actor, at=at),
        ),
        back=reverse("coordination:paper", args=[uid]),
        said="已回复。",
        frame="kit/desk.html",
    )


@staff
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take it back while nobody has signed."""
    actor = actor_of(request)
    dispatch = papers.access_dispatch(actor, uid)
    return asking.ask(
        request,
        heading=f"撤回{dispatch.number}？",
        warning="撤回以后收件单位不再看到这份文。已有单位签收的不能撤回。",
        verb="撤回",
        danger=True,
        form=asked.WhyForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.withdraw_dispatch(actor=actor, dispatch=dispatch, at=moments.now(), **given),
        back=reverse("coordination:paper", args=[uid]),
        then=reverse("coordination:channel") + "?box=sent",
        said="已撤回。",
        frame="kit/desk.html",
    )


@staff
@require_POST
def urge(request: HttpRequest, uid: UUID, unit_id: int) -> HttpResponseBase:
    """Ask a unit again."""
    actor = actor_of(request)
    dispatch = papers.access_dispatch(actor, uid)
    window = request.POST.get("window", "")
    receipt = services.urge_receipt(
        actor=actor, dispatch=dispatch, unit_id=unit_id, at=moments.now(),
        window_id=int(window) if window.isascii() and window.isdigit() and len(window) < 10 else None,
    )  # fmt: skip
    messages.success(request, f"已催办{receipt.receiver}，这是第 {receipt.urged} 次。")
    return redirect("coordination:paper", uid)


@staff
def file(request: HttpRequest, uid: UUID, file_uid: UUID) -> HttpResponseBase:
    """An attachment of the paper or of an answer."""
    dispatch = papers.access_dispatch(actor_of(request), uid)
    return documents.file_response(papers.file_of(dispatch, file_uid), inline=True)
