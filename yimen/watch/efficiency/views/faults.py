"""The accountability file and the ladder on the desk (R234, R235)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.documents.services import store_chosen
from yimen.ground.identity import selectors as people
from yimen.ground.identity.policies import actor_of, requires, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.questions import number_asked
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.matters.desk.forms import ActForm, ReasonFileForm, ReasonForm
from yimen.ground.matters.desk.listing import COMMON, listing, states
from yimen.ground.matters.desk.page import Act
from yimen.ground.organisations import selectors as organisations
from yimen.watch.efficiency import policies, rules, services
from yimen.watch.efficiency.forms import FaultForm, LadderForm, RungForm, SanctionForm
from yimen.watch.efficiency.lifecycle import FAULT, LADDER
from yimen.watch.efficiency.models import Fault, Ladder
from yimen.watch.efficiency.selectors import setting
from yimen.watch.efficiency.selectors.repeated import cards_behind, repeats_seen
from yimen.watch.efficiency.views.alerts import of_alert, source_said
from yimen.watch.efficiency.views.asking import unit_choices
from yimen.watch.efficiency.views.own import own_kind, own_list

verbs = services.faults

FAULT_ACTS: Mapping[str, Act] = {
    "state": Act(ReasonFileForm, verbs.state, "提交陈述", "已提交，认定前会看您的陈述。", "您的陈述申辩", "a"),
    "record_statement": Act(ReasonFileForm, verbs.record_statement, "记下陈述", "已记下。", "当事人说了什么", "t"),
    "silent": Act(ActForm, verbs.silent, "记为逾期未陈述", "已转认定。",
                  consequence="陈述申辩的期限过了、当事人没有说明的，才能这样办。"),
    "decide": Act(SanctionForm, verbs.decide, "认定过错", "已认定，当事人可以申诉。", "理由和依据", "a",
                  consequence="认定以后当事人会收到结果，可以在期限内申诉。"),
    "dismiss": Act(ReasonForm, verbs.dismiss, "不予追究", "已了结，不予追究。", "理由", "n"),
    "appeal": Act(ReasonFileForm, verbs.appeal, "提交申诉", "已提交，由另外的人复核。", "为什么不服", "a"),
    "become_final": Act(ActForm, verbs.become_final, "生效", "已生效。"),
    "uphold": Act(ReasonForm, verbs.uphold, "维持", "已复核，维持。", "复核理由", "y"),
    "soften": Act(SanctionForm, verbs.soften, "减轻", "已复核，减轻处理。", "复核理由"),
    "revoke": Act(ReasonForm, verbs.revoke, "撤销", "已复核，撤销。", "复核理由"),
}  # fmt: skip


def _fault_facts(fault: Fault, actor: Actor) -> Sequence[tuple[str, Any]]:
    return (
        ("责任人", f"{fault.person_name}（{fault.person_post}）" if fault.person_post else fault.person_name),
        ("责任单位", fault.unit.name),
        ("过错类别", fault.get_violation_display()),
        ("违反的规定", fault.rule),
        ("事实", fault.facts),
        ("来源", source_said(actor, fault.source_code)),
        ("处理", fault.get_sanction_display()),
    )


def _fault_closed(fault: Fault, actor: Actor, action: str) -> str:
    mine = actor.account_id is not None and actor.account_id == fault.person_id
    ours = fault.person_id is None and actor.department_id == fault.unit_id
    if action in ("decide", "dismiss", "uphold", "soften", "revoke") and (mine or ours):
        return "不能认定涉及自己的过错。"
    if action in ("uphold", "soften", "revoke") and actor.account_id == fault.decided_by_id:
        return "作出认定的人不能复核自己的认定。"
    due, at = fault.matter.due_at, moments.now()
    if action in ("silent", "become_final") and due is not None and at <= due:
        return "期限还没有过。"
    if action == "appeal" and due is not None and at > due:
        return "申诉期限已经过了。"
    return ""


def _fault_extra(request: HttpRequest, fault: Fault, actor: Actor) -> dict[str, Any]:
    return {"rulings": list(fault.rulings.order_by("pk"))}


FAULT_KIND = own_kind(
    FAULT, "fault", policies.access_fault, FAULT_ACTS, _fault_facts, "efficiency:faults", "过错责任",
    acting=policies.as_person, closed=_fault_closed, context=_fault_extra, template="efficiency/fault.html",
    badges=lambda fault: [(fault.get_violation_display(), "")],
)  # fmt: skip


def _fault_boxes(actor: Actor, at: datetime) -> Mapping[str, tuple[str, Q]]:
    found: dict[str, tuple[str, Q]] = {}
    if actor.holds(policies.DECIDE):
        found["decide"] = ("待认定、复核", Q(matter__state__in=("deliberating", "appealed")))
    found["open"] = ("在办", Q(matter__closed_at__isnull=True))
    found["all"] = ("全部", Q())
    return found


FAULTS = own_list(
    FAULT, "过错责任", "每件过错都有人、有规定、有处理；认定前先听本人说，认定后可以申诉。", "unit", _fault_boxes,
    columns=(
        ("责任单位", lambda each: each.unit.short_name or each.unit.name),
        ("类别", lambda each: each.get_violation_display()),
        ("处理", lambda each: each.get_sanction_display() or "—"),
    ),
    export=(
        *COMMON,
        exports.Column("责任单位", lambda row: row.detail.unit.name, width=28),
        exports.Column("责任人", lambda row: row.detail.person_name),
        exports.Column("岗位", lambda row: row.detail.person_post),
        exports.Column("过错类别", lambda row: row.detail.get_violation_display()),
        exports.Column("违反的规定", lambda row: row.detail.rule, width=40),
        exports.Column("事实", lambda row: row.detail.facts, width=50),
        exports.Column("处理", lambda row: row.detail.get_sanction_display()),
    ),
    filters={
        "state": ("到哪一步", "matter__state", states(FAULT)),
        "violation": ("类别", "violation", list(rules.VIOLATIONS.items())),
        "sanction": ("处理", "sanction", list(rules.SANCTIONS.items())),
    },
    empty="没有符合条件的过错",
)  # fmt: skip


@requires(policies.VIEW, policies.DECIDE)
def faults(request: HttpRequest) -> HttpResponseBase:
    """The accountability file of the units in the scope."""
    actor = actor_of(request)
    found = Fault.objects.filter(policies.faults(actor)).select_related("matter", "unit")
    new = reverse("efficiency:new_fault") if actor.holds(policies.MANAGE) else ""
    return listing(request, FAULTS, found, unit_choices(), new_url=new, new_label="立案")


@staff
def my_faults(request: HttpRequest) -> HttpResponseBase:
    """What concerns oneself, whatever one's post."""
    found = Fault.objects.filter(person=actor_of(request).account_id or 0).select_related("matter", "unit")
    return listing(request, FAULTS, found, (), own=True)


