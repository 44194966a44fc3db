"""The second factor: bind it, prove it at the door, prove it again before a dangerous act, new recovery codes."""

from __future__ import annotations

from typing import Any

import segno
from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from yimen.ground.identity import selectors, services
from yimen.ground.identity.models import SecondFactor
from yimen.ground.identity.policies import CHANGE_PASSWORD_URL, fresh_factor, public, staff
from yimen.ground.identity.rules import Actor, SignIn
from yimen.ground.identity.services import sessions
from yimen.ground.kit import asking, forms, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import NotAllowed, Refusal, SignInNeeded

HERE = "/my/second-factor/"
BIND_AT_THE_DOOR = "/staff/sign-in/bind/"
HOME = "/desk/"


class CodeForm(forms.Form):
    """Six digits, or a recovery code."""

    code = django_forms.CharField(
        label="动态验证码",
        max_length=60,
        help_text="手机验证器上的 6 位数字。手机不在身边的，可输入一个恢复码。",
        widget=django_forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false", "autofocus": True}
        ),
    )


class FirstCodeForm(forms.Form):
    """The first code of a new authenticator."""

    code = django_forms.CharField(
        label="验证器上的 6 位数字",
        max_length=20,
        widget=django_forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )


def _half(request: HttpRequest) -> tuple[Actor, SignIn]:
    """Who has given the right password and stands before the second door; others are sent to the first."""
    who: Actor | None = request.half_signed_in  # type: ignore[attr-defined]  # set by the actor's middleware
    sign_in: SignIn | None = request.sign_in  # type: ignore[attr-defined]
    if who is None or sign_in is None:
        raise SignInNeeded("请先输入登录名和密码。")
    return who, sign_in


def _own(request: HttpRequest) -> tuple[Actor, SignIn]:
    return request.actor, request.sign_in  # type: ignore[attr-defined]  # the access declaration saw to it


def _ip(request: HttpRequest) -> str | None:
    return request.META.get("REMOTE_ADDR") or None


def _next(request: HttpRequest, default: str) -> str:
    """`next`, when it is an address of ours and no door."""
    to = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ) and to.startswith("/")
    return to if ours and "sign-in" not in to and "sign-out" not in to else default


@public
def prove(request: HttpRequest) -> HttpResponseBase:
    """The second door of staff: a one-time code after the password."""
    if request.actor is not None:  # type: ignore[attr-defined]
        return HttpResponseRedirect(_next(request, HOME))
    who, sign_in = _half(request)
    if not services.has_factor(who.account_id or 0):
        return HttpResponseRedirect(BIND_AT_THE_DOOR)
    return _asked_for_code(
        request,
        who,
        sign_in,
        heading="输入动态验证码",
        note=f"{who.name}，密码正确。请打开手机上的验证器，输入当前的 6 位数字。",
        verb="登录",
        to=CHANGE_PASSWORD_URL if sign_in.must_change_password else _next(request, HOME),
        back="/sign-out/",
        frame="kit/portal.html",
    )


@staff
def again(request: HttpRequest) -> HttpResponseBase:
    """Once more before a dangerous act."""
    who, sign_in = _own(request)
    if sign_in.session is None or not services.has_factor(who.account_id or 0):
        return HttpResponseRedirect(HERE)
    to = _next(request, HOME)
    return _asked_for_code(
        request,
        who,
        sign_in,
        heading="再输一次动态验证码",
        note="下一步关系重大（授权、签署委托书、应急授权等），请再确认一次是您本人。",
        verb="继续",
        to=to,
        back=HOME,
        frame="kit/desk.html",
    )


def _asked_for_code(
    request: HttpRequest, who: Actor, sign_in: SignIn, *, to: str, back: str, **page: Any
) -> HttpResponseBase:
    def act(given: dict[str, Any]) -> HttpResponseBase:
        secret = services.prove_factor(
            actor=who, session=_session(sign_in), code=given["code"], at=moments.now(), ip=_ip(request)
        )
        left = services.recovery_codes_left(who.account_id or 0)
        if left < 3:
            messages.warning(request, f"恢复码只剩 {left} 个，请在“我的账号”里重新生成。")
        return _with_new_cookie(request, HttpResponseRedirect(to), secret)

    words = "退出" if back == "/sign-out/" else "先不"
    form = CodeForm(request.POST if request.method == "POST" else None)
    return asking.ask(request, act=act, back=back, back_words=words, form=form, **page)


