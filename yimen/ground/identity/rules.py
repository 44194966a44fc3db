"""Who acts. Pure vocabulary: no database, no clock, no request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from yimen.ground.identity.standing import POWERS as POWERS
from yimen.ground.identity.standing import ROLES as ROLES
from yimen.ground.identity.standing import PowerMissing as PowerMissing
from yimen.ground.identity.standing import Standing as Standing
from yimen.ground.identity.standing import StandingEnded as StandingEnded

ActorKind = Literal["citizen", "staff", "system"]
ScopeKind = Literal["own", "window", "department", "centre", "division", "all"]


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission code with the scope it is held in.

    `scope_id` is the window's, department's or centre's id; `scope_path` is the division's code prefix for
    `division` (a subtree); both are empty for `own` and `all`.
    """

    code: str
    scope: ScopeKind
    scope_id: int | None = None
    scope_path: str = ""

    def reaches_division(self, code: str) -> bool:
        """Whether a division's code lies in the subtree of a `division` scope. The path is a prefix as it stands: 5110
        is one city, and 511 would be ten of them."""
        return self.scope == "division" and code.startswith(self.scope_path)


@dataclass(frozen=True, slots=True)
class LetterPower:
    """One valid authorisation letter (R006) as far as a decision needs it.

    `items` holds the implementation codes it covers, or is None for all items of the department. Days are inclusive.
    """

    letter_id: int
    number: str
    department_id: int
    powers: frozenset[str]
    items: frozenset[str] | None
    valid_from: date
    valid_to: date

    def covers(self, power: str, item: str, on: date) -> bool:
        """Whether this letter lets its holder use `power` for `item` on that day."""
        return (
            power in self.powers
            and (self.items is None or item in self.items)
            and self.valid_from <= on <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class StandIn:
    """A colleague on leave for whom one may act, and the post in question."""

    id: int
    name: str
    post: str
    unit: str
    begins_at: datetime
    ends_at: datetime


def name_standing_in(name: str, for_name: str) -> str:
    """How ledger and audit name a stand-in."""
    return f"{name}（代{for_name}）"


def stood_in(name: str) -> bool:
    """Whether a name in the ledger is a stand-in's."""
    return name.endswith("）") and "（代" in name


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which post, at which window, and what they hold at this moment.

    Built once per request; never stored. `party_id` is the natural or legal person a citizen acts as; `predecessors` are
    the departments that the actor's has wholly taken over. Where a citizen acts for another (a mandate, an enterprise),
    `standing` says by what right, and `name` names both: 张强（代王芳）. For a stand-in
    (`delegation_id`) uid and account are one's own, place and rights those of the colleague (`stands_for`). `stand_ins` are
    the colleagues for whom one may act now, `emergency_id` the emergency one acts under (organisations.capacities).
    """

    uid: UUID
    name: str
    kind: ActorKind
    account_id: int | None = None
    party_id: int | None = None
    post: str = ""
    post_id: int | None = None
    department_id: int | None = None
    department: str = ""
    window_id: int | None = None
    window: str = ""
    centre_id: int | None = None
    division: str = ""
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    letters: tuple[LetterPower, ...] = ()
    admin_role: str = ""
    predecessors: tuple[int, ...] = ()
    delegation_id: int | None = None
    stands_for: int | None = None
    stands_for_name: str = ""
    stand_ins: tuple[StandIn, ...] = ()
    emergency_id: int | None = None
    standing: Standing | None = None
    codes: frozenset[str] = field(default=frozenset(), init=False, repr=False, compare=False)
    """The codes held in any scope; a page asks for some forty of them."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", frozenset(held.code for held in self.permissions))

    @property
    def home_party_id(self) -> int | None:
        """The actor's own file, whomever the actor acts for just now."""
        return self.standing.home_party_id if self.standing is not None else self.party_id

    def may_manage_party(self, party_id: int) -> bool:
        """Whether this file is the actor's to read in full and to change: the own one, or an enterprise managed."""
        if self.standing is None or party_id != self.standing.party_id:
            return party_id == self.home_party_id
        return self.standing.managing

    def demand_power(self, power: str, item: str) -> None:
        """Raise `PowerMissing` where the actor acts for another whose mandate does not give this power for the item."""
        if self.standing is not None:
            self.standing.demand(power, item)

    def holds(self, code: str) -> bool:
        """Whether the actor holds this permission in any scope."""
        return code in self.codes

    def held(self, code: str) -> tuple[Permission, ...]:
        """Each scope in which the actor holds this permission."""
        return tuple(held for held in self.permissions if held.code == code) if code in self.codes else ()


@dataclass(frozen=True, slots=True)
class PostChoice:
    """A post that the signed-in person holds and may switch to."""

    post_id: int
    title: str
    unit: str
    window: str = ""


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a request knows of its session besides the actor; never stored.

    `session` is the session's uid; None for an API token, whose scopes are then in `token_scopes`. While `factor_due` the
    second factor has still to be proved and the person counts as nobody; `factor_at` is when it was proved last.
    `standing_ended` says, in Chinese, that the right to act for another is over: the next click is refused with it.
    """

    session: UUID | None = None
    must_change_password: bool = False
    factor_due: bool = False
    factor_at: datetime | None = None
    elder_mode: bool = False
    token_scopes: tuple[str, ...] | None = None
    standing_ended: str = ""

    def allows(self, code: str) -> bool:
        """May this sign-in use the permission? A session may; a token only what its scopes name.

        `cases.*` names a whole module; what only looks (`….view`) is open to every token, since the interface itself asks
        for a scope before it answers (`kit.apis.actor_of`).
        """
        scopes = self.token_scopes
        return scopes is None or code in scopes or f"{code.partition('.')[0]}.*" in scopes or code.endswith(".view")


SYSTEM = Actor(uid=UUID(int=0), name="一门系统", kind="system", post="系统")
"""The system itself, which takes steps that the statute orders (no person acts)."""
