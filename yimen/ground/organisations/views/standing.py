"""请假代办: who stands in for whom, and working as a stand-in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.identity.policies import permissions, staff
from yimen.ground.identity.rules import SignIn
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.organisations import forms as our
from yimen.ground.organisations import services
from yimen.ground.organisations.forms_standing import DelegationForm
from yimen.ground.organisations.models import Delegation, Post
from yimen.ground.organisations.selectors import standing
from yimen.ground.organisations.views.places import actor_of, manages
from yimen.ground.organisations.views.rights import access_post, post_url

STATES = {
    "offered": ("等代办人答复", "warning"),
    "coming": ("还没开始", "paused"),
    "live": ("代办中", "normal"),
    "over": ("已到期结束", "closed"),
    "lapsed": ("没有答复，已过期", "closed"),
    "declined": ("已谢绝", "closed"),
    "revoked": ("提前结束", "closed"),
}
HERE = "/desk/standing/"


def _describe(rows: list[Delegation], at: datetime, me: int | None) -> list[Delegation]:
    for row in rows:
        row.state_code = row.state(at)  # type: ignore[attr-defined]  # these three for the page
        row.state_words, row.status = STATES[row.state_code]  # type: ignore[attr-defined]
        row.for_me = row.account_id == me  # type: ignore[attr-defined]
    return rows


def _session(request: HttpRequest) -> SignIn | None:
    return request.sign_in  # type: ignore[attr-defined, no-any-return]  # the shape of our requests


@staff
def delegations(request: HttpRequest) -> HttpResponseBase:
    """Those given, those offered to one, and those of the units one manages."""
    actor, at = actor_of(request), moments.now()
    rows = standing.delegations_of(actor)
    if request.GET.get("which") != "all":
        rows = rows.filter(ends_at__gt=at, revoked_at__isnull=True, declined_at__isnull=True)
    if request.GET.get("as") == "xlsx":
        found = _describe(list(rows[:5000]), at, actor.account_id)
        return exports.download("请假代办.xlsx", exports.xlsx(COLUMNS, found))
    page = page_by_key(rows, order=("-ends_at", "-id"), asked=request.GET, size=50)
    _describe(page.rows, at, actor.account_id)
    return render(
        request,
        "organisations/delegations.html",
        {
            "page": page,
            "which": request.GET.get("which", ""),
            "may_offer": actor.post_id is not None and actor.stands_for is None,
        },
    )


COLUMNS: list[exports.Column[Delegation]] = [
    exports.Column("请假人", lambda row: row.holder.name),
    exports.Column("岗位", lambda row: f"{row.post.unit.name} {row.post.title}", width=40),
    exports.Column("代办人", lambda row: row.account.name),
    exports.Column("开始", lambda row: row.begins_at, width=20),
    exports.Column("结束", lambda row: row.revoked_at or row.ends_at, width=20),
    exports.Column("状态", lambda row: row.state_words),  # type: ignore[attr-defined]
    exports.Column("事由", lambda row: row.reason, width=30),
    exports.Column("谢绝或提前结束的原因", lambda row: row.end_reason, width=30),
]


@staff
def delegation(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One delegation, and what may be done about it."""
    actor, at = actor_of(request), moments.now()
    found = standing.access_delegation(actor, uid)
    _describe([found], at, actor.account_id)
    names = {entry.code: entry.label for entry in permissions()}
    decides = "cases.decide" in found.codes
    return render(
        request,
        "organisations/delegation.html",
        {
            "found": found,
            "labels": [names.get(code, code) for code in found.codes],
            "decides": decides,
            "covered": decides and standing.may_decide_for(found, day_of(at)),
            "open": found.state(at) in ("offered", "coming", "live"),
            "mine": actor.account_id in (found.holder_id, found.account_id),
        },
    )


@staff
def offer(request: HttpRequest) -> HttpResponseBase:
    """Let a colleague stand in for oneself."""
    actor = actor_of(request)
    if actor.stands_for is not None:
        raise NotAllowed("您正在代同事办理，不能再转委托。", next_step="请先结束代办，回到自己的岗位。")
    post = Post.objects.select_related("unit", "window").filter(pk=actor.post_id or 0).first()
    if post is None:
        raise NotFound("您现在没有岗位，不需要委托代办。")
    return _offer(request, post, back=HERE, frame="kit/desk.html", heading="委托同事代办")


