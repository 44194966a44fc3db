"""And afterwards? Systems that somebody was signed on to are told that the person has left, or that the account is closed."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db.models import QuerySet

from yimen.ground.identity.events import AccountClosed, SignedOff
from yimen.ground.identity.models import SignOn, SignOnToken
from yimen.ground.identity.services import sso
from yimen.ground.kit import outbound
from yimen.ground.kit.moments import now
from yimen.ground.kit.outbound import Unreachable
from yimen.ground.kit.outbox import handles

log = logging.getLogger(__name__)


@handles(AccountClosed, outside=True)
def let_out_everywhere(event: AccountClosed) -> None:
    """End every signing-on of the account, and tell each system once (back-channel logout)."""
    at = now()
    theirs = SignOn.objects.filter(account__uid=event.account)
    SignOnToken.objects.filter(sign_on__account__uid=event.account, expires_at__gt=at).update(expires_at=at)
    theirs.filter(ended_at__isnull=True).update(ended_at=at, end_reason="账号停用或注销")
    _tell(theirs, at)


@handles(SignedOff, outside=True)
def let_out_there_too(event: SignedOff) -> None:
    """Tell the systems whose signing-on has ended that the person has left here (back-channel logout)."""
    _tell(SignOn.objects.filter(account__uid=event.account, ended_at__gte=event.at), now())


def _tell(theirs: QuerySet[SignOn], at: datetime) -> None:
    """Tell each system once. Safe to run twice: who was told is not told again; a system that does not answer, or whose
    answer is a failure of its own, makes the outbox try later. One that understands and refuses is not asked again."""
    away: Unreachable | None = None
    waiting = theirs.filter(told_at__isnull=True, code_used_at__isnull=False, ended_at__isnull=False)
    for each in waiting.select_related("account", "system").order_by("pk")[:200]:
        if each.system.logout_uri and each.system.disabled_at is None:
            try:
                reply = outbound.call("POST", each.system.logout_uri, data={"logout_token": sso.logout_token(each, at)})
                if reply.status >= 500:
                    raise Unreachable("对方系统暂时没有回应。", said=f"{each.system.logout_uri}: {reply.status}")
            except Unreachable as failed:
                log.warning("system not told that somebody left", extra={"system": each.system.client_id})
                away = failed
                continue
            if reply.status >= 400:
                log.warning("system refused to let somebody out", extra={"system": each.system.client_id})
        SignOn.objects.filter(pk=each.pk).update(told_at=at)
    if away is not None:
        raise away
