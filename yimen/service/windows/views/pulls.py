"""股室协办 on the desk: list, asking, page, numbers."""

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

from yimen.ground.documents.services import store_chosen
from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters.desk.forms import ReasonFileForm, ReasonForm
from yimen.ground.matters.desk.listing import COMMON, listing, states
from yimen.ground.matters.desk.page import Act
from yimen.ground.organisations import selectors as organisations
from yimen.service.windows import policies, services
from yimen.service.windows.forms import DaysForm, PullForm, RemarkForm
from yimen.service.windows.lifecycle import PULL
from yimen.service.windows.models import Pull
from yimen.service.windows.selectors.common import centre_of, sections_to_ask, setting
from yimen.service.windows.selectors.figures import pull_conditions
from yimen.service.windows.views.own import own_kind, own_list

verbs = services.pulls


def _days(pull: Pull) -> dict[str, Any]:
    return {"days": setting("pull_days", pull.matter.centre_id)}


ACTS: Mapping[str, Act] = {
    "answer": Act(ReasonFileForm, verbs.answer, "答复窗口", "已答复，等窗口确认。", "办得怎样，结论是什么", "a"),
    "ask_extension": Act(DaysForm, verbs.ask_extension, "申请延期", "已申请，等窗口答复；期限照常计算。", "为什么要延期", "e",
                         initial=lambda _: {"days": 1}),
    "decline": Act(ReasonFileForm, verbs.decline, "说明不能办", "已说明，等窗口处理。", "为什么不能办",
                   consequence="窗口同意的，这件协办到此为止；不同意的会退回重办。"),
    "confirm": Act(RemarkForm, verbs.confirm, "确认", "已确认，这件协办办结。", "说明", "y"),
    "send_back": Act(DaysForm, verbs.send_back, "退回重办", "已退回，期限重新起算。", "哪里还不行", "r", initial=_days),
    "accept_decline": Act(ReasonForm, verbs.accept_decline, "同意不办", "已办结，记为未能协办。", "窗口另外怎样办", "y"),
    "grant_extension": Act(RemarkForm, verbs.grant_extension, "同意延期", "期限已延长。", "说明", "g"),
    "deny_extension": Act(ReasonForm, verbs.deny_extension, "不同意延期", "已答复股室，期限不变。", "理由"),
    "urge": Act(ReasonForm, verbs.urge, "催办", "已催办。", "催办的话", "u",
                initial=lambda _: {"reason": "请尽快答复，群众在窗口等。"}),
    "withdraw": Act(ReasonForm, verbs.withdraw, "撤回", "已撤回。", "为什么撤回",
                    consequence="撤回以后股室不用再办，要求和原因都留在记录里。"),
}  # fmt: skip


def span_said(pull: Pull) -> str:
    """`2 个工作日`, `4 个工作小时`, `当日`."""
    return "当日" if pull.unit == "workday" and not pull.limit else f"{pull.limit} {pull.get_unit_display()}"


def limit_said(pull: Pull) -> str:
    """`2 个工作日`, `4 个工作小时，11月20日 16:30 前`."""
    said = span_said(pull)
    return f"{said}，{moments.say_moment(pull.answer_by)} 前" if pull.answer_by else said


def _facts(pull: Pull, actor: Actor) -> Sequence[tuple[str, Any]]:
    case, asked = pull.case, pull.first_ask
    return (
        ("谁提出", f"{pull.window or pull.asker_unit.name} {pull.asker_name}，{moments.say_moment(pull.matter.opened_at)}"),
        ("哪个股室", f"{pull.matter.department.name} {pull.section.name if pull.section_id != pull.matter.department_id else ''}"),
        ("期限", limit_said(pull)),
        ("申请延期", f"{pull.extension_asked} 个工作日，等窗口答复" if pull.extension_asked else ""),
        ("相关办件", format_html('<a href="{}">{}</a>', reverse("cases:desk_case", args=[case.matter.code]), case.matter.code)
                 if case is not None else ""),
        ("相关首问", format_html('<a href="{}">{}</a>', reverse("windows:first_ask", args=[asked.matter.code]), asked.matter.code)
                 if asked is not None else ""),
        ("按时答复", "" if pull.in_time is None else "是" if pull.in_time else "否，逾期"),
        ("结果", pull.result),
    )  # fmt: skip


def _badges(pull: Pull) -> Sequence[tuple[str, str]]:
    found = []
    if pull.extension_asked:
        found.append(("申请延期", "warning"))
    if pull.sent_back:
        found.append((f"退回 {pull.sent_back} 次", "warning"))
    if pull.in_time is False:
        found.append(("逾期答复", "red"))
    return found


