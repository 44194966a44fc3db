"""In which capacity somebody acts: of their own, for a colleague on leave, or under an emergency. Pure.

A stand-in is still oneself: uid and account are one's own, and the name says for whom (`李某（代陈敏）`), so that ledger, audit
and timeline show both without being told. Rights and place are the colleague's, never more than they are at this moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from yimen.ground.identity.rules import Actor, LetterPower, Permission, ScopeKind, StandIn, name_standing_in

BREAK_GLASS = "organisations.break_glass"
DECIDE = "decide"


@dataclass(frozen=True, slots=True)
class Standing:
    """A delegation one acts under: `actor` is who its holder is in that post now."""

    id: int
    codes: frozenset[str]
    ends_at: datetime
    actor: Actor


@dataclass(frozen=True, slots=True)
class OpenEmergency:
    """An emergency that stands open: its permissions, and the scopes in which they hold."""

    id: int
    codes: frozenset[str]
    places: tuple[tuple[ScopeKind, int | None, str], ...]
    ends_at: datetime


def is_delegable(code: str) -> bool:
    """Whether a permission may be used by a stand-in: rights over rights (posts, letters, emergencies) may not."""
    return not code.startswith(("organisations.", "admin."))


def opens_in_emergency(code: str) -> bool:
    """Whether an emergency may give a permission; rights over rights it may not."""
    return is_delegable(code)


def in_capacity(
    own: Actor,
    standing: Standing | None,
    emergency: OpenEmergency | None,
    stand_ins: Iterable[StandIn],
    at: datetime,
) -> Actor:
    """The actor that all of it makes at a moment."""
    acting = own if standing is None else as_stand_in(own, standing)
    if standing is None and emergency is not None and own.holds(BREAK_GLASS):
        acting = in_emergency(own, emergency)
    live = tuple(each for each in stand_ins if each.begins_at <= at < each.ends_at)
    return replace(acting, stand_ins=live) if live else acting


def true_until(
    standing: Standing | None, emergency: OpenEmergency | None, stand_ins: Iterable[StandIn], at: datetime
) -> datetime | None:
    """The moment from which `in_capacity` may say something else; None for as long as nothing is changed."""
    moments = [each.ends_at for each in (standing, emergency) if each is not None]
    moments += [moment for each in stand_ins for moment in (each.begins_at, each.ends_at)]
    return min((moment for moment in moments if moment > at), default=None)


def as_stand_in(own: Actor, standing: Standing) -> Actor:
    """Oneself in a colleague's place: of the colleague's permissions those delegated, of the letters what `letters_of` leaves."""
    theirs = standing.actor
    return replace(
        theirs,
        uid=own.uid,
        name=name_standing_in(own.name, theirs.name),
        account_id=own.account_id,
        permissions=frozenset(
            right for right in theirs.permissions if right.code in standing.codes and is_delegable(right.code)
        ),
        letters=letters_of(own.letters, theirs.letters),
        admin_role="",
        delegation_id=standing.id,
        stands_for=theirs.account_id,
        stands_for_name=theirs.name,
    )


def letters_of(own: Iterable[LetterPower], theirs: Iterable[LetterPower]) -> tuple[LetterPower, ...]:
    """What a stand-in may do by letter: the colleague's letters without the power to decide, and that power only where a
    letter of the same department gives it to the stand-in too, for what both letters cover (R006)."""
    own, theirs = tuple(own), tuple(theirs)
    found = [replace(letter, powers=letter.powers - {DECIDE}) for letter in theirs if letter.powers - {DECIDE}]
    found += [
        replace(
            mine,
            powers=frozenset({DECIDE}),
            items=_both(mine.items, letter.items),
            valid_from=max(mine.valid_from, letter.valid_from),
            valid_to=min(mine.valid_to, letter.valid_to),
        )
        for letter in theirs
        for mine in own
        if DECIDE in letter.powers & mine.powers and letter.department_id == mine.department_id
    ]
    return tuple(found)


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def in_emergency(own: Actor, emergency: OpenEmergency) -> Actor:
    """One's own rights and those of the emergency. The post's name bears its number, so that every act is marked in ledger
    and audit. No letter comes with it: who needs one to decide, still needs it (R006)."""
    wider = {
        Permission(code, scope, scope_id, scope_path)
        for code in emergency.codes
        if opens_in_emergency(code)
        for scope, scope_id, scope_path in emergency.places
    }
    return replace(
        own,
        post=f"{own.post}{mark_of(emergency.id)}",
        permissions=own.permissions | wider,
        emergency_id=emergency.id,
    )


def mark_of(emergency_id: int) -> str:
    """How acts under an emergency are marked behind the post's name."""
    return f"（应急授权第 {emergency_id} 号）"
