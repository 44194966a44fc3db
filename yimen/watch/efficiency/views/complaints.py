"""效能投诉 on the desk (R236–R238): list, intake, page, identity, reward. None of it opens for the accused unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.documents import selectors as documents
from yimen.ground.identity.policies import actor_of, requires, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, masking, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.money import Fen, say_yuan
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.matters.desk.forms import ActForm, ReasonForm
from yimen.ground.matters.desk.listing import COMMON, listing, states
from yimen.ground.matters.desk.page import Act, page
from yimen.ground.organisations import selectors as organisations
from yimen.watch.efficiency import policies, rules, services
from yimen.watch.efficiency.forms import (
    DaysForm,
    FollowForm,
    NoteForm,
    RefuseForm,
    RegisterForm,
    RewardForm,
    VoucherForm,
)
from yimen.watch.efficiency.lifecycle import COMPLAINT
from yimen.watch.efficiency.models import Complaint, Correction, Reward
from yimen.watch.efficiency.selectors import setting
from yimen.watch.efficiency.views.alerts import source_said
from yimen.watch.efficiency.views.asking import stored_unnamed, unit_choices
from yimen.watch.efficiency.views.own import own_kind, own_list

verbs = services.complaints


def _people(complaint: Complaint) -> Mapping[str, Any]:
    staff_there = organisations.staff_of(complaint.accused, moments.day_of(moments.now()))
    return {"people": [(each.pk, each.name) for each in staff_there]}


ACTS: Mapping[str, Act] = {
    "accept": Act(ActForm, verbs.accept, "受理", "已受理，由您调查。", key="a"),
    "answer_at_once": Act(ReasonForm, verbs.answer_at_once, "答复", "已答复。", "答复（投诉人会看到）", "d"),
    "decline": Act(ReasonForm, verbs.decline, "不予受理", "已告知不予受理。", "理由和该去哪里（投诉人会看到）",
                   consequence="投诉人会看到您写的理由。"),
    "note": Act(NoteForm, verbs.note, "记下", "已记下。", key="n", more=_people),
    "find_effective": Act(ReasonForm, verbs.find_effective, "认定有效", "已认定有效，请答复投诉人。", "查明的事实和依据", "y"),
    "find_ineffective": Act(ReasonForm, verbs.find_ineffective, "认定无效", "已认定无效，请答复投诉人。", "查明的事实和依据"),
    "extend": Act(DaysForm, verbs.extend, "延长", "期限已延长，投诉人会看到。", "为什么延长（投诉人会看到）"),
    "answer": Act(ReasonForm, verbs.answer, "答复", "已答复，请在期限内回访。", "答复（投诉人会看到）", "a"),
    "follow_up": Act(FollowForm, verbs.follow_up, "登记回访", "已登记，投诉办结。", key="a"),
    "reinvestigate": Act(ReasonForm, verbs.reinvestigate, "重新调查", "已转重新调查。", "为什么重新调查（投诉人会看到）"),
    "recuse": Act(ReasonForm, verbs.recuse, "回避", "您已回避，这件投诉由其他同事办理。", "为什么要回避",
                  consequence="回避以后您不能再看到这件投诉。"),
}  # fmt: skip


def _facts(complaint: Complaint, actor: Actor) -> Sequence[tuple[str, Any]]:
    matter = complaint.matter
    return (
        ("类型", f"{complaint.get_kind_display()}（{complaint.get_desk_display()}）"),
        ("渠道", f"{complaint.get_channel_display()}，{moments.say_moment(matter.opened_at)}"),
        ("反映单位", complaint.accused.name),
        ("反映的人", complaint.accused_who),
        ("反映的问题", complaint.get_violation_display()),
        ("经过", complaint.statement),
        ("承办", f"{matter.department.name} {complaint.investigator_name}".strip()),
        ("认定", complaint.get_found_display() if complaint.found else ""),
        ("监察预警", source_said(actor, complaint.alert.matter.code) if complaint.alert is not None else ""),
    )


def _badges(complaint: Complaint) -> Sequence[tuple[str, str]]:
    found = [(complaint.get_kind_display(), ""), ("匿名" if complaint.anonymous else "实名", "")]
    if complaint.found:
        found.append((complaint.get_found_display(), "warning" if complaint.found == "effective" else "normal"))
    return found


def _closed(complaint: Complaint, actor: Actor, action: str) -> str:
    if action == "answer_at_once" and complaint.kind != "question":
        return "只有咨询可以当场答复。"
    if action == "extend" and complaint.prolonged:
        return "办理期限已经延长过。"
    return ""


def _extra(request: HttpRequest, complaint: Complaint, actor: Actor) -> dict[str, Any]:
    code = complaint.matter.code
    unit, division = complaint.matter.department_id, complaint.matter.division_id
    reward = Reward.objects.filter(pk=complaint.pk).first()
    query = f"?kind=complaint&from={code}&unit={complaint.accused_id}"
    may_manage = actor.holds(policies.MANAGE) and complaint.matter.state in ("investigating", "found", "answered")
    links = [("下达整改通知", f"{reverse('efficiency:new_correction')}{query}")] if may_manage else []
    if may_manage and complaint.found == "effective":
        links.append(("给责任人立案", f"{reverse('efficiency:new_fault')}?source={code}&unit={complaint.accused_id}"))
    may_handle = policies.reaches_unit(actor, policies.COMPLAINTS, unit, division)
    may_reward = policies.reaches_unit(actor, policies.REWARD, unit, division)
    proposed = reward is not None and reward.state == "proposed" and reward.proposed_by_id != actor.account_id
    return {
        "links": links,
        "masked": None if complaint.anonymous else _masked(complaint),
        "may_reveal": not complaint.anonymous and policies.reaches_unit(actor, policies.REVEAL, unit, division),
        "disclosures": list(complaint.disclosures.order_by("-pk")[:20]),
        "files": list(complaint.files.all()),
        "orders": list(Correction.objects.filter(source_code=code).select_related("matter__department")),
        "reward": reward,
        "reward_said": say_yuan(Fen(reward.amount_fen)) if reward is not None else "",
        "may_propose": may_handle and reward is None and complaint.wants_reward and complaint.found == "effective",
        "may_approve": may_reward and proposed,
        "may_pay": may_handle and reward is not None and reward.state == "approved"
        and reward.decided_by_id != actor.account_id,
    }  # fmt: skip


def _masked(complaint: Complaint) -> Sequence[tuple[str, str]]:
    pairs = (
        ("姓名", masking.mask_name(complaint.name)),
        ("电话", masking.mask_phone(complaint.phone)),
        ("地址", masking.mask_address(complaint.address)),
        ("相关办件", "******" if complaint.about else ""),
    )
    return [(label, value) for label, value in pairs if value]


KIND = own_kind(
    COMPLAINT, "complaint", policies.access_complaint, ACTS, _facts, "efficiency:complaints", "效能投诉",
    badges=_badges, closed=_closed, context=_extra, template="efficiency/complaint.html", heading=Complaint.said,
)  # fmt: skip


def _boxes(actor: Actor, at: datetime) -> Mapping[str, tuple[str, Q]]:
    running = Q(matter__closed_at__isnull=True)
    return {
        "received": ("待受理", Q(matter__state="received")),
        "investigating": ("调查中", Q(matter__state="investigating")),
        "found": ("待答复", Q(matter__state="found")),
        "answered": ("待回访", Q(matter__state="answered")),
        "late": ("超期", running & Q(matter__due_at__lt=at)),
        "all": ("全部", Q()),
    }


def _search(text: str) -> Q:
    """The matter's title says nothing; the accused unit's name and the kind of problem are looked through instead."""
    kinds = [code for code, name in rules.VIOLATIONS.items() if text in name]
    return Q(accused__name__icontains=text) | Q(accused__short_name__icontains=text) | Q(violation__in=kinds)


LISTING = own_list(
    COMPLAINT, "效能投诉", "谁投诉的，被投诉单位看不到；查看投诉人身份要写理由，留下记录。", "accused", _boxes,
    columns=(
        ("反映单位", lambda each: each.accused.short_name or each.accused.name),
        ("渠道", lambda each: each.get_channel_display()),
        ("认定", lambda each: each.get_found_display() if each.found else "—"),
    ),
    export=(
        *COMMON,
        exports.Column("类型", lambda row: row.detail.get_kind_display()),
        exports.Column("受理中心", lambda row: row.detail.get_desk_display()),
        exports.Column("渠道", lambda row: row.detail.get_channel_display()),
        exports.Column("反映单位", lambda row: row.detail.accused.name, width=28),
        exports.Column("反映的问题", lambda row: row.detail.get_violation_display()),
        exports.Column("受理时间", lambda row: row.detail.accepted_at),
        exports.Column("认定", lambda row: row.detail.get_found_display() if row.detail.found else ""),
        exports.Column("答复时间", lambda row: row.detail.answered_at),
        exports.Column("满意", lambda row: {True: "满意", False: "不满意"}.get(row.detail.satisfied, "")),
    ),
    filters={
        "state": ("到哪一步", "matter__state", states(COMPLAINT)),
        "kind": ("类型", "kind", Complaint.Kind.choices),
        "violation": ("问题", "violation", list(rules.VIOLATIONS.items())),
        "found": ("认定", "found", [each for each in Complaint.Found.choices if each[0]]),
        "desk": ("中心", "desk", Complaint.Desk.choices),
    },
    questions={
        "accepted": {"yes": Q(accepted_at__isnull=False), "late": Q(accepted_in_time=False)},
        "answered": {
            "yes": Q(answered_at__isnull=False), "late": Q(answered_at__isnull=False, matter__on_time=False),
        },
        "satisfied": {"yes": Q(satisfied=True), "no": Q(satisfied=False)},
    },
    empty="没有符合条件的投诉",
    heading=Complaint.said,
    search=_search,
)  # fmt: skip


@requires(policies.COMPLAINTS, policies.REWARD, policies.INTAKE)
def complaints(request: HttpRequest) -> HttpResponseBase:
    """Complaints one handles; who only takes them down sees none."""
    actor = actor_of(request)
    found = Complaint.objects.filter(policies.complaints(actor)).select_related("matter", "accused")
    found = found.defer("statement", "name", "phone", "address", "about", "owner", "answer")
    new = reverse("efficiency:register_complaint") if actor.holds(policies.INTAKE) else ""
    return listing(request, LISTING, found, unit_choices(), new_url=new, new_label="登记来电来访")


@requires(policies.INTAKE)
def register_complaint(request: HttpRequest) -> HttpResponseBase:
    """Take a complaint down from the telephone, a letter or a visit; number and secret are told to the caller at once."""
    actor, at = actor_of(request), moments.now()
    form = RegisterForm(request.POST or None, request.FILES or None, units=unit_choices())
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.register(
                    given=given_of(request, form.cleaned_data, at), actor=actor, at=at,
                    channel=form.cleaned_data["channel"],
                )  # fmt: skip
            except Refusal as refusal:
                if refusal.status in (401, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                return render(request, "efficiency/registered.html", {"made": made})
    context = {
        "form": form, "heading": "登记投诉", "press": "登记", "back_url": reverse("efficiency:complaints"),
        "note": "登记后会显示编号和查询码，请当场告诉投诉人；查询码只显示一次。",
    }  # fmt: skip
    return render(request, "efficiency/form.html", context, status=status)


def given_of(request: HttpRequest, cleaned: dict[str, Any], at: datetime) -> services.Given:
    """What the form says, with its file unnamed."""
    names = ("kind", "violation", "statement", "accused_who", "name", "phone", "address", "about")
    return services.Given(
        **{name: cleaned.get(name) or "" for name in names}, accused=organisations.unit(cleaned["accused"]),
        desk=cleaned.get("desk") or "efficiency", anonymous=bool(cleaned.get("anonymous")),
        wants_reward=bool(cleaned.get("wants_reward")), files=stored_unnamed(request, at),
    )  # fmt: skip


@requires(policies.REVEAL)
def reveal(request: HttpRequest, code: str) -> HttpResponseBase:
    """Who complained, for a reason that is kept; shown once, on the page."""
    actor = actor_of(request)
    complaint = policies.access_complaint(actor, code)
    if request.method != "POST":
        return page(request, KIND, code)
    try:
        full = services.reveal(
            complaint=complaint, actor=actor, reason=request.POST.get("why", "")[:400], at=moments.now()
        )
    except Refusal as refusal:
        if refusal.status in (401, 403, 404):
            raise
        return page(request, KIND, code, refusal.status, reveal_refused=refusal.message)
    labels = {"name": "姓名", "phone": "电话", "address": "地址", "about": "相关办件"}
    return page(request, KIND, code, full=[(labels[key], value) for key, value in full.items() if value])


@staff
def complaint_material(request: HttpRequest, code: str, uid: UUID) -> HttpResponseBase:
    """A file that came with the complaint."""
    complaint = policies.access_complaint(actor_of(request), code)
    found = complaint.files.filter(uid=uid).first()
    if found is None:
        raise NotFound("这件投诉没有这个材料。")
    return documents.file_response(found, inline=True)


# --- Rewards


@requires(policies.COMPLAINTS)
def propose_reward(request: HttpRequest, code: str) -> HttpResponseBase:
    """提出奖励."""
    actor, complaint, back = _for_reward(request, code)
    form = RewardForm(request.POST if request.method == "POST" else None)
    return ask(
        request, heading="提出举报奖励", verb="提出", back=back, form=form, said="已提出，等核定。", frame="kit/desk.html",
        act=lambda given: services.propose_reward(complaint=complaint, actor=actor, at=moments.now(), **given),
        note="、".join(f"{label}最多 {setting(key)} 元" for key, label in rules.REWARD_LEVELS.items()) + "。",
    )  # fmt: skip


@requires(policies.REWARD)
def approve_reward(request: HttpRequest, code: str) -> HttpResponseBase:
    """核定."""
    actor, complaint, back = _for_reward(request, code)
    return ask(
        request, heading="核定举报奖励", verb="同意发放", back=back, said="已核定，可以发放。", frame="kit/desk.html",
        act=lambda _: services.approve_reward(complaint=complaint, actor=actor, at=moments.now()),
        note=_reward_said(complaint),
    )  # fmt: skip


@requires(policies.REWARD)
def deny_reward(request: HttpRequest, code: str) -> HttpResponseBase:
    """不予奖励."""
    actor, complaint, back = _for_reward(request, code)
    form = RefuseForm(request.POST if request.method == "POST" else None)
    return ask(
        request, heading="不予奖励", verb="不予奖励", back=back, form=form, said="已记下。", frame="kit/desk.html",
        act=lambda given: services.deny_reward(complaint=complaint, actor=actor, at=moments.now(), **given),
        note=_reward_said(complaint), danger=True,
    )  # fmt: skip


@requires(policies.COMPLAINTS)
def pay_reward(request: HttpRequest, code: str) -> HttpResponseBase:
    """发放, once."""
    actor, complaint, back = _for_reward(request, code)
    form = VoucherForm(request.POST if request.method == "POST" else None)
    return ask(
        request, heading="发放举报奖励", verb="记为已发放", back=back, form=form, said="已发放。", frame="kit/desk.html",
        act=lambda given: services.pay_reward(complaint=complaint, actor=actor, at=moments.now(), **given),
        note=f"{_reward_said(complaint)}领取时核对编号和查询码，匿名举报人也这样领取。",
    )  # fmt: skip


def _for_reward(request: HttpRequest, code: str) -> tuple[Actor, Complaint, str]:
    actor = actor_of(request)
    complaint = policies.access_complaint(actor, code)
    return actor, complaint, reverse("efficiency:complaint", args=[complaint.matter.code])


def _reward_said(complaint: Complaint) -> str:
    reward = Reward.objects.filter(pk=complaint.pk).first()
    if reward is None:
        return "还没有提出奖励。"
    return f"{reward.get_level_display()}，{say_yuan(Fen(reward.amount_fen))}，理由：{reward.ground}。"
