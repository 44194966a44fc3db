"""The catalogue of charges: for everybody, and for those who propose, check, enter and approve (R169–R173, R181)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.documents import selectors as documents
from yimen.ground.identity.policies import actor_of, public, requires, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.money import Fen
from yimen.ground.kit.questions import (
    choice_asked,
    file_url,
    number_asked,
    text_asked,
    wants_file,
    workbook,
)
from yimen.ground.kit.refusals import NotAllowed, NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import selectors as catalogue
from yimen.service.fees import policies, rules, services
from yimen.service.fees.forms import ChargeForm, EndForm, WordsForm
from yimen.service.fees.models import ChargeVersion
from yimen.service.fees.rules import Standard
from yimen.service.fees.selectors import charges as asked
from yimen.service.fees.services import Proposal
from yimen.service.fees.views.asking import listed, stored

COLUMNS: Sequence[exports.Column[ChargeVersion]] = (
    exports.Column("科目编号", lambda row: row.charge.code, width=22),
    exports.Column("部门", lambda row: row.charge.department.name, width=28),
    exports.Column("收费科目", lambda row: row.name, width=36),
    exports.Column("类别", lambda row: row.get_fee_class_display(), width=20),
    exports.Column("标准", lambda row: row.standard_words, width=24),
    exports.Column("收入类别", lambda row: row.get_revenue_display(), width=24),
    exports.Column("依据", lambda row: row.basis, width=48),
    exports.Column("文号", lambda row: row.basis_number, width=28),
    exports.Column("发文机关", lambda row: row.basis_organ, width=28),
    exports.Column("有效期自", lambda row: row.valid_from),
    exports.Column("有效期至", lambda row: row.valid_until),
    exports.Column("减免规定", lambda row: row.reduction_rule, width=36),
    exports.Column("状态", lambda row: row.get_state_display()),
)
STATES = {"here": "收费中", "way": "审核录入中", "all": "全部版本"}


@public
@require_safe
def catalogue_page(request: HttpRequest) -> HttpResponseBase:
    """What is charged, by which document, how much: for everybody, to print and to take along (R181)."""
    at = moments.now()
    found = asked.in_force(moments.day_of(at)).select_related("charge__department")
    text, fee_class, unit = (
        text_asked(request),
        choice_asked(request, "class", rules.CLASSES),
        number_asked(request, "unit"),
    )
    if text:
        found = found.filter(
            Q(name__icontains=text) | Q(items__name__icontains=text) | Q(basis_number__icontains=text)
        ).distinct()
    if fee_class:
        found = found.filter(fee_class=fee_class)
    units = sorted(
        {(each.charge.department_id, each.charge.department.name) for each in found}, key=lambda each: each[1]
    )
    if unit is not None:
        found = found.filter(charge__department=unit)
    rows = list(found.order_by("charge__department__order", "charge__department_id", "charge__code")[:1000])
    if wants_file(request):
        return workbook("收费目录", COLUMNS, rows, at)
    groups = [(name, list(each)) for name, each in groupby(rows, key=lambda row: row.charge.department.name)]
    context = {
        "groups": groups, "count": len(rows), "text": text, "fee_class": fee_class, "classes": list(rules.CLASSES.items()),
        "units": units, "unit": unit, "export_url": file_url(request), "at": at, "print_query": request.GET.urlencode(),
    }  # fmt: skip
    printed = request.GET.get("as") == "print"
    return render(request, "fees/public/print.html" if printed else "fees/public/charges.html", context)


@staff
@require_safe
def charges(request: HttpRequest) -> HttpResponseBase:
    """Every version, for those who deal with the catalogue."""
    actor, at = _looking(request), moments.now()
    box = choice_asked(request, "box", STATES) or ("way" if policies.enters(actor) else "here")
    found = ChargeVersion.objects.filter(policies.versions(actor)).select_related("charge__department")
    if box == "way":
        found = found.filter(state__in=("proposed", "checked", "entered"))
    elif box == "here":
        found = found.filter(state="approved", replaced_on__isnull=True, charge__ended_on__isnull=True)
    text, fee_class = text_asked(request), choice_asked(request, "class", rules.CLASSES)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(charge__code__iexact=text) | Q(basis_number__icontains=text))
    if fee_class:
        found = found.filter(fee_class=fee_class)
    return listed(
        request, found, title="收费科目", columns=COLUMNS, boxes=STATES, box=box, order=("-proposed_at", "-pk"),
        template="fees/charges.html", at=at, text=text,
        fee_class=fee_class, classes=list(rules.CLASSES.items()), may_propose=actor.holds(policies.PROPOSE), today=moments.day_of(at),
    )  # fmt: skip


@staff
@require_safe
def differences(request: HttpRequest) -> HttpResponseBase:
    """Where an item's guide says other than the catalogue of charges: to be corrected (R171)."""
    actor, at = _looking(request), moments.now()
    rows = asked.differences(moments.day_of(at))
    if not policies.enters(actor) and not any(actor.holds(code) for code in (policies.CHECK_LAW, policies.CHECK_PRICE)):
        own = {held.scope_id or actor.department_id for held in actor.permissions if held.scope == "department"}
        wide = any(
            held.code in (policies.VIEW, policies.PROPOSE) and held.scope != "department" for held in actor.permissions
        )
        rows = [each for each in rows if wide or each.item.department_id in own]
    if wants_file(request):
        columns: Sequence[exports.Column[asked.Difference]] = (
            exports.Column("部门", lambda row: row.department, width=28),
            exports.Column("事项", lambda row: row.item.name, width=40),
            exports.Column("不一致", lambda row: "；".join(row.words), width=80),
        )
        return workbook("收费不一致", columns, rows, at)
    return render(
        request, "fees/differences.html", {"rows": rows[:300], "more": len(rows) - 300, "export_url": file_url(request)}
    )


