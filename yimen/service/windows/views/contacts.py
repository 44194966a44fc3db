"""首问 on the desk: the fast form, list, page, the link to a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, keyring, moments
from yimen.ground.kit.crypto import CryptoError
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.matters.desk.forms import ActForm, ReasonFileForm, ReasonForm
from yimen.ground.matters.desk.listing import COMMON, listing, states
from yimen.ground.matters.desk.page import Act
from yimen.ground.organisations import selectors as organisations
from yimen.service.windows import policies, rules, services
from yimen.service.windows.forms import FirstAskForm, LinkForm, OfferForm
from yimen.service.windows.lifecycle import FIRST_ASK
from yimen.service.windows.models import FirstAsk, HandOver
from yimen.service.windows.selectors.figures import first_conditions
from yimen.service.windows.selectors.kinds import kind_of
from yimen.service.windows.views.own import own_kind, own_list

RECORDED_SALT, SECONDS_SHOWN = "windows.recorded", 15 * 60
verbs = services.contacts


def _given(given: dict[str, Any]) -> dict[str, Any]:
    """`w12` is a window, `u7` a unit."""
    to = given.pop("to")
    if to[:1] == "w":
        return {**given, "window": organisations.window(int(to[1:]))}
    return {**given, "unit": organisations.unit(int(to[1:]))}


def _targets(asked: FirstAsk) -> Mapping[str, Any]:
    windows = [each for each in organisations.open_windows(asked.matter.centre) if each.pk != asked.matter.window_id]
    units = organisations.units("department", "centre", "subcentre", "town", "village", "office")
    return {
        "targets": [
            *((f"w{each.pk}", str(each)) for each in windows),
            *((f"u{each.pk}", each.name) for each in units if each.pk != asked.matter.department_id),
        ]
    }


ACTS: Mapping[str, Act] = {
    "answer": Act(ReasonFileForm, verbs.answer, "答复", "已答复，这件首问办结。", "答复（询问人凭查询码看得到）", "a"),
    "note": Act(ReasonFileForm, verbs.note, "记下", "已记下。", "办到哪里了", "b"),
    "offer": Act(OfferForm, verbs.offer, "转交", "已转交，等对方接收；您仍是首问责任人，随时可以看到。", key="t",
                 more=_targets, given=_given, in_dialog=False),
    "take": Act(ActForm, verbs.take_over, "接收", "已接收，由您接着办。", key="y"),
    "refuse": Act(ReasonForm, verbs.refuse, "不接收", "已退回。", "为什么不接收", "r"),
    "recall": Act(ReasonForm, verbs.recall, "收回", "已收回，仍由您办。", "为什么收回"),
    "urge": Act(ReasonForm, verbs.urge, "催办", "已催办。", "催办的话", "u", initial=lambda _: {"reason": "请尽快答复询问人。"}),
    "drop": Act(ReasonForm, verbs.drop, "撤销登记", "已撤销。", "哪里登记错了", consequence="撤销以后不计入统计，记录保留。"),
}  # fmt: skip


def _facts(asked: FirstAsk, actor: Actor) -> Sequence[tuple[str, Any]]:
    where = f"{asked.first_window or asked.first_unit.name} {asked.first_name}"
    case = asked.case
    return (
        ("首问责任人", where),
        ("现经办人", asked.holder_name),
        ("怎么问的", f"{asked.get_way_display()}，{moments.say_moment(asked.matter.opened_at)}"),
        ("问什么", asked.question),
        ("询问人", f"{asked.asker_name} {asked.asker_phone}".strip() or "没有留姓名"),
        ("事项", asked.item.name if asked.item else ""),
        ("转成办件", format_html('<a href="{}">{}</a>', reverse("cases:desk_case", args=[case.matter.code]), case.matter.code)
                 if case is not None else ""),
    )  # fmt: skip


def _badges(asked: FirstAsk) -> Sequence[tuple[str, str]]:
    return [(f"转交 {asked.handed_over} 次", "")] if asked.handed_over else []


def _extra(request: HttpRequest, asked: FirstAsk, actor: Actor) -> dict[str, Any]:
    theirs = policies.is_holder(actor, asked) or policies.is_first(actor, asked)
    links = []
    if theirs and asked.matter.closed_at is None and actor.holds(policies.ASK):
        links.append(("请股室协办", f"{reverse('windows:new_pull')}?first_ask={asked.matter.code}"))
    if theirs and asked.case_id is None:
        links.append(("关联办件", reverse("windows:link_case", args=[asked.matter.code])))
    trail = asked.hand_overs.select_related("to_unit", "to_window").order_by("pk")
    return {"links": links, "trail": trail}


KIND = own_kind(
    FIRST_ASK, "asked", policies.access_first_ask, ACTS, _facts, "windows:first_asks", "首问登记",
    template="windows/first_ask.html", acting=policies.as_party, badges=_badges, closed=verbs.why_not, context=_extra,
)  # fmt: skip


def _boxes(actor: Actor, at: datetime) -> Mapping[str, tuple[str, Q]]:
    mine = policies.accounts_of(actor)
    running = Q(matter__closed_at__isnull=True)
    found: dict[str, tuple[str, Q]] = {}
    if actor.holds(policies.FIRST):
        offered = HandOver.objects.filter(policies.offered_to(actor))
        found["hold"] = ("待我答复", Q(holder__in=mine, matter__state="open") & running)
        found["take"] = ("等我接收", Q(pk__in=offered.values("first_ask")))
        found["first"] = ("我是首问责任人", Q(first__in=mine) & running)
    found["open"] = ("在办", running)
    found["late"] = ("超期", running & Q(matter__due_at__lt=at))
    found["all"] = ("全部", Q())
    return found


LISTING = own_list(
    FIRST_ASK, "首问登记", "谁先被问到，谁负责到底：答复，或者转交并跟到答复为止。", "first_unit", _boxes,
    columns=(
        ("问什么", lambda each: Truncator(each.question).chars(40)),
        ("首问责任人", lambda each: f"{each.first_window or each.first_unit.short_name or each.first_unit.name} {each.first_name}"),
        ("现经办人", lambda each: each.holder_name if each.holder_id != each.first_id else "本人"),
        ("方式", lambda each: each.get_way_display()),
    ),
    export=(
        *COMMON,
        exports.Column("方式", lambda row: row.detail.get_way_display()),
        exports.Column("问什么", lambda row: row.detail.question, width=50),
        exports.Column("首问单位", lambda row: row.detail.first_unit.name, width=28),
        exports.Column("首问责任人", lambda row: row.detail.first_name),
        exports.Column("现经办人", lambda row: row.detail.holder_name),
        exports.Column("转交次数", lambda row: row.detail.handed_over),
        exports.Column("答复时间", lambda row: row.detail.answered_at),
        exports.Column("首问人答复", lambda row: {True: "是", False: "否"}.get(row.detail.answered_by_first, "")),
        exports.Column("办件", lambda row: row.detail.case.matter.code if row.detail.case else "", width=30),
    ),
    filters={
        "state": ("到哪一步", "matter__state", states(FIRST_ASK)),
        "way": ("怎么问的", "way", list(rules.WAYS.items())),
    },
    empty="没有符合条件的首问",
)  # fmt: skip


@requires(policies.FIRST, policies.VIEW)
def first_asks(request: HttpRequest) -> HttpResponseBase:
    """Every contact one may see, what waits for oneself first; `?counts=` is the list behind a number."""
    actor = actor_of(request)
    seen = FirstAsk.objects.filter(policies.first_asks(actor)).values("pk")
    found = FirstAsk.objects.filter(pk__in=seen)
    found = found.select_related("matter__department", "first_unit", "first_window", "case__matter")
    condition = first_conditions(moments.now()).get(request.GET.get("counts", ""))
    if condition is not None:
        found = found.filter(condition).exclude(matter__state="dropped")
    new = reverse("windows:record") if actor.holds(policies.FIRST) else ""
    return listing(request, LISTING, found, (), new_url=new, new_label="登记首问")


@requires(policies.FIRST)
def record(request: HttpRequest) -> HttpResponseBase:
    """The fast form: the question first, Ctrl+Enter sends it; number and secret follow."""
    actor, at = actor_of(request), moments.now()
    kind = kind_of(actor.window_id) if actor.window_id is not None else ""
    form = FirstAskForm(request.POST or None, initial={"way": "agent" if _is_agent(actor) else "window"})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.record_first_ask(actor=actor, at=at, **form.cleaned_data)
            except Refusal as refusal:
                if refusal.status in (401, 403):
                    raise
                if refusal.status == 404:
                    form.add_error("item_code", refusal.message)
                else:
                    refuse_form(form, refusal)
                    status = refusal.status
            else:
                kept = {"c": made.code, "s": keyring.encrypt(made.secret, bound_to=RECORDED_SALT)}
                return redirect("windows:recorded", signing.dumps(kept, salt=RECORDED_SALT, compress=True))
    context = {"form": form, "complaining": kind in rules.COMPLAINING, "kind": rules.KINDS[kind][0] if kind else ""}
    return render(request, "windows/record.html", context, status=status)


def _is_agent(actor: Actor) -> bool:
    return actor.window_id is None and actor.post.endswith("代办员")


@requires(policies.FIRST)
def recorded(request: HttpRequest, token: str) -> HttpResponseBase:
    """Number and secret for whoever asked, for a quarter of an hour; then the next one."""
    try:
        kept = signing.loads(token, salt=RECORDED_SALT, max_age=SECONDS_SHOWN)
        secret = keyring.decrypt(kept["s"], bound_to=RECORDED_SALT)
    except (signing.BadSignature, CryptoError, KeyError, TypeError):
        raise NotFound("这一页已经过时。", next_step="请从首问清单进入；查询码只给一次。") from None
    asked = policies.access_first_ask(actor_of(request), kept["c"])
    context = {"asked": asked, "matter": asked.matter, "secret": secret, "state": FIRST_ASK.state(asked.matter.state)}
    page = render(request, "windows/recorded.html", context)
    page["Cache-Control"] = "no-store, private"
    return page


@requires(policies.FIRST)
def link_case(request: HttpRequest, code: str) -> HttpResponseBase:
    """The case that came of it."""
    actor, at = actor_of(request), moments.now()
    asked = policies.access_first_ask(actor, code)
    form = LinkForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                verbs.link_case(asked=asked, actor=actor, code=form.cleaned_data["code"], at=at)
            except NotFound as refusal:
                form.add_error("code", f"{refusal.message}")
            else:
                messages.success(request, "已关联。")
                return redirect("windows:first_ask", code)
    context = {
        "form": form, "heading": "关联办件", "press": "关联", "back_url": KIND.url(code),
        "note": "询问的人后来申请了的，填上办件编号。",
    }  # fmt: skip
    return render(request, "windows/form.html", context, status=status)