@manages
def offer_for(request: HttpRequest, post_id: int) -> HttpResponseBase:
    """The manager names a stand-in for somebody who cannot do so any more."""
    post = access_post(request, post_id)
    if post.account is None:
        raise NotFound("这个岗位现在没有人担任。")
    return _offer(
        request, post, back=post_url(post.pk), frame="kit/manage.html", heading=f"为 {post.account.name} 指定代办人"
    )


def _offer(request: HttpRequest, post: Post, *, back: str, frame: str, heading: str) -> HttpResponseBase:
    actor, at = actor_of(request), moments.now()
    return asking.ask(
        request,
        heading=heading,
        note=f"岗位：{post.unit.name} {post.title}。代办人接受后才生效；所做的每一步都写明“某某（代某某）”。",
        verb="提出委托",
        form=DelegationForm(request.POST if request.method == "POST" else None, post=post, on=day_of(at)),
        act=lambda given: services.offer_delegation(actor=actor, post=post, at=at, **given),
        back=back,
        said="已提出，代办人接受后生效。",
        frame=frame,
    )


@staff
def accept(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The colleague agrees."""
    return _answer(
        request, uid, services.accept_delegation,
        heading="接受代 {holder} 办理？", verb="接受", said="已接受。到了开始时间，页面上方会出现“开始代办”。",
    )  # fmt: skip


@staff
def decline(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The colleague cannot."""
    form = our.ReasonForm(request.POST if request.method == "POST" else None)
    return _answer(
        request, uid, services.decline_delegation, form=form,
        heading="谢绝代 {holder} 办理？", verb="谢绝", said="已谢绝，对方会收到通知。",
    )  # fmt: skip


@staff
def revoke(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """End it before its time."""
    form = our.ReasonForm(request.POST if request.method == "POST" else None)
    return _answer(
        request, uid, services.revoke_delegation, form=form, danger=True,
        heading="结束 {account} 代 {holder} 的办理？", verb="结束代办",
        warning="立即生效：代办人的下一次操作起，就不能再以这个岗位办理。", said="代办已结束。",
    )  # fmt: skip


def _answer(request: HttpRequest, uid: UUID, service: Any, *, heading: str, **page: Any) -> HttpResponseBase:
    actor = actor_of(request)
    found = standing.access_delegation(actor, uid)
    return asking.ask(
        request,
        heading=heading.format(holder=found.holder.name, account=found.account.name),
        act=lambda given: service(actor=actor, delegation=found, at=moments.now(), **given),
        back=reverse("organisations:delegation", args=[found.uid]),
        then=HERE,
        frame="kit/desk.html",
        **page,
    )


@staff
def begin(request: HttpRequest, delegation_id: int) -> HttpResponseBase:
    """Work for the colleague from here on."""
    actor = actor_of(request)
    found = standing.delegations_of(actor).filter(pk=delegation_id, account=actor.account_id or 0).first()
    if found is None:
        raise NotFound("没有这次代办。")
    return asking.ask(
        request,
        heading=f"代 {found.holder.name} 办理？",
        note=f"您将以“{found.post.unit.name} {found.post.title}”办理，每一步都记为“（代{found.holder.name}）”。随时可在页面上方结束。",
        verb="开始代办",
        act=lambda _: services.stand_in(actor=actor, session=_session(request), delegation=found, at=moments.now()),
        back="/desk/",
        said=f"现在代 {found.holder.name} 办理。",
        frame="kit/desk.html",
    )


@staff
def stop(request: HttpRequest) -> HttpResponseBase:
    """Work as oneself again."""
    actor = actor_of(request)
    return asking.ask(
        request,
        heading="结束代办，回到自己的岗位？",
        note="委托仍然有效，之后还可以再开始。",
        verb="回到自己的岗位",
        act=lambda _: services.stand_down(actor=actor, session=_session(request), at=moments.now()),
        back="/desk/",
        said="已回到自己的岗位。",
        frame="kit/desk.html",
    )