@requires(policies.PROPOSE)
def propose(request: HttpRequest) -> HttpResponseBase:
    """A new charge, or the next version of one (`?of=`)."""
    actor, at = actor_of(request), moments.now()
    before = policies.access_version(actor, _uid(request.GET.get("of", ""))) if request.GET.get("of") else None
    departments = (
        _departments(actor) if before is None else [(before.charge.department_id, before.charge.department.name)]
    )
    items = (
        catalogue.items()
        .filter(department__in=[pk for pk, _ in departments], current__isnull=False)
        .order_by("name", "pk")
    )
    form = ChargeForm(
        request.POST or None, request.FILES or None, departments=departments,
        items=[(item.pk, item.name) for item in items[:500]], initial=_initial(before, departments),
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.propose_charge(
                    actor=actor, given=_read(form, stored(request, actor, at)), at=at,
                    department=organisations.unit(form.cleaned_data["department"]),
                    charge=before.charge if before is not None else None,
                )  # fmt: skip
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "已提出，等法制机构和价格主管部门审核。")
                return redirect("fees:charge", made.uid)
    context = {
        "form": form, "heading": "提出收费科目" if before is None else f"{before.name}：提出新版", "press": "提出",
        "note": "照文件填写，一字不差。合法性和标准审核通过以后，由网络管理人员录入，中心批准才能收。",
        "back_url": reverse("fees:charges"),
    }  # fmt: skip
    return render(request, "fees/form.html", context, status=status)


def _read(form: ChargeForm, file: object) -> Proposal:
    said = form.cleaned_data
    sums = {name: said[name] or Fen(0) for name in ("amount", "low", "high")}
    if said["how"] == "range":
        sums["amount"] = Fen(0)
    else:
        sums["low"] = sums["high"] = Fen(0)
    standard = Standard(said["how"], sums["amount"], sums["low"], sums["high"], said["unit"])
    names = (
        "name", "fee_class", "revenue", "basis", "basis_number", "basis_organ", "valid_from", "valid_until", "raised_at",
        "quantity_key", "reduction_rule", "items",
    )  # fmt: skip
    return Proposal(standard=standard, file=file, **{name: said[name] for name in names})  # type: ignore[arg-type]


def _initial(before: ChargeVersion | None, departments: Sequence[tuple[int, str]]) -> dict[str, object]:
    if before is None:
        return {"department": departments[0][0] if len(departments) == 1 else None}
    names = (
        "name", "fee_class", "revenue", "how", "unit", "raised_at", "quantity_key", "basis", "basis_number", "basis_organ",
        "reduction_rule",
    )  # fmt: skip
    sums = {"amount": before.amount_fen, "low": before.low_fen, "high": before.high_fen}
    return {
        **{name: getattr(before, name) for name in names}, "department": before.charge.department_id,
        "items": list(before.items.values_list("pk", flat=True)),
        **{name: fen for name, fen in sums.items() if fen},
    }  # fmt: skip


def _departments(actor: Actor) -> list[tuple[int, str]]:
    wide = any(held.scope == "centre" for held in actor.held(policies.PROPOSE))
    rows = organisations.departments().order_by("order", "pk")
    own = {
        held.scope_id or actor.department_id or 0 for held in actor.held(policies.PROPOSE) if held.scope == "department"
    }
    return [(each.pk, each.name) for each in (rows if wide else rows.filter(pk__in=own))]