@requires(policies.MANAGE)
def new_fault(request: HttpRequest) -> HttpResponseBase:
    """Open a fault: first the unit, then who in it."""
    actor, at = actor_of(request), moments.now()
    unit_id = number_asked(request, "unit")
    if request.method == "POST":
        chosen = request.POST.get("unit", "")
        unit_id = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else unit_id
    staff_here = []
    if unit_id is not None:
        unit = organisations.unit(unit_id)
        staff_here = [(each.pk, each.name) for each in organisations.staff_of(unit, moments.day_of(at))]
    initial = {"unit": unit_id, "source_code": policies.shown_source(actor, request.GET.get("source", "")[:60])}
    initial |= of_alert(actor, request.GET.get("source", ""), "facts") or {}
    data = request.POST if request.method == "POST" else None
    form = FaultForm(data, request.FILES or None, units=unit_choices(), people=staff_here, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = {name: value for name, value in form.cleaned_data.items() if name not in ("file", "person")}
            given["unit"] = organisations.unit(given["unit"])
            try:
                person_id = form.cleaned_data["person"]
                person = _person(person_id) if person_id is not None else None
                posts = organisations.posts_of(person.pk, moments.day_of(at)) if person is not None else ()
                title = next((f"{each.unit}{each.title}" for each in posts), "")
                made = services.record_fault(
                    actor=actor,
                    at=at,
                    person=person,
                    person_post=title,
                    files=store_chosen(request.FILES.get("file"), actor=actor, at=at),
                    **given,
                )
            except Refusal as refusal:
                if refusal.status in (401, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "已立案，当事人会收到告知。")
                return redirect("efficiency:fault", made.matter.code)
    context = {
        "form": form, "heading": "过错立案", "press": "立案并告知", "back_url": reverse("efficiency:faults"),
        "note": "立案后当事人有时间陈述申辩，听过陈述才能认定。", "unit_first": unit_id is None, "units": unit_choices(),
    }  # fmt: skip
    return render(request, "efficiency/form.html", context, status=status)


def _person(account_id: int) -> Any:
    found = people.accounts(active=True).filter(pk=account_id).first()
    if found is None:
        raise NotFound("没有这个人。", next_step="请重新选择。")
    return found


# --- The ladder


def _rungs(ladder: Ladder) -> Mapping[str, Any]:
    taken = set(ladder.rungs.values_list("rung", flat=True))
    return {"rungs": [(key, rules.RUNGS[key]) for key in rules.next_rungs(taken)]}


LADDER_ACTS: Mapping[str, Act] = {
    "take_rung": Act(RungForm, verbs.take_rung, "采取措施", "已采取，单位会收到通知。", key="a", more=_rungs,
                     initial=lambda ladder: {"addressed": "superior" if ladder.vertical else "party"}, in_dialog=False),
    "relieve": Act(ReasonForm, verbs.relieve, "解除", "已解除。", "怎样改正的", "y"),
}  # fmt: skip


def _ladder_facts(ladder: Ladder, actor: Actor) -> Sequence[tuple[str, Any]]:
    return (
        ("单位", f"{ladder.unit.name}{'（垂直管理）' if ladder.vertical else ''}"),
        ("原因", ladder.get_ground_display()),
        ("事实和理由", ladder.text),
        ("来源", source_said(actor, ladder.source_code)),
    )


def _ladder_closed(ladder: Ladder, actor: Actor, action: str) -> str:
    if action == "relieve" and actor.department_id == ladder.unit_id:
        return "不能解除对本单位的追责。"
    if action == "take_rung" and ladder.rung == "adjustment":
        return "已经到最后一级。"
    return ""


def _ladder_extra(request: HttpRequest, ladder: Ladder, actor: Actor) -> dict[str, Any]:
    taken = {each.rung: each for each in ladder.rungs.all()}
    return {"rungs": [(label, taken.get(key)) for key, label in rules.RUNGS.items()]}


LADDER_KIND = own_kind(
    LADDER, "ladder", policies.access_ladder, LADDER_ACTS, _ladder_facts, "efficiency:ladders", "追责阶梯",
    closed=_ladder_closed, context=_ladder_extra, template="efficiency/ladder.html",
)  # fmt: skip

LADDERS = own_list(
    LADDER, "追责阶梯", "空壳运行、拒不进驻的单位：一票否决、通报批评、诫勉谈话、岗位调整建议，一级一级来。", "unit",
    lambda actor, at: {"open": ("追责中", Q(matter__closed_at__isnull=True)), "all": ("全部", Q())},
    columns=(
        ("单位", lambda each: each.unit.short_name or each.unit.name),
        ("原因", lambda each: each.get_ground_display()),
        ("已采取", lambda each: each.get_rung_display() or "还没有"),
    ),
    export=(
        *COMMON,
        exports.Column("单位", lambda row: row.detail.unit.name, width=28),
        exports.Column("原因", lambda row: row.detail.get_ground_display()),
        exports.Column("事实和理由", lambda row: row.detail.text, width=50),
        exports.Column("已采取", lambda row: row.detail.get_rung_display()),
    ),
    filters={"ground": ("原因", "ground", Ladder.Ground.choices), "rung": ("已采取", "rung", list(rules.RUNGS.items()))},
    order=("-matter__opened_at", "-pk"), empty="没有符合条件的追责",
)  # fmt: skip


@requires(policies.VIEW, policies.DECIDE)
def ladders(request: HttpRequest) -> HttpResponseBase:
    """Units against which the ladder was begun."""
    actor = actor_of(request)
    found = Ladder.objects.filter(policies.ladders(actor)).select_related("matter", "unit")
    new = reverse("efficiency:new_ladder") if actor.holds(policies.DECIDE) else ""
    return listing(
        request, LADDERS, found, unit_choices("department", "town"), new_url=new, new_label="启动追责",
        repeats=repeats_seen(actor, moments.now()), months=setting("repeat_months"), template="efficiency/ladders.html",
    )  # fmt: skip


@requires(policies.DECIDE)
def new_ladder(request: HttpRequest) -> HttpResponseBase:
    """Begin the ladder."""
    actor, at = actor_of(request), moments.now()
    source = request.GET.get("source", "")[:60]
    initial: dict[str, Any] = {
        "unit": number_asked(request, "unit"),
        "source_code": policies.shown_source(actor, source),
    }
    if initial["unit"] is not None and organisations.led_from([initial["unit"]]):
        initial["vertical"] = True  # what is proposed goes to its superior, not to the Party committee here
    for each in repeats_seen(actor, at):
        if each.last_code == source and each.unit == initial["unit"]:
            cards = "、".join(card.number for card in cards_behind(each, at)[:20])
            said = f"因“{each.violation_name}”已有 {each.cards} 张牌生效：{cards}。"
            initial |= {"ground": "repeated", "text": said}
    form = LadderForm(request.POST or None, units=unit_choices("department", "town"), initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = {**form.cleaned_data, "unit": organisations.unit(form.cleaned_data["unit"])}
            try:
                made = services.begin_ladder(actor=actor, at=at, **given)
            except Refusal as refusal:
                if refusal.status in (401, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "已启动追责。")
                return redirect("efficiency:ladder", made.matter.code)
    context = {
        "form": form, "heading": "启动追责", "press": "启动追责", "back_url": reverse("efficiency:ladders"),
        "note": "措施按次序采取；要跳过的，采取时写明理由。",
    }  # fmt: skip
    return render(request, "efficiency/form.html", context, status=status)
