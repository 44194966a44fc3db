"""One's own account: details, password, sessions."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render

from yimen.ground.identity import forms, selectors, services
from yimen.ground.identity.policies import citizens, signed_in, with_old_password
from yimen.ground.identity.rules import Actor, SignIn
from yimen.ground.identity.services import federated, sessions
from yimen.ground.kit import asking, moments
from yimen.ground.kit.refusals import NotFound

HERE = "/my/account/"


def _who(request: HttpRequest) -> tuple[Actor, SignIn]:
    return request.actor, request.sign_in  # type: ignore[attr-defined]  # the shape of our requests


def frame_of(actor: Actor) -> str:
    """Citizens see the portal's frame, staff the workbench's."""
    return "kit/portal.html" if actor.kind == "citizen" else "kit/desk.html"


@signed_in
def show(request: HttpRequest) -> HttpResponseBase:
    """Details (masked), password, open sessions, posts."""
    actor, sign_in = _who(request)
    account = selectors.account(actor.uid)
    return render(
        request,
        "identity/account.html",
        {
            "frame": frame_of(actor),
            "account": account,
            "party": selectors.masked(account.party) if account.party else None,
            "sessions": selectors.sessions_of(account.pk, moments.now()),
            "sign_in": sign_in,
            "province": federated.provider(),
            "linked": account.identities.first() if federated.provider() else None,
        },
    )


@citizens
def reveal(request: HttpRequest) -> HttpResponseBase:
    """One's own number, telephone, e-mail and address in full, once; recorded."""
    actor, _ = _who(request)
    party = selectors.party(actor.home_party_id or 0)

    def act(_given: dict[str, str]) -> HttpResponseBase:
        full = services.reveal(actor=actor, party=party, reason="", at=moments.now())
        return render(request, "identity/revealed.html", {"party": selectors.masked(party), "full": full})

    return asking.ask(
        request,
        heading="查看完整信息？",
        note="将在屏幕上显示您的完整证件号码和联系方式，请留意身旁有没有别人。",
        verb="查看",
        act=act,
        back=HERE,
        frame="kit/portal.html",
    )


@citizens
def contact(request: HttpRequest) -> HttpResponseBase:
    """Change telephone, e-mail, address."""
    actor, _ = _who(request)
    party = selectors.party(actor.home_party_id or 0)
    return asking.ask(
        request,
        heading="修改联系方式",
        verb="保存",
        form=forms.ContactForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.update_contact(
            actor=actor, party=party, at=moments.now(), **{name: value or None for name, value in given.items()}
        ),
        back=HERE,
        said="联系方式已更新，今后的通知发到新的号码。",
        frame="kit/portal.html",
    )


@with_old_password
@signed_in
def password(request: HttpRequest) -> HttpResponseBase:
    """Change one's password; other sessions end."""
    actor, sign_in = _who(request)
    must = sign_in.must_change_password
    return asking.ask(
        request,
        heading="修改密码",
        note="" if not must else "您的密码由系统初始化或已满有效期，请先修改，再继续使用。",
        verb="修改密码",
        form=forms.ChangePasswordForm(request.POST if request.method == "POST" else None, kind=actor.kind),
        act=lambda given: services.change_password(
            actor=actor, old=given["old"], new=given["password"], at=moments.now(), keep_session=sign_in.session
        ),
        back=HERE if not must else "/sign-out/",
        then=HERE if not must else ("/my/" if actor.kind == "citizen" else "/desk/"),
        said="密码已修改，您在别处的登录已经结束。",
        back_words="先不" if not must else "退出",
        frame=frame_of(actor),
    )


@signed_in
def end_session(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """End one of one's sessions."""
    actor, sign_in = _who(request)
    if uid == sign_in.session:
        return HttpResponseRedirect("/sign-out/")
    if not selectors.sessions_of(actor.account_id or 0, moments.now()).filter(uid=uid).exists():
        raise NotFound("这个登录已经结束。")
    return asking.ask(
        request,
        heading="结束这个登录？",
        note="那台设备上再操作时要重新登录。如果不是您本人登录的，请马上修改密码。",
        verb="结束登录",
        act=lambda _: services.end_session(session=uid, actor=actor, at=moments.now()),
        back=HERE,
        said="那个登录已经结束。",
        frame=frame_of(actor),
    )


@citizens
def close(request: HttpRequest) -> HttpResponseBase:
    """Close one's account for ever."""
    actor, _ = _who(request)

    def act(_given: dict[str, str]) -> HttpResponseBase:
        services.close_account(actor=actor, account=selectors.account(actor.uid), at=moments.now())
        response = HttpResponseRedirect("/")
        sessions.forget(response)
        return response

    return asking.ask(
        request,
        heading="注销账号？",
        warning="注销后不能再登录，也不能恢复。已经提交的申请照常办理，可凭办件编号查询；办件档案依法保存。",
        verb="注销账号",
        danger=True,
        act=act,
        back=HERE,
        frame="kit/portal.html",
    )
