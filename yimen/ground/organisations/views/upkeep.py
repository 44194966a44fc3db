"""Accounts that are stopped, and the reviews of rights."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render

from yimen.ground.identity.policies import administrators, fresh_factor, requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.organisations import forms as our
from yimen.ground.organisations import policies, services
from yimen.ground.organisations.models import AccessReview, AccountClosing, ReviewLine
from yimen.ground.organisations.selectors import closing, reviewing, standing
from yimen.ground.organisations.views.places import actor_of

sees_closings = requires(policies.MANAGE, "admin.system", "admin.security", "admin.audit")
sees_reviews = requires(
    policies.REVIEW_RIGHTS, policies.WATCH_EMERGENCIES, "admin.system", "admin.security", "admin.audit"
)
REVIEWS = "/manage/reviews/"


# Accounts


def _describe_closing(row: AccountClosing) -> AccountClosing:
    words, status = "将停用", "warning"
    if row.withdrawn_at is not None:
        words, status = "不再停用", "closed"
    elif row.reopened_at is not None:
        words, status = "已重新启用", "normal"
    elif row.closed_at is not None:
        words, status = "已停用", "closed"
    row.state_words, row.status = words, status  # type: ignore[attr-defined]  # for the page
    row.because = (  # type: ignore[attr-defined]
        f"{row.since:%Y-%m-%d} 起没有岗位" if row.kind == "leaver" else f"{row.since:%Y-%m-%d} 起没有登录"
    )
    return row


@sees_closings
def closings(request: HttpRequest) -> HttpResponseBase:
    """Accounts to be stopped and stopped, with the reason; what comes first stands first."""
    actor = actor_of(request)
    which = request.GET.get("which", "")
    rows = closing.closings_seen(actor)
    if which == "closed":
        rows = rows.filter(closed_at__isnull=False, reopened_at__isnull=True)
    elif which != "all":
        rows = rows.filter(closed_at__isnull=True, withdrawn_at__isnull=True)
    if request.GET.get("as") == "xlsx":
        found = [_describe_closing(row) for row in rows[:5000]]
        return exports.download("账号停用.xlsx", exports.xlsx(CLOSING_COLUMNS, found))
    page = page_by_key(rows, order=("due_on", "id"), asked=request.GET, size=50)
    for row in page.rows:
        _describe_closing(row)
    return render(
        request,
        "organisations/closings.html",
        {"page": page, "which": which, "is_system": actor.admin_role == "system", "rules": standing.staff_rules()},
    )


CLOSING_COLUMNS: list[exports.Column[AccountClosing]] = [
    exports.Column("姓名", lambda row: row.account.name),
    exports.Column("登录名", lambda row: row.account.sign_in_name, width=20),
    exports.Column("原因", lambda row: row.because, width=30),  # type: ignore[attr-defined]
    exports.Column("提醒时间", lambda row: row.warned_at, width=20),
    exports.Column("停用日期", lambda row: row.due_on),
    exports.Column("停用时间", lambda row: row.closed_at, width=20),
    exports.Column("状态", lambda row: row.state_words),  # type: ignore[attr-defined]
    exports.Column("重新启用的原因", lambda row: row.reopen_reason, width=30),
]


@administrators("system")
def reopen(request: HttpRequest, closing_id: int) -> HttpResponseBase:
    """Let a stopped account be used again."""
    actor = actor_of(request)
    row = closing.closings_seen(actor).filter(pk=closing_id, closed_at__isnull=False).first()
    if row is None:
        raise NotFound("这个账号没有被停用。")
    return asking.ask(
        request,
        heading=f"重新启用 {row.account.name} 的账号？",
        note="接口密钥不会恢复，需要时重新签发。没有岗位的，请先任命，否则到期又会停用。",
        verb="重新启用",
        form=our.ReasonForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.reopen_account(actor=actor, row=row, reason=given["reason"], at=moments.now()),
        back="/manage/accounts/closing/?which=closed",
        said="账号已重新启用。",
    )


# Reviews


def _describe_review(review: AccessReview, today: date) -> AccessReview:
    words, status = "进行中", "normal"
    if review.closed_at is not None:
        words, status = "已完成", "closed"
    elif review.due_on < today:
        words, status = "逾期", "yellow"
    review.state_words, review.status = words, status  # type: ignore[attr-defined]  # for the page
    return review


@sees_reviews
def reviews(request: HttpRequest) -> HttpResponseBase:
    """Reviews of the units one sees; what is open and overdue first."""
    actor, today = actor_of(request), day_of(moments.now())
    which = request.GET.get("which", "")
    rows = reviewing.reviews_seen(actor)
    if which == "overdue":
        rows = rows.filter(closed_at__isnull=True, due_on__lt=today)
    elif which != "all":
        rows = rows.filter(closed_at__isnull=True)
    if request.GET.get("as") == "xlsx":
        found = [_describe_review(row, today) for row in rows.order_by("due_on", "id")[:5000]]
        return exports.download("权限复核.xlsx", exports.xlsx(REVIEW_COLUMNS, found))
    page = page_by_key(rows, order=("due_on", "id"), asked=request.GET, size=50)
    for row in page.rows:
        _describe_review(row, today)
    return render(
        request,
        "organisations/reviews.html",
        {
            "page": page,
            "which": which,
            "is_security": actor.admin_role == "security",
            "period": reviewing.period_of(today, standing.staff_rules().review_months).label,
        },
    )


REVIEW_COLUMNS: list[exports.Column[AccessReview]] = [
    exports.Column("部门", lambda row: row.unit.name, width=40),
    exports.Column("期间", lambda row: row.period, width=20),
    exports.Column("发起", lambda row: row.opened_at, width=20),
    exports.Column("完成期限", lambda row: row.due_on),
    exports.Column("项数", lambda row: row.total),  # type: ignore[attr-defined]
    exports.Column("待确认", lambda row: row.undecided),  # type: ignore[attr-defined]
    exports.Column("收回", lambda row: row.taken),  # type: ignore[attr-defined]
    exports.Column("状态", lambda row: row.state_words),  # type: ignore[attr-defined]
    exports.Column("完成时间", lambda row: row.closed_at, width=20),
]


@fresh_factor
@administrators("security")
def open_reviews(request: HttpRequest) -> HttpResponseBase:
    """Open this period's reviews of every unit that has none yet."""
    period = reviewing.period_of(day_of(moments.now()), standing.staff_rules().review_months)

    def act(_given: dict[str, Any]) -> HttpResponseBase:
        number = services.open_period(actor=actor_of(request), at=moments.now())
        messages.success(request, f"已发起 {number} 个部门的权限复核。" if number else "各部门都已发起，没有新的。")
        return HttpResponseRedirect(REVIEWS)

    return asking.ask(
        request,
        heading=f"发起{period.label}的权限复核？",
        note=f"每个部门的负责人会收到通知，{standing.staff_rules().review_days} 天内逐项确认本部门人员的权限、委托书、密钥和代办。",
        verb="发起",
        act=act,
        back=REVIEWS,
    )


