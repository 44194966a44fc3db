"""And afterwards? Systems that somebody was signed on to are told that the account is closed or stopped."""

from __future__ import annotations

import logging

from yimen.ground.identity.events import AccountClosed
from yimen.ground.identity.models import SignOn, SignOnToken
from yimen.ground.identity.services import sso
from yimen.ground.kit import outbound
from yimen.ground.kit.moments import now
from yimen.ground.kit.outbound import Unreachable
from yimen.ground.kit.outbox import handles

log = logging.getLogger(__name__)


@handles(AccountClosed, outside=True)
def let_out_everywhere(event: AccountClosed) -> None:
    """End every signing-on of the account, and tell each system once (back-channel logout). Safe to run twice: who was told
    is not told again; a system that does not answer makes the outbox try later."""
    at, away = now(), None
    theirs = SignOn.objects.filter(account__uid=event.account, told_at__isnull=True, code_used_at__isnull=False)
    SignOnToken.objects.filter(sign_on__account__uid=event.account, expires_at__gt=at).update(expires_at=at)
    for each in theirs.select_related("account", "system").order_by("pk")[:200]:
        if each.ended_at is None:
            each.ended_at, each.end_reason = at, "账号停用或注销"
        if each.system.logout_uri and each.system.disabled_at is None:
            try:
                outbound.call("POST", each.system.logout_uri, data={"logout_token": sso.logout_token(each, at)})
            except Unreachable as failed:
                log.warning("system not told of a closed account", extra={"system": each.system.client_id})
                away = failed
                each.save(update_fields=["ended_at", "end_reason"])
                continue
        each.told_at = at
        each.save(update_fields=["ended_at", "end_reason", "told_at"])
    if away is not None:
        raise away
