"""切换办事身份: in whose name one goes on."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from yimen.ground.identity import selectors, services
from yimen.ground.identity.policies import citizens, in_any_standing
from yimen.ground.identity.rules import Actor, SignIn
from yimen.ground.kit import asking, forms, moments
from yimen.ground.kit.refusals import NotAllowed, NotFound


def who(request: HttpRequest) -> tuple[Actor, SignIn]:
    """The signed-in person and the sign-in."""
    return request.actor, request.sign_in  # type: ignore[attr-defined]  # the shape of our requests


@in_any_standing
@citizens
def acting(request: HttpRequest) -> HttpResponse:
    """Oneself, the enterprises one acts for, the principals whose mandate is in force."""
    actor, _ = who(request)
    account = selectors.account(actor.uid)
    today = moments.day_of(moments.now())
    mandates = list(selectors.mandates_received(account).filter(ended_at__isnull=True, valid_to__gte=today)[:100])
    return render(
        request,
        "identity/acting.html",
        {
            "account": account,
            "standing": actor.standing,
            "places": [each for each in selectors.memberships(account.pk) if each.enterprise_id != account.party_id],
            "mandates": [each for each in mandates if each.state(today) == "in_force"],
            "waiting": [each for each in mandates if each.state(today) == "offered"],
            "person": account.party is not None and account.party.kind == "natural",
        },
    )


@in_any_standing
@citizens
@require_POST
def act_for(request: HttpRequest, kind: str, uid: UUID) -> HttpResponseBase:
    """Switch; the whole session goes on in that name."""
    actor, sign_in = who(request)
    at = moments.now()
    if sign_in.session is None:
        raise NotAllowed("接口密钥不能切换办事身份。")
    if kind == "mandate":
        said = services.act_under_mandate(actor=actor, session=sign_in.session, mandate=uid, at=at).principal.name
    elif kind == "member":
        said = services.act_as_member(actor=actor, session=sign_in.session, membership=uid, at=at).enterprise.name
    else:
        raise NotFound("没有这种办事身份。")
    messages.success(request, f"已切换，现在代{said}办理。")
    return HttpResponseRedirect("/my/")


@in_any_standing
@citizens
@require_POST
def act_as_oneself(request: HttpRequest) -> HttpResponseBase:
    """Back to one's own name."""
    actor, sign_in = who(request)
    if sign_in.session is not None:
        services.act_as_oneself(actor=actor, session=sign_in.session, at=moments.now())
    messages.success(request, "已回到本人名下。")
    return HttpResponseRedirect("/my/")


class InvitationForm(forms.Form):
    """The code that the enterprise gave."""

    code = forms.Line(
        label="邀请码", max_length=40, help_text="12 位，形如 ABCD-EFGH-JKMN，由单位的法定代表人或管理员给您。"
    )


@citizens
def join(request: HttpRequest) -> HttpResponseBase:
    """Enter the code of an invitation."""
    actor, _ = who(request)

    def act(given: dict[str, str]) -> None:
        place = services.accept_invitation(actor=actor, code=given["code"], at=moments.now())
        messages.success(request, f"您已成为“{place.enterprise.name}”的{place.get_role_display()}，可以切换过去办事。")

    return asking.ask(
        request,
        heading="加入单位",
        note="邀请码只对您本人的证件有效，输错五次作废。",
        verb="加入",
        form=InvitationForm(request.POST if request.method == "POST" else None),
        act=act,
        back="/my/acting/",
        frame="kit/portal.html",
    )


@citizens
def leave(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Act for an enterprise no more."""
    actor, _ = who(request)
    place = selectors.memberships(actor.account_id or 0).filter(uid=uid).first()
    if place is None:
        raise NotFound("您不在这个单位的办事人员名单里。")
    return asking.ask(
        request,
        heading=f"离开“{place.enterprise.name}”？",
        note="您手上没办完的单位办件，转给单位的法定代表人或管理员接着办。",
        verb="离开单位",
        danger=True,
        act=lambda _: services.leave_enterprise(actor=actor, uid=uid, at=moments.now()),
        back="/my/acting/",
        said="您已离开这个单位。",
        frame="kit/portal.html",
    )
