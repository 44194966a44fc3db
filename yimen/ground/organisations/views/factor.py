"""A colleague's lost telephone: the security administrator frees the account (R016)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase

from yimen.ground.identity import services as identity
from yimen.ground.identity.policies import administrators, fresh_factor
from yimen.ground.kit import asking, moments
from yimen.ground.organisations import forms as our
from yimen.ground.organisations.views.places import actor_of
from yimen.ground.organisations.views.staff import access_account, staff_url


@fresh_factor
@administrators("security")
def reset(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take the second factor of an account away, with the reason."""
    account = access_account(request, uid)
    return asking.ask(
        request,
        heading=f"解除 {account.name} 的动态验证码？",
        warning="请先当面核对本人。解除后登录随即结束，恢复码作废；须绑定的，下次登录时重新绑定。本人会收到通知。",
        verb="解除",
        danger=True,
        form=our.ReasonForm(request.POST if request.method == "POST" else None),
        act=lambda given: identity.reset_factor(
            actor=actor_of(request), account=account, reason=given["reason"], at=moments.now()
        ),
        back=staff_url(account),
        said="已解除，本人下次登录后可重新绑定。",
    )