@staff
@require_safe
def charge(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One version with its document, its checks, and what may be done now."""
    actor = _looking(request)
    version = policies.access_version(actor, uid)
    context = {
        "version": version, "items": version.items.order_by("name")[:100], "acts": _acts(actor, version),
        "others": version.charge.versions.exclude(pk=version.pk).order_by("-number")[:20], "course": _course(version),
        "may_end": version.charge.ended_on is None and version.state == "approved"
        and (policies.enters(actor) or actor.holds(policies.APPROVE)),
        "may_change": actor.holds(policies.PROPOSE) and version.state in ("approved", "refused")
        and version.charge.ended_on is None,
    }  # fmt: skip
    return render(request, "fees/charge.html", context)


ACTS = {
    "legal": ("法制审核通过", "通过", "已审核。"),
    "price": ("价格审核通过", "通过", "已审核。"),
    "enter": ("录入收费目录", "录入", "已录入，等中心批准。"),
    "approve": ("批准", "批准", "已批准，按有效期收取。"),
    "refuse": ("不予通过", "退回", "已退回。"),
    "end": ("停收这个科目", "停收", "已停收。"),
}


def _acts(actor: Actor, version: ChargeVersion) -> list[tuple[str, str, bool]]:
    """The acts that wait for this actor: code, label, whether it is a refusal."""
    found: list[str] = []
    match version.state:
        case "proposed":
            if version.legal_at is None and actor.holds(policies.CHECK_LAW):
                found.append("legal")
            if version.price_at is None and actor.holds(policies.CHECK_PRICE):
                found.append("price")
        case "checked" if policies.enters(actor):
            found.append("enter")
        case "entered" if actor.holds(policies.APPROVE) and actor.account_id != version.entrant_id:
            found.append("approve")
    return [(each, ACTS[each][0], False) for each in found] + ([("refuse", ACTS["refuse"][0], True)] if found else [])


@staff
def charge_act(request: HttpRequest, uid: UUID, action: str) -> HttpResponseBase:
    """Check, enter, approve, refuse, end: one question each."""
    actor, at = _looking(request), moments.now()
    version = policies.access_version(actor, uid)
    if action not in ACTS:
        raise NotFound("没有这个操作。", next_step="请从科目页面进入。")
    heading, verb, done = ACTS[action]
    data = request.POST if request.method == "POST" else None
    labels = {"legal": "审核意见", "price": "审核意见", "refuse": "退回原因"}
    form = EndForm(data) if action == "end" else WordsForm(data, label=labels[action]) if action in labels else None

    def act(said: dict[str, Any]) -> None:
        words = str(said.get("words", ""))
        if action in ("legal", "price"):
            services.check_charge(actor=actor, version=version, body=action, words=words, at=at)
        elif action == "enter":
            services.enter_charge(actor=actor, version=version, at=at)
        elif action == "approve":
            services.approve_charge(actor=actor, version=version, at=at)
        elif action == "refuse":
            services.charges.refuse_charge(actor=actor, version=version, words=words, at=at)
        else:
            services.charges.end_charge(
                actor=actor, charge=version.charge, reason=words, last_day=said["last_day"], at=at
            )

    return ask(
        request, heading=f"{heading}：{version.name}", verb=verb, act=act, back=reverse("fees:charge", args=[version.uid]),
        form=form, said=done, note=f"{version.standard_words}，{version.basis}（{version.basis_number}）。",
        danger=action in ("refuse", "end"),
    )  # fmt: skip


@staff
@require_safe
def charge_file(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The document itself."""
    version = policies.access_version(_looking(request), uid)
    if version.basis_file is None:
        raise NotFound("这一版没有上传文件原件。", next_step="请看依据和文号。")
    return documents.file_response(version.basis_file, inline=True)


def _course(version: ChargeVersion) -> list[dict[str, object]]:
    """What happened to it, newest first, for `{% timeline %}`."""
    steps = [
        ("提出", version.proposed_at, version.proposed_by, ""), ("法制审核", version.legal_at, version.legal_by, version.legal_words),
        ("价格审核", version.price_at, version.price_by, version.price_words), ("录入", version.entered_at, version.entered_by, ""),
        ("批准", version.approved_at, version.approved_by, ""),
        ("不予通过", version.refused_at, version.refused_by, version.refused_words),
    ]  # fmt: skip
    known = sorted(((at, what, who, note) for what, at, who, note in steps if at is not None), key=lambda each: each[0])
    return [
        {"what": what, "when": moments.say_moment(at), "who": who, "note": note}
        for at, what, who, note in reversed(known)
    ]


def _looking(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not policies.may_look(actor):
        raise NotAllowed("您的岗位不办收费科目。", next_step="公开的收费目录在网站上可以看到。")
    return actor


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("没有这个收费科目。", next_step="请从收费目录进入。") from None