KIND = own_kind(
    PULL, "pull", policies.access_pull, ACTS, _facts, "windows:pulls", "股室协办", acting=policies.as_asker,
    badges=_badges, closed=verbs.why_not, limit=span_said,
)  # fmt: skip


def _boxes(actor: Actor, at: datetime) -> Mapping[str, tuple[str, Q]]:
    found: dict[str, tuple[str, Q]] = {}
    running = Q(matter__closed_at__isnull=True)
    if actor.window_id is None and actor.holds(policies.ANSWER):
        found["answer"] = ("待本股室答复", Q(matter__state="asked") & policies.of_section(actor))
    if actor.holds(policies.ASK):
        mine = Q(asker=actor.account_id or 0)
        if actor.window_id is not None:
            mine |= Q(window=actor.window_id)
        found["confirm"] = (
            "待我处理",
            mine & running & (Q(matter__state__in=("answered", "declined")) | Q(extension_asked__gt=0)),
        )
        found["mine"] = ("我提出的", mine & running)
    found["open"] = ("在办", running)
    found["late"] = ("超期", running & (Q(answer_by__lt=at, matter__state="asked") | Q(matter__due_at__lt=at)))
    found["all"] = ("全部", Q())
    return found


LISTING = own_list(
    PULL, "股室协办", "窗口要股室办的事，有要求、有期限、有答复。", "matter__department", _boxes,
    columns=(
        ("股室", lambda each: f"{each.matter.department.short_name or each.matter.department.name} {each.section.name}"
            if each.section_id != each.matter.department_id else each.matter.department.name),
        ("谁提出", lambda each: str(each.window) if each.window else each.asker_unit.name),
    ),
    export=(
        *COMMON,
        exports.Column("单位", lambda row: row.detail.matter.department.name, width=28),
        exports.Column("股室", lambda row: row.detail.section.name, width=20),
        exports.Column("窗口", lambda row: str(row.detail.window or ""), width=18),
        exports.Column("提出人", lambda row: row.detail.asker_name),
        exports.Column("定的期限", lambda row: limit_said(row.detail), width=24),
        exports.Column("首次答复", lambda row: row.detail.first_answered_at),
        exports.Column("按时答复", lambda row: {True: "是", False: "否"}.get(row.detail.in_time, "")),
        exports.Column("退回次数", lambda row: row.detail.sent_back),
        exports.Column("结果", lambda row: row.detail.result, width=40),
    ),
    filters={"state": ("到哪一步", "matter__state", states(PULL))},
    empty="没有符合条件的协办",
)  # fmt: skip


@requires(policies.ASK, policies.ANSWER, policies.VIEW)
def pulls(request: HttpRequest) -> HttpResponseBase:
    """Every pull one may see, what waits for oneself first; `?counts=` is the list behind a number."""
    actor = actor_of(request)
    found = Pull.objects.filter(policies.pulls(actor))
    found = found.select_related("matter__department", "section", "asker_unit", "window")
    condition = pull_conditions(moments.now()).get(request.GET.get("counts", ""))
    if condition is not None:
        found = found.filter(condition)
    if (section := request.GET.get("section", "")).isdigit() and len(section) < 10:
        found = found.filter(section=int(section))
    new = reverse("windows:new_pull") if actor.holds(policies.ASK) else ""
    return listing(request, LISTING, found, (), new_url=new, new_label="请股室协办")


@requires(policies.ASK)
def new_pull(request: HttpRequest) -> HttpResponseBase:
    """Ask a section; `?about=` a case, `?first_ask=` a contact."""
    actor, at = actor_of(request), moments.now()
    sections = sections_to_ask(actor)
    initial = {
        "limit": setting("pull_days", centre_of(actor).pk), "unit": "workday", "about": request.GET.get("about", "")[:60],
        "first_ask": request.GET.get("first_ask", "")[:60],
    }  # fmt: skip
    choices = [(each.pk, label) for each, label in sections]
    form = PullForm(request.POST or None, request.FILES or None, sections=choices, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = {name: value for name, value in form.cleaned_data.items() if name != "file"}
            given["section"] = organisations.unit(given["section"])
            try:
                made = services.ask_section(
                    actor=actor, at=at, files=store_chosen(request.FILES.get("file"), actor=actor, at=at), **given
                )
            except Refusal as refusal:
                if refusal.status == 401:
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "已发给股室，答复后会通知您。")
                return redirect("windows:pull", made.matter.code)
    context = {
        "form": form, "heading": "请股室协办", "press": "发给股室", "back_url": reverse("windows:pulls"),
        "note": "股室围绕窗口转：写明要求和期限，股室答复、申请延期或说明不能办，都在这里留下记录。",
    }  # fmt: skip
    return render(request, "windows/new_pull.html", context, status=status)


__all__ = ["KIND", "new_pull", "pulls"]
