"""应急授权: opening, ending and judging them; and the thresholds of staff and rights."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from yimen.ground.identity import services as identity
from yimen.ground.identity.policies import administrators, fresh_factor, kind_of, label_of, permissions, requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.paging import page_by_key
from yimen.ground.organisations import policies, services
from yimen.ground.organisations.capacities import BREAK_GLASS, mark_of
from yimen.ground.organisations.forms_standing import EmergencyForm, StaffRulesForm, VerdictForm
from yimen.ground.organisations.models import Emergency
from yimen.ground.organisations.selectors import standing
from yimen.ground.organisations.services.staff_rules import as_facts
from yimen.ground.organisations.views.places import actor_of

sees = requires(BREAK_GLASS, policies.WATCH_EMERGENCIES, "admin.system", "admin.security", "admin.audit")
HERE = "/desk/emergencies/"
MOST_ACTS = 200


def _frame(request: HttpRequest) -> str:
    return "kit/manage.html" if actor_of(request).admin_role else "kit/desk.html"


def _describe(rows: list[Emergency], at: datetime) -> list[Emergency]:
    names = {entry.code: entry.label for entry in permissions()}
    days = timedelta(days=standing.staff_rules().emergency_review_days)
    for row in rows:
        row.labels = [names.get(code, code) for code in row.codes]  # type: ignore[attr-defined]  # these for the page
        row.is_open = row.over_at > at  # type: ignore[attr-defined]
        row.due_at = row.over_at + days  # type: ignore[attr-defined]
        words, status = "等待复核", "warning"
        if row.is_open:  # type: ignore[attr-defined]
            words, status = "正在使用", "red"
        elif row.reviewed_at is not None:
            words, status = f"复核：{row.get_verdict_display()}", "normal" if row.verdict == "justified" else "yellow"
        elif row.due_at < at:  # type: ignore[attr-defined]
            words, status = "复核逾期", "yellow"
        row.state_words, row.status = words, status  # type: ignore[attr-defined]
    return rows


@sees
def emergencies(request: HttpRequest) -> HttpResponseBase:
    """One's own; for administrators and supervision everybody's. What waits for a judgement stands first with `which=open`."""
    actor, at = actor_of(request), moments.now()
    rows = standing.emergencies_seen(actor)
    if request.GET.get("which") == "open":
        rows = rows.filter(reviewed_at__isnull=True)
    if request.GET.get("as") == "xlsx":
        return exports.download("应急授权.xlsx", exports.xlsx(COLUMNS, _describe(list(rows[:5000]), at)))
    page = page_by_key(rows, order=("-opened_at", "-id"), asked=request.GET, size=50)
    _describe(page.rows, at)
    return render(
        request,
        "organisations/emergencies.html",
        {
            "frame": _frame(request),
            "page": page,
            "which": request.GET.get("which", ""),
            "may_open": actor.holds(BREAK_GLASS) and actor.stands_for is None and actor.emergency_id is None,
            "waiting": standing.to_review(at).count() if actor.admin_role == "audit" else None,
        },
    )


COLUMNS: list[exports.Column[Emergency]] = [
    exports.Column("编号", lambda row: row.pk),
    exports.Column("使用人", lambda row: row.account.name),
    exports.Column("岗位", lambda row: f"{row.post.unit.name} {row.post.title}", width=40),
    exports.Column("启用", lambda row: row.opened_at, width=20),
    exports.Column("结束", lambda row: row.over_at, width=20),
    exports.Column("权限", lambda row: "、".join(row.labels), width=50),  # type: ignore[attr-defined]
    exports.Column("理由", lambda row: row.reason, width=40),
    exports.Column("状态", lambda row: row.state_words),  # type: ignore[attr-defined]
    exports.Column("复核人", lambda row: row.reviewer),
    exports.Column("复核意见", lambda row: row.review_note, width=40),
]


@sees
def emergency(request: HttpRequest, emergency_id: int) -> HttpResponseBase:
    """One of them with every act done under it."""
    actor, at = actor_of(request), moments.now()
    found = standing.access_emergency(actor, emergency_id)
    _describe([found], at)
    acts = AuditEntry.objects.filter(
        actor_uid=found.account.uid,
        actor_post__endswith=mark_of(found.pk),
        at__gte=found.opened_at - timedelta(hours=1),
    ).order_by("id")
    rows = list(acts[: MOST_ACTS + 1])
    for entry in rows:
        entry.label, entry.kind_label = label_of(entry.action), kind_of(entry.target_kind)  # type: ignore[attr-defined]
    return render(
        request,
        "organisations/emergency.html",
        {
            "frame": _frame(request),
            "found": found,
            "acts": rows[:MOST_ACTS],
            "more": len(rows) > MOST_ACTS,
            "may_end": found.is_open and (found.account_id == actor.account_id or actor.admin_role == "security"),  # type: ignore[attr-defined]
            "may_review": actor.admin_role == "audit" and not found.is_open and found.reviewed_at is None,  # type: ignore[attr-defined]
        },
    )


@fresh_factor
@requires(BREAK_GLASS)
def open_one(request: HttpRequest) -> HttpResponseBase:
    """Take a wider right for some hours."""
    actor = actor_of(request)
    held = frozenset(right.code for right in actor.permissions)
    bound = identity.has_factor(actor.account_id or 0)
    return asking.ask(
        request,
        heading="启用应急授权",
        note="只在紧急、来不及按正常程序授权时使用。不能代替授权委托书：要委托书才能签发的，仍须有委托书。",
        warning="一启用，系统、安全、审计管理员和监察人员马上收到通知；期间所做的每一步都有标记，结束后由审计管理员复核。"
        + ("" if bound else "您还没有绑定动态验证码，须先在“我的账号”绑定。"),
        verb="启用",
        danger=True,
        form=EmergencyForm(request.POST if request.method == "POST" else None, held=held),
        act=lambda given: services.open_emergency(
            actor=actor,
            session=request.sign_in,  # type: ignore[attr-defined]
            at=moments.now(),
            **given,
        ),
        back=HERE,
        said="应急授权已启用，办完请提前结束。",
        frame="kit/desk.html",
    )


@sees
def end(request: HttpRequest, emergency_id: int) -> HttpResponseBase:
    """End it before its time."""
    actor = actor_of(request)
    found = standing.access_emergency(actor, emergency_id)
    return asking.ask(
        request,
        heading=f"提前结束应急授权第 {found.pk} 号？",
        verb="结束",
        act=lambda _: services.end_emergency(actor=actor, emergency=found, at=moments.now()),
        back=f"{HERE}{found.pk}/",
        said="应急授权已结束，等待审计管理员复核。",
        frame=_frame(request),
    )


@administrators("audit")
def review(request: HttpRequest, emergency_id: int) -> HttpResponseBase:
    """Judge it."""
    actor = actor_of(request)
    found = standing.access_emergency(actor, emergency_id)
    return asking.ask(
        request,
        heading=f"复核应急授权第 {found.pk} 号",
        note=f"{found.account.name}，理由：{found.reason}",
        verb="作出结论",
        form=VerdictForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.review_emergency(actor=actor, emergency=found, at=moments.now(), **given),
        back=f"{HERE}{found.pk}/",
        said="已复核，使用人会收到通知。",
    )


@fresh_factor
@administrators("security")
def staff_rules(request: HttpRequest) -> HttpResponseBase:
    """The thresholds for accounts, stand-ins, emergencies and reviews."""

    def act(given: dict[str, Any]) -> None:
        services.set_staff_rules(actor=actor_of(request), at=moments.now(), **given)

    return asking.ask(
        request,
        heading="人员与授权规则",
        note="请假代办、应急授权、账号停用、权限复核的期限。改后马上生效。",
        verb="保存",
        form=StaffRulesForm(
            request.POST if request.method == "POST" else None, initial=as_facts(standing.staff_rules())
        ),
        act=act,
        back="/manage/security/",
        said="规则已保存。",
    )