@sees_reviews
def review(request: HttpRequest, review_id: int) -> HttpResponseBase:
    """One unit's rights, by person; confirm in bulk, take away with a reason."""
    actor, at = actor_of(request), moments.now()
    found = reviewing.access_review(actor, review_id)
    status = 200
    if request.method == "POST":
        refusal = _decide(request, found)
        if refusal is None:
            return HttpResponseRedirect(f"{REVIEWS}{found.pk}/")
        messages.warning(request, f"{refusal.message}{refusal.next_step}")
        status = refusal.status
    if request.GET.get("as") == "xlsx":
        name = f"权限复核_{found.unit.short_name}_{found.period.replace(' ', '')}.xlsx"
        return exports.download(name, exports.xlsx(LINE_COLUMNS, found.lines.order_by("holder", "kind", "id")))
    return render(request, "organisations/review.html", _page(found, actor_of(request), day_of(at)), status=status)


def _decide(request: HttpRequest, found: AccessReview) -> Refusal | None:
    actor, at = actor_of(request), moments.now()
    chosen = [int(pk) for pk in request.POST.getlist("line")[:2000] if pk.isascii() and pk.isdigit() and len(pk) < 18]
    try:
        if request.POST.get("verdict") == "take":
            number = services.take_away(
                actor=actor, review=found, lines=chosen, reason=request.POST.get("reason", ""), at=at
            )
            messages.success(request, f"已收回 {number} 项。")
        else:
            number = services.confirm_lines(actor=actor, review=found, lines=chosen, at=at)
            messages.success(request, f"已确认保留 {number} 项。")
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        from yimen.ground.kit import audit

        audit.notice(refusal)
        return refusal
    return None


def _page(found: AccessReview, actor: Any, today: date) -> dict[str, Any]:
    lines = list(found.lines.order_by("holder", "kind", "id"))
    people: list[dict[str, Any]] = []
    for (holder, account_id), rows in groupby(lines, key=lambda line: (line.holder, line.account_id)):
        name, _, post = holder.partition("　")
        people.append({"name": name, "post": post, "own": account_id == actor.account_id, "lines": list(rows)})
    # Whom one has still to decide about stands first.
    people.sort(key=lambda person: not any(line.verdict == "" for line in person["lines"]))
    return {
        "review": _describe_review(found, today),
        "people": people,
        "may_decide": reviewing.may_decide(actor, found) and found.closed_at is None,
        "is_security": actor.admin_role == "security",
        "undecided": sum(line.verdict == "" for line in lines),
    }


@sees_reviews
def review_print(request: HttpRequest, review_id: int) -> HttpResponseBase:
    """The same on paper, to be signed and kept."""
    actor = actor_of(request)
    found = reviewing.access_review(actor, review_id)
    return render(request, "organisations/review_print.html", _page(found, actor, day_of(moments.now())))


LINE_COLUMNS: list[exports.Column[ReviewLine]] = [
    exports.Column("持有人", lambda row: row.holder, width=40),
    exports.Column("种类", lambda row: row.get_kind_display()),
    exports.Column("内容", lambda row: row.what, width=50),
    exports.Column("范围", lambda row: row.scope, width=30),
    exports.Column("最近使用", lambda row: row.last_used_at, width=20),
    exports.Column("结论", lambda row: row.get_verdict_display()),
    exports.Column("原因", lambda row: row.reason, width=30),
    exports.Column("确认人", lambda row: row.decider),
    exports.Column("确认时间", lambda row: row.decided_at, width=20),
]


@fresh_factor
@administrators("security")
def restore(request: HttpRequest, line_id: int) -> HttpResponseBase:
    """Give again what a review took."""
    actor = actor_of(request)
    line = ReviewLine.objects.select_related("review").filter(pk=line_id, verdict__in=["taken", "suspended"]).first()
    if line is None:
        raise NotFound("没有这一项，或者它没有被收回。")
    return asking.ask(
        request,
        heading=f"恢复“{line.what}”？",
        note=f"{line.holder}。收回的原因：{line.reason}",
        verb="恢复",
        act=lambda _: services.restore_line(actor=actor, line=line, at=moments.now()),
        back=f"{REVIEWS}{line.review_id}/",
        said="已恢复。",
    )
