"""整改通知 on the desk: list, order, page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from yimen.ground.documents import selectors as documents
from yimen.ground.documents.services import store_chosen
from yimen.ground.identity.policies import actor_of, requires, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.matters.desk.forms import ActForm, ReasonFileForm, ReasonForm
from yimen.ground.matters.desk.listing import COMMON, listing, states
from yimen.ground.matters.desk.page import Act
from yimen.ground.organisations import selectors as organisations
from yimen.watch.efficiency import policies, rules, services
from yimen.watch.efficiency.forms import CorrectionForm, DaysForm
from yimen.watch.efficiency.lifecycle import CORRECTION
from yimen.watch.efficiency.models import Correction
from yimen.watch.efficiency.selectors import setting
from yimen.watch.efficiency.services.corrections import JUDGING
from yimen.watch.efficiency.views.alerts import of_alert, source_said
from yimen.watch.efficiency.views.asking import unit_choices
from yimen.watch.efficiency.views.own import own_kind, own_list

verbs = services.corrections
ACTS: Mapping[str, Act] = {
    "sign": Act(ActForm, verbs.sign, "签收", "已签收。", key="s"),
    "report": Act(ReasonFileForm, verbs.report, "报送", "已报送，等下达单位核验。", "怎样整改的", "a"),
    "verify": Act(ReasonFileForm, verbs.verify, "核验通过", "已核验通过，这件整改了结。", "核验情况", "y"),
    "send_back": Act(DaysForm, verbs.send_back, "退回", "已退回重新整改。", "哪里还没有整改到位", "r",
                     initial=lambda _: {"days": setting("rectify")}),
    "urge": Act(ReasonForm, verbs.urge, "催办", "已催办。", "催办的话", "u",
                initial=lambda _: {"reason": "请尽快整改并报送情况。"}),
    "extend": Act(DaysForm, verbs.extend, "延长", "期限已延长。", "理由"),
    "escalate": Act(ReasonForm, verbs.escalate, "转问责", "已转问责，请接着给责任人或单位立案。", "哪里整改不到位",
                    consequence="整改到此为止，接着按过错责任追究。"),
    "withdraw": Act(ReasonForm, verbs.withdraw, "撤回通知", "已撤回。", "为什么撤回",
                    consequence="撤回以后单位不用整改，通知和原因都留在记录里。"),
}  # fmt: skip


def _facts(correction: Correction, actor: Actor) -> Sequence[tuple[str, Any]]:
    matter = correction.matter
    return (
        ("整改单位", matter.department.name),
        ("下达单位", f"{correction.issuer.name}，{moments.say_moment(matter.opened_at)}"),
        ("问题来源", source_said(actor, correction.source_code, correction.get_source_display())),
        ("问题类别", correction.get_violation_display()),
        ("存在的问题", correction.problem),
        ("整改要求", correction.demand),
        ("签收", moments.say_moment(correction.signed_at) if correction.signed_at else "还没有签收"),
        ("核验结论", correction.result),
        ("文书", format_html('<a href="{}">整改通知书</a>', reverse("efficiency:correction_letter", args=[matter.code]))
                 if correction.letter_code else ""),
    )  # fmt: skip


def _closed(correction: Correction, actor: Actor, action: str) -> str:
    """What the table of steps does not say."""
    if action in JUDGING and actor.department_id == correction.matter.department_id:
        return "整改单位不能核验自己的整改。"
    if action == "sign" and correction.signed_at is not None:
        return "已经签收过。"
    if action == "send_back" and correction.sent_back >= setting("send_backs"):
        return f"已经退回过 {correction.sent_back} 次，不能再退；仍不到位的请转问责。"
    return ""


def _badges(correction: Correction) -> Sequence[tuple[str, str]]:
    found = [(correction.get_violation_display(), "")]
    if correction.sent_back:
        found.append((f"退回 {correction.sent_back} 次", "warning"))
    return found


def _extra(request: HttpRequest, correction: Correction, actor: Actor) -> dict[str, Any]:
    if correction.matter.state == "escalated" and actor.holds(policies.MANAGE):
        url = (
            f"{reverse('efficiency:new_fault')}?source={correction.matter.code}&unit={correction.matter.department_id}"
        )
        return {"links": [("给责任人立案", url)]}
    return {}


KIND = own_kind(
    CORRECTION, "correction", policies.access_correction, ACTS, _facts, "efficiency:corrections", "整改通知",
    badges=_badges, closed=_closed, context=_extra,
)  # fmt: skip


def _boxes(actor: Actor, at: datetime) -> Mapping[str, tuple[str, Q]]:
    found: dict[str, tuple[str, Q]] = {}
    running = Q(matter__closed_at__isnull=True)
    if actor.holds(policies.MANAGE):
        found["verify"] = ("待核验", Q(matter__state="reported") & policies.placed(actor, policies.MANAGE))
    if actor.holds(policies.RECTIFY):
        found["rectify"] = ("待本单位整改", Q(matter__state="rectifying") & policies.placed(actor, policies.RECTIFY))
    found["open"] = ("在办", running)
    found["late"] = ("超期", running & Q(matter__due_at__lt=at))
    found["all"] = ("全部", Q())
    return found


LISTING = own_list(
    CORRECTION, "整改通知", "发现问题、通知整改、核验结果，一件一件盯到底。", "matter__department", _boxes,
    columns=(
        ("整改单位", lambda each: each.matter.department.short_name or each.matter.department.name),
        ("来源", lambda each: each.get_source_display()),
        ("类别", lambda each: each.get_violation_display()),
    ),
    export=(
        *COMMON,
        exports.Column("整改单位", lambda row: row.detail.matter.department.name, width=28),
        exports.Column("下达单位", lambda row: row.detail.issuer.name, width=28),
        exports.Column("问题来源", lambda row: row.detail.get_source_display()),
        exports.Column("问题类别", lambda row: row.detail.get_violation_display()),
        exports.Column("存在的问题", lambda row: row.detail.problem, width=50),
        exports.Column("整改要求", lambda row: row.detail.demand, width=40),
        exports.Column("签收时间", lambda row: row.detail.signed_at),
        exports.Column("退回次数", lambda row: row.detail.sent_back),
        exports.Column("核验结论", lambda row: row.detail.result, width=40),
    ),
    filters={
        "state": ("到哪一步", "matter__state", states(CORRECTION)),
        "source": ("来源", "source", Correction.Source.choices),
        "violation": ("类别", "violation", list(rules.VIOLATIONS.items())),
    },
    empty="没有符合条件的整改通知",
)  # fmt: skip


@requires(policies.VIEW, policies.MANAGE, policies.RECTIFY)
def corrections(request: HttpRequest) -> HttpResponseBase:
    """Every order one may see, what waits for oneself first."""
    actor = actor_of(request)
    found = Correction.objects.filter(policies.seen(actor)).select_related("matter__department", "issuer")
    new = reverse("efficiency:new_correction") if actor.holds(policies.MANAGE) else ""
    return listing(request, LISTING, found, unit_choices(), new_url=new, new_label="下达整改通知")


@requires(policies.MANAGE)
def new_correction(request: HttpRequest) -> HttpResponseBase:
    """Order a correction; `?source=&unit=&from=` fill in where it comes from."""
    actor, at = actor_of(request), moments.now()
    asked = request.GET
    kind = asked.get("kind", "")
    initial = {
        "days": setting("rectify"), "source": kind if kind in Correction.Source.values else "daily",
        "unit": asked.get("unit", "")[:12], "source_code": policies.shown_source(actor, asked.get("from", "")[:60]),
    }  # fmt: skip
    initial |= of_alert(actor, asked.get("from", ""), "problem") or {}
    form = CorrectionForm(request.POST or None, request.FILES or None, units=unit_choices(), initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = {name: value for name, value in form.cleaned_data.items() if name != "file"}
            given["unit"] = organisations.unit(given["unit"])
            try:
                made = services.open_correction(
                    actor=actor, at=at, files=store_chosen(request.FILES.get("file"), actor=actor, at=at), **given
                )
            except Refusal as refusal:
                if refusal.status in (401, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "已下达，整改单位会收到通知。")
                return redirect("efficiency:correction", made.matter.code)
    context = {
        "form": form, "heading": "下达整改通知", "press": "下达", "back_url": reverse("efficiency:corrections"),
        "note": "下达后立刻出具整改通知书，期限从明天起算。",
    }  # fmt: skip
    return render(request, "efficiency/form.html", context, status=status)


@staff
def correction_letter(request: HttpRequest, code: str) -> HttpResponseBase:
    """整改通知书 as PDF."""
    correction = policies.access_correction(actor_of(request), code)
    letter = documents.letter_by_code(correction.letter_code) if correction.letter_code else None
    if letter is None:
        raise NotFound("这件整改没有通知书。")
    return documents.file_response(documents.letter_pdf(letter), inline=True)
