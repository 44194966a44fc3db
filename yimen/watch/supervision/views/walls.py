"""监察大屏管理: connect a screen with a code, see which stand, take one off; and the screen itself, where nobody is signed in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yimen.ground.identity.policies import actor_of, public, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import forms, live, moments, ratelimit
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import Refusal
from yimen.watch.supervision import selectors, services
from yimen.watch.supervision.models import WallScreen
from yimen.watch.supervision.policies import WATCH
from yimen.watch.supervision.views.cockpit import context

COOKIE, PATH = "wall", "/wall/"
TRIES_AT_ONCE, TRIES_A_SECOND = 10, 1 / 30
DAYS = (("7", "7 天"), ("30", "30 天"), ("90", "90 天"), ("180", "180 天"))


class WallForm(forms.Form):
    """Where it hangs, and how long it stands."""

    name = forms.Line(label="挂在哪里", max_length=60, help_text="例如：县政府三楼会议室。")
    days = django_forms.ChoiceField(label="有效期", choices=DAYS, initial="90")


class CodeForm(forms.Form):
    """The code that a screen is connected with."""

    code = forms.Line(label="配对码", max_length=20, help_text="8 位数字，在“监察大屏管理”里取得。")


@requires(WATCH)
@require_http_methods(["GET", "HEAD", "POST"])
def walls(request: HttpRequest) -> HttpResponseBase:
    """Which screens stand; a new one gets its code here."""
    actor, at = actor_of(request), moments.now()
    form = WallForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            added = services.add_wall(
                actor=actor, name=form.cleaned_data["name"], days=int(form.cleaned_data["days"]), at=at
            )
        except Refusal as refusal:
            if not refusal.fields:
                raise
            forms.refuse_form(form, refusal)
        else:
            code = f"{added.code[:4]} {added.code[4:]}"
            messages.success(
                request,
                f"“{added.screen.name}”的配对码：{code}。请在 {services.CODE_MINUTES} 分钟内，用大屏的浏览器打开"
                f" {settings.ORIGIN}{PATH} 输入。配对码只显示这一次。",
            )
            return redirect("supervision:walls")
    page = page_by_key(selectors.walls(actor), order=("-made_at", "-id"), asked=request.GET, size=30)
    found = [{"screen": each, "state": _state(each, at)} for each in page]
    return render(
        request, "supervision/walls.html", {"form": form, "page": page, "screens": found, "at": at},
        status=422 if form.errors else 200,
    )  # fmt: skip


@requires(WATCH)
@require_POST
def end_wall(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take one off."""
    screen = services.end_wall(actor=actor_of(request), uid=uid, at=moments.now())
    messages.success(request, f"“{screen.name}”已停用，它的画面最迟半分钟后停止更新。")
    return redirect("supervision:walls")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def wall(request: HttpRequest) -> HttpResponseBase:
    """The screen: the cockpit where a key is held, else the question for the code."""
    if request.method == "POST":
        return _connect(request)
    actor = _actor_on(request)
    if actor is None:
        had_one = COOKIE in request.COOKIES
        return _ask(request, CodeForm(), 401 if had_one else 200, ended=had_one)
    more = {"board_url": "", "links": False, "ticket_url": reverse("supervision:wall_ticket")}
    return render(request, "supervision/cockpit.html", context(actor, moments.now(), links=False) | more)


@public
@never_cache
@require_safe
def wall_ticket(request: HttpRequest) -> JsonResponse:
    """As `/live/ticket/`, for a screen that holds a key."""
    actor = _actor_on(request)
    if actor is None:
        return JsonResponse({"url": ""}, status=401)
    ratelimit.limit(f"wall:{request.COOKIES[COOKIE][:8]}", capacity=20, per_second=0.2)
    address = live.stream_address(request)
    names = [name for name in request.GET.get("topics", "").split(",") if name]
    return JsonResponse({"url": f"{address}?ticket={live.issue_ticket(names, actor)}" if address else ""})


def _connect(request: HttpRequest) -> HttpResponseBase:
    ratelimit.limit(f"wall-code:{request.META['REMOTE_ADDR']}", capacity=TRIES_AT_ONCE, per_second=TRIES_A_SECOND)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, 422)
    at = moments.now()
    try:
        screen, key = services.open_wall(code=form.cleaned_data["code"], at=at)
    except services.WrongCode as refusal:
        form.add_error("code", f"{refusal.message}{refusal.next_step}")
        return _ask(request, form, 422)
    response = HttpResponseRedirect(PATH)
    response.set_cookie(
        COOKIE, key, max_age=int((screen.ends_at - at).total_seconds()), path=PATH, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


def _ask(request: HttpRequest, form: CodeForm, status: int, *, ended: bool = False) -> HttpResponse:
    return render(request, "supervision/wall_code.html", {"form": form, "ended": ended}, status=status)


def _actor_on(request: HttpRequest) -> Actor | None:
    """As whom this browser looks, if it is a screen of ours."""
    key, at = request.COOKIES.get(COOKIE, ""), moments.now()
    screen = selectors.wall_by_key(services.digest(key), at) if 20 <= len(key) <= 64 else None
    if screen is None:
        return None
    actor = selectors.shown_on(screen, at)
    if actor is not None:
        services.note_seen(screen, at)
    return actor


def _state(screen: WallScreen, at: Any) -> tuple[str, str]:
    if screen.ended_at is not None:
        return "closed", "已停用"
    if screen.ends_at <= at:
        return "closed", "已到期"
    if screen.key_digest:
        quiet = screen.seen_at is None or (at - screen.seen_at).total_seconds() > 1200
        return ("warning", "没有更新") if quiet else ("normal", "正在显示")
    return (
        ("paused", "等待输入配对码")
        if screen.code_digest and screen.code_until and screen.code_until > at
        else ("closed", "配对码已过期")
    )
