"""Registering, signing in and out, turning a one-time code into a password."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from yimen.ground.identity import forms, services
from yimen.ground.identity.policies import CHANGE_PASSWORD_URL, PROVE_URL, public
from yimen.ground.identity.rules import Actor, SignIn
from yimen.ground.identity.services import SignedIn, federated, sessions
from yimen.ground.identity.views.going import going
from yimen.ground.kit import asking, moments, ratelimit
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.pages import ELDER_COOKIE
from yimen.ground.kit.refusals import Refusal

HOMES = {"citizen": "/my/", "staff": "/desk/"}


@public
def citizen_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The citizens' door."""
    return _sign_in(request, "citizen")


@public
def staff_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The staff's door."""
    return _sign_in(request, "staff")


def _sign_in(request: HttpRequest, kind: str) -> HttpResponseBase:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]  # the shape of our requests
    if request.method == "GET" and actor is not None and actor.kind == kind:
        return HttpResponseRedirect(_back(request, kind))
    form_class = forms.CitizenSignInForm if kind == "citizen" else forms.SignInForm
    form = form_class(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                signed_in = services.sign_in(
                    name=form.cleaned_data["name"],
                    password=form.cleaned_data["password"],
                    kind="citizen" if kind == "citizen" else "staff",
                    at=moments.now(),
                    ip=request.META.get("REMOTE_ADDR") or None,
                    device=request.headers.get("User-Agent", ""),
                )
            except Refusal as refusal:
                refuse_form(form, refusal)
                status = refusal.status if refusal.status != 401 else 422
            else:
                return _enter(request, signed_in, kind)
    return render(
        request,
        "identity/sign_in.html",
        {"form": form, "kind": kind, "next": request.GET.get("next", ""), "province": federated.provider()},
        status=status,
    )


def _enter(request: HttpRequest, signed_in: SignedIn, kind: str) -> HttpResponseBase:
    return came_in(request, signed_in, _back(request, kind))


def came_in(request: HttpRequest, signed_in: SignedIn, back: str) -> HttpResponseBase:
    """The session's cookie; a fresh CSRF token, so that one got hold of before is worth nothing. `back` is an address of
    ours; empty for home."""
    rotate_token(request)
    back = back or HOMES[signed_in.account.kind]
    to = CHANGE_PASSWORD_URL if signed_in.account.must_change_password else back
    if signed_in.session.factor_due:
        to = f"{PROVE_URL}?{urlencode({'next': back})}"
    response = HttpResponseRedirect(to)
    sessions.remember(response, signed_in.secret)
    if signed_in.account.elder_mode:
        response.set_cookie(ELDER_COOKIE, "1", max_age=365 * 24 * 3600, samesite="Lax", secure=request.is_secure())
    return response


def _back(request: HttpRequest, kind: str) -> str:
    return own_address(request) or HOMES[kind]


def own_address(request: HttpRequest) -> str:
    """`next` when it is an address of ours and no door; else nothing."""
    back = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ) and back.startswith("/")
    path = back.partition("?")[0]
    return back if ours and "sign-in" not in path and "sign-out" not in path else ""


@public
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Ends the session and takes the cookie; GET asks first."""
    half: Actor | None = request.half_signed_in  # type: ignore[attr-defined]  # before the second door
    actor: Actor | None = request.actor or half  # type: ignore[attr-defined]
    sign_in: SignIn | None = request.sign_in  # type: ignore[attr-defined]
    if request.method != "POST":
        if actor is None:
            return HttpResponseRedirect("/")
        frame = "kit/portal.html" if actor.kind == "citizen" or half is not None else "kit/desk.html"
        return asking.ask(
            request, heading="退出登录？", verb="退出", act=lambda _: None, back=HOMES[actor.kind], frame=frame
        )
    if actor is not None and sign_in is not None and sign_in.session is not None:
        leave = federated.leave_url(federated.came_from_provider(sign_in.session))
        services.sign_out(session=sign_in.session, actor=actor, at=moments.now())
        if leave:
            known = federated.provider()
            answer = going(request, leave, known.name if known else "", said="您已退出本站，正在退出")
            sessions.forget(answer)
            answer["Clear-Site-Data"] = '"cache"'
            return answer
        messages.success(request, "您已退出登录。")
    response = HttpResponseRedirect("/staff/sign-in/" if actor is not None and actor.kind == "staff" else "/")
    sessions.forget(response)
    response["Clear-Site-Data"] = '"cache"'
    return response


@public
def register(request: HttpRequest) -> HttpResponseBase:
    """A citizen or an enterprise opens an account and is signed in at once."""
    kind = "legal" if request.GET.get("kind") == "legal" else "natural"
    form_class = forms.RegisterLegalForm if kind == "legal" else forms.RegisterNaturalForm
    form = form_class(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            _slow_down(request, "register")
            given = {name: value for name, value in form.cleaned_data.items() if name != "again"}
            open_account = services.register_legal if kind == "legal" else services.register_natural
            at = moments.now()
            try:
                account = open_account(**given, at=at)
            except Refusal as refusal:
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "注册成功，已为您登录。")
                return _enter(
                    request,
                    services.open_session(
                        account,
                        at=at,
                        ip=request.META.get("REMOTE_ADDR") or None,
                        device=request.headers.get("User-Agent", ""),
                    ),
                    "citizen",
                )
    context = {"form": form, "kind": kind, "next": request.GET.get("next", "")}
    return render(request, "identity/register.html", context, status=status)


@public
def use_code(request: HttpRequest) -> HttpResponseBase:
    """Whoever was given a one-time code chooses a password."""

    def act(given: dict[str, str]) -> HttpResponseBase:
        _slow_down(request, "code")
        account = services.use_code(
            code=given["code"], password=given["password"], sign_in_name=given["sign_in_name"], at=moments.now()
        )
        messages.success(request, "密码已设好，请用新密码登录。")
        return HttpResponseRedirect("/staff/sign-in/" if account.kind == "staff" else "/sign-in/")

    return asking.ask(
        request,
        heading="设置密码",
        note="开通账号、重设密码时，管理员或窗口会给您一个一次性验证码。密码由您自己定，别人不知道。",
        verb="设置密码",
        form=forms.CodeForm(request.POST if request.method == "POST" else None),
        act=act,
        back="/sign-in/",
        frame="kit/portal.html",
        back_words="返回登录",
    )


@public
def forgotten(request: HttpRequest) -> HttpResponseBase:
    """What to do about a forgotten password."""
    return render(request, "identity/forgotten.html")


def _slow_down(request: HttpRequest, what: str) -> None:
    """Ten tries at once from one address, then one every three minutes; a hall behind one address gets by."""
    ratelimit.limit(f"{what}:{request.META.get('REMOTE_ADDR', '')}", capacity=30, per_second=1 / 60)