def _session(sign_in: SignIn) -> Any:
    if sign_in.session is None:
        raise NotAllowed("接口密钥不能用动态验证码登录。")
    return sign_in.session


def _with_new_cookie(request: HttpRequest, response: HttpResponseBase, secret: str) -> HttpResponseBase:
    """What opens more is a new cookie and a new CSRF token, so that neither was known before."""
    rotate_token(request)
    sessions.remember(response, secret)
    return response


@public
def bind_at_the_door(request: HttpRequest) -> HttpResponseBase:
    """Whoever must have a second factor and has none binds one before anything else opens."""
    if request.actor is not None:  # type: ignore[attr-defined]
        return HttpResponseRedirect(HERE)
    who, sign_in = _half(request)
    if services.has_factor(who.account_id or 0):
        return HttpResponseRedirect("/staff/sign-in/second/")
    return _bind(request, who, sign_in, frame="kit/portal.html", then=HOME, back="/sign-out/", must=True)


@staff
def bind(request: HttpRequest) -> HttpResponseBase:
    """Bind a second factor of one's own accord."""
    who, sign_in = _own(request)
    if services.has_factor(who.account_id or 0):
        return HttpResponseRedirect(HERE)
    return _bind(request, who, sign_in, frame="kit/desk.html", then=HERE, back=HERE, must=False)


def _bind(
    request: HttpRequest, who: Actor, sign_in: SignIn, *, frame: str, then: str, back: str, must: bool
) -> HttpResponseBase:
    form = FirstCodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                bound = services.bind_factor(
                    actor=who, session=_session(sign_in), code=form.cleaned_data["code"], at=moments.now(),
                    ip=_ip(request),
                )  # fmt: skip
            except services.FactorStands:
                raise  # the page that would ask again has nothing to offer any more
            except Refusal as refusal:
                refuse_form(form, refusal)
                status = refusal.status
            else:
                return _with_new_cookie(request, _show_codes(request, bound.codes, then, frame), bound.session_secret)
    offer = services.offer_factor(actor=who, at=moments.now())
    page = {
        "frame": frame,
        "form": form,
        "qr": segno.make(offer.uri, error="m").svg_data_uri(scale=4, border=3),
        "secret": " ".join(offer.secret[place : place + 4] for place in range(0, len(offer.secret), 4)),
        "back": back,
        "must": must,
    }
    response = render(request, "identity/bind_factor.html", page, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _show_codes(request: HttpRequest, codes: list[str], then: str, frame: str) -> HttpResponse:
    response = render(request, "identity/recovery_codes.html", {"codes": codes, "then": then, "frame": frame})
    response["Cache-Control"] = "no-store"
    return response


@staff
def show(request: HttpRequest) -> HttpResponseBase:
    """Whether a second factor is bound, when it was used, how many recovery codes are left."""
    who, sign_in = _own(request)
    factor = SecondFactor.objects.filter(account_id=who.account_id or 0, confirmed_at__isnull=False).first()
    return render(
        request,
        "identity/second_factor.html",
        {
            "factor": factor,
            "left": services.recovery_codes_left(who.account_id or 0) if factor else 0,
            "demanded": services.is_demanded("staff"),
            "minutes": selectors.profile_of("staff").factor_minutes,
            "sign_in": sign_in,
        },
    )


@fresh_factor
@staff
def renew_codes(request: HttpRequest) -> HttpResponseBase:
    """Ten new recovery codes."""
    who, sign_in = _own(request)

    def act(_given: dict[str, Any]) -> HttpResponseBase:
        codes = services.renew_recovery_codes(actor=who, sign_in=sign_in, at=moments.now())
        return _show_codes(request, codes, HERE, "kit/desk.html")

    return asking.ask(
        request,
        heading="重新生成恢复码？",
        warning="原来的恢复码（用过的、没用过的）全部作废。新的只显示一次。",
        verb="重新生成",
        act=act,
        back=HERE,
        frame="kit/desk.html",
    )
