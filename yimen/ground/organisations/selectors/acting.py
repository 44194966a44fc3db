"""Who acts: the actor of a session, of a token, of an account in a post; one query each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from yimen.ground.identity import selectors as people
from yimen.ground.identity.rules import Actor, PostChoice, SignIn, StandIn
from yimen.ground.identity.rules import Standing as CitizenStanding
from yimen.ground.kit import moments
from yimen.ground.kit.postgresql.statements import Statement
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations.capacities import OpenEmergency, Standing, in_capacity, true_until
from yimen.ground.organisations.models import (
    Post,
)
from yimen.ground.organisations.selectors.kept import KeptUnderStamp

if TYPE_CHECKING:
    from yimen.ground.identity.models import Account


@dataclass(frozen=True, slots=True)
class Found:
    """What the database knows of a session or token: an actor with its sign-in, or why the session has ended.

    `stamp` is the organisation's when the actor was read; `kept` says that the caller's own actor is still true, unless
    the moment `until` has come. `own_post` is the post of one's own, also while one stands in for somebody (`standing`);
    `stood_down` says that this has ended since the last request.
    """

    actor: Actor | None = None
    sign_in: SignIn | None = None
    ended: str = ""
    stamp: UUID | None = None
    kept: bool = False
    stand_ins: tuple[StandIn, ...] = ()
    standing: Standing | None = None
    stood_down: bool = False
    emergency: OpenEmergency | None = None
    own_post: int | None = None
    until: datetime | None = None


_SESSION = Statement("select organisations_session(%s, %s, %s, %s, %s, %s)::text")
_CITIZEN_SESSION = Statement(
    "select organisations_session(%s, %s, %s, %s, %s, %s)::text, identity_standing_of_session(%s, %s)::text"
)
_TOKEN = Statement("select organisations_token(%s, %s, %s)::text, identity_standing_of_token(%s)::text")
_ACTOR = Statement("select organisations_actor(%s, %s, %s)::text")
_POSTS = Statement("select organisations_posts(%s, %s)::text")
_found = msgspec.json.Decoder(Found)
_actors: KeptUnderStamp[tuple[str, date], Found] = KeptUnderStamp(5000)
_actor = msgspec.json.Decoder(Actor)
_acting = msgspec.json.Decoder(CitizenStanding)
_posts = msgspec.json.Decoder(tuple[PostChoice, ...])


def by_session(key_hash: str, at: datetime, *, passive: bool = False) -> Found | None:
    """Session, account, post, rights and letters in one query; None when there is no such session."""
    day = moments.day_of(at)
    held = _actors.get((key_hash, day))
    if held is not None and held.until is not None and at >= held.until:
        held = None
    standing = held.standing.id if held and held.standing else None
    stamp, own_post = (held.stamp, held.own_post) if held else (None, None)
    asked: list[Any] = [key_hash, at, passive, stamp, own_post, standing]
    acting: str | None = None
    if held is not None and held.actor is not None and held.actor.kind == "staff":
        text = _SESSION.value(asked)
    else:
        text, acting = _CITIZEN_SESSION.first([*asked, key_hash, at]) or ("", None)
    if not text:
        return None
    found = _found.decode(text)
    if held is not None and found.kept:
        return _acting_in(replace(held, sign_in=found.sign_in), acting)
    if found.actor is not None:
        beside = (found.standing, found.emergency, found.stand_ins)
        found = replace(
            found,
            own_post=found.actor.post_id,
            actor=in_capacity(found.actor, *beside, at),
            until=true_until(*beside, at),
        )
        _actors.keep((key_hash, day), replace(found, stood_down=False))
    return _acting_in(found, acting)


def by_token(token_hash: str, at: datetime) -> Found | None:
    """The same for an API token, with no more rights than its scopes name; None when it is unknown, expired or revoked,
    or its account disabled."""
    day = moments.day_of(at)
    held = _actors.get((token_hash, day))
    text, acting = _TOKEN.first([token_hash, at, held.stamp if held else None, token_hash]) or ("", None)
    if not text:
        return None
    found = _found.decode(text)
    if held is not None and found.kept and found.sign_in == held.sign_in:
        return _acting_in(held, acting)
    if found.actor is None or found.sign_in is None:
        return found
    allowed = frozenset(right for right in found.actor.permissions if found.sign_in.allows(right.code))
    role = found.actor.admin_role if found.sign_in.allows(f"admin.{found.actor.admin_role}") else ""
    found = replace(found, actor=replace(found.actor, permissions=allowed, admin_role=role))
    _actors.keep((token_hash, day), found)
    return _acting_in(found, acting)


def _acting_in(found: Found, text: str | None) -> Found:
    """The same with whom the citizen acts for, read anew each time; what has ended gives nothing but the reason."""
    if not text or found.actor is None:
        return found
    standing = _acting.decode(text)
    if not standing.ended:
        return replace(found, actor=people.in_standing(found.actor, standing))
    sign_in = replace(found.sign_in or SignIn(), standing_ended=standing.ended)
    home = None if standing.home_party_id is None else found.actor.party_id
    return replace(found, actor=replace(found.actor, party_id=home), sign_in=sign_in)


def actor_for(account: Account, at: datetime, post: Post | None = None) -> Actor:
    """The actor an account is at a moment, in `post` (None: the main one). Raises `NotFound` for a disabled account
    and for a post that it does not hold then."""
    held = posts_of(account.pk, moments.day_of(at))
    if post is not None and post.pk not in {choice.post_id for choice in held}:
        raise NotFound("该账号当日不担任这个岗位。")
    chosen = post.pk if post is not None else held[0].post_id if held else None
    text = _ACTOR.value([account.pk, chosen, at])
    if not text:
        raise NotFound("账号不存在或已停用。")
    return _actor.decode(text)


def posts_of(account_id: int | None, on: date) -> tuple[PostChoice, ...]:
    """The posts an account holds on a day, the main one first."""
    text = _POSTS.value([account_id, on])
    return _posts.decode(text) if text else ()


def told_posts(account: Account, at: datetime) -> dict[str, Any]:
    """The posts of a member of staff, as systems learn them that sign people in through us (scope `post`, R016)."""
    held = posts_of(account.pk, moments.day_of(at)) if account.kind == "staff" else ()
    return {"posts": [{"unit": each.unit, "title": each.title} for each in held]}
