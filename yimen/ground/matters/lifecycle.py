"""What may follow what. Pure vocabulary: no database, no clock, no request.

A module gives its matters a `Procedure`: one table of states and steps. Guards, buttons, drawings, the glossary and
the access matrix are derived from that table. Running matters keep the version they began with, so an old version
stays registered for as long as a matter may carry it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from yimen.ground.kit.checkpoints import register_check as register_check
from yimen.ground.kit.checkpoints import run_checks as run_checks

Phase = Literal["open", "stopped", "closed"]
ClockEffect = Literal["", "start", "stop", "resume", "extend", "limit", "finish"]
TakenBy = Literal["staff", "applicant", "either", "system"]

BEFORE = ""
"""The state of a matter before its first step."""


@dataclass(frozen=True, slots=True)
class State:
    """A state of a matter.

    `label` is what staff read, `public_label` what the applicant reads; `phase` says whether somebody works on it, the
    clock stands, or it is over.
    """

    code: str
    label: str
    public_label: str
    phase: Phase = "open"


@dataclass(frozen=True, slots=True)
class StepRule:
    """One row of the table: who may do what, from where to where, and what it does to the clock.

    `to` is None where the state stays. `power` names the power of an authorisation letter (R006) that a staff member
    needs besides the permission. `hold_point` is the name under which a hold may stop this step. `order` sorts buttons.
    `document` is the kind of letter that the step issues; `law` the article that orders or allows it. `mandate` is what an
    applicant's agent must be given to take it (`identity.rules.POWERS`). `reopens`: what was over goes on; only to take back
    what the law did by itself.
    `withheld` marks what the authority says within itself before it decides: the applicant sees that it was, not what it said.
    """

    action: str
    label: str
    origins: tuple[str, ...]
    to: str | None
    permission: str
    by: TakenBy = "staff"
    power: str = ""
    clock: ClockEffect = ""
    clock_name: str = ""
    document: str = ""
    reason_needed: bool = False
    hold_point: str = ""
    public_label: str = ""
    law: str = ""
    order: int = 50
    danger: bool = False
    shown: bool = True
    mandate: str = "apply"
    reopens: bool = False
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class ClockStart:
    """A clock to be started: its name, the promised and the legal limit, and the article it rests on.

    A limit of None means that no law and no promise sets one; the clock then runs without a due day and says so.
    `source` is `stated`, `statutory_default` (法定默认) or `none`.
    """

    name: str
    limit: int | None
    unit: str = "workday"
    legal: int | None = None
    legal_unit: str = "workday"
    law: str = ""
    source: str = "stated"


@dataclass(frozen=True, slots=True)
class Procedure:
    """A named, versioned table of states and steps."""

    name: str
    version: int
    label: str
    states: tuple[State, ...]
    steps: tuple[StepRule, ...]

    def state(self, code: str) -> State:
        """The state with this code; raises KeyError for a code that the procedure does not have."""
        for state in self.states:
            if state.code == code:
                return state
        raise KeyError(f"{self.name} v{self.version} has no state {code!r}")

    def step(self, action: str) -> StepRule:
        """The rule of an action, the common ones included; raises KeyError."""
        for rule in (*self.steps, *COMMON_STEPS):
            if rule.action == action:
                return rule
        raise KeyError(f"{self.name} v{self.version} has no step {action!r}")

    def knows(self, action: str) -> bool:
        """Whether the procedure has such a step."""
        return any(rule.action == action for rule in (*self.steps, *COMMON_STEPS))

    def origins(self, rule: StepRule) -> tuple[str, ...]:
        """The states from which a rule may be taken; a common step may be taken from every state that is not closed."""
        if rule.origins:
            return rule.origins
        return tuple(state.code for state in self.states if state.phase != "closed")

    def steps_from(self, state: str) -> tuple[StepRule, ...]:
        """The module's own steps open in a state, in the order of their buttons."""
        found = [rule for rule in self.steps if state in self.origins(rule)]
        return tuple(sorted(found, key=lambda rule: rule.order))

    def faults(self) -> list[str]:
        """What is wrong with the table: unknown states, states nobody reaches, closed states one can leave."""
        codes = {state.code for state in self.states}
        phases = {state.code: state.phase for state in self.states}
        found: list[str] = []
        reached = set()
        for rule in self.steps:
            for origin in rule.origins:
                if origin != BEFORE and origin not in codes:
                    found.append(f"{rule.action}: unknown origin {origin!r}")
                reopened = phases.get(origin) == "closed" and rule.to is not None and phases.get(rule.to) != "closed"
                if reopened and not rule.reopens:
                    found.append(f"{rule.action}: leaves the closed state {origin!r}")
            if rule.to is not None:
                reached.add(rule.to)
                if rule.to not in codes:
                    found.append(f"{rule.action}: unknown target {rule.to!r}")
        found += [f"state {code!r} is never reached" for code in sorted(codes - reached)]
        actions = [rule.action for rule in (*self.steps, *COMMON_STEPS)]
        found += [f"two rules named {action!r}" for action in sorted({a for a in actions if actions.count(a) > 1})]
        return found


STEP_POINT = "matters.step"
"""The check point that every step of every procedure passes, with `matter`, `rule`, `actor` and `at`. It is asked again when
the step's button is drawn, then with the `Matter` itself, so a check reads only what stands in both."""


MOVE, MOVE_BACK = "move_version", "move_back"
"""A running matter goes on under another version on purpose, and back."""

COMMON_STEPS: tuple[StepRule, ...] = (
    StepRule("claim", "认领", (), None, "matters.claim", order=1, public_label="有人接手办理", shown=False),
    StepRule("release", "退回认领", (), None, "matters.claim", order=2, shown=False),
    StepRule("hand_over", "转交", (), None, "matters.hand_over", order=90, reason_needed=True, shown=False),
    StepRule(
        "reassign",
        "划转",
        (),
        None,
        "matters.hold",
        by="system",
        order=93,
        public_label="转由新机构接着办理",
        shown=False,
    ),
    StepRule("give_back", "经办人离岗，退回", (), None, "matters.hold", by="system", order=94, shown=False),
    StepRule("place_hold", "设置挂起条件", (), None, "matters.hold", by="system", order=91, shown=False),
    StepRule("lift_hold", "解除挂起条件", (), None, "matters.hold", by="system", order=92, shown=False),
    StepRule(
        "recalculate",
        "日历变更重算",
        (),
        None,
        "matters.calendar",
        by="system",
        order=93,
        public_label="放假安排有变，期限重新计算",
        shown=False,
    ),
    StepRule(
        MOVE,
        "移到新版本",
        (),
        None,
        "matters.hold",
        by="system",
        order=95,
        public_label="改按新版本办理",
        shown=False,
    ),
    StepRule(
        MOVE_BACK,
        "移回原版本",
        (),
        None,
        "matters.hold",
        by="system",
        order=96,
        public_label="恢复按原版本办理",
        shown=False,
    ),
)
"""Steps that every procedure has. They change no state, and stand in the ledger like any other; `recalculate` says that the
calendar under the clock was changed, and what that did to the date. Of all of them only a move to another version may leave
a mark on the clock: other limits."""

HARMLESS = frozenset(rule.action for rule in COMMON_STEPS if rule.action not in (MOVE, MOVE_BACK))
"""Common steps that decide nothing about a matter: whoever takes something back need not mind them."""


_procedures: dict[tuple[str, int], Procedure] = {}


def register_procedure(procedure: Procedure) -> None:
    """Make a procedure known; raises ValueError for a faulty table or a second table of the same name and version."""
    faults = procedure.faults()
    if faults:
        raise ValueError(f"{procedure.name} v{procedure.version}: " + "; ".join(faults))
    key = (procedure.name, procedure.version)
    if _procedures.get(key, procedure) != procedure:
        raise ValueError(f"{procedure.name} v{procedure.version} is registered with another table")
    _procedures[key] = procedure


def procedure(name: str, version: int | None = None) -> Procedure:
    """A registered procedure, the newest where no version is named; raises KeyError."""
    if version is None:
        version = max((v for n, v in _procedures if n == name), default=0)
    return _procedures[name, version]


def procedures() -> tuple[Procedure, ...]:
    """Every registered procedure, by name and version."""
    return tuple(_procedures[key] for key in sorted(_procedures))


_pages: dict[str, str] = {}


def register_page(procedure_name: str, url_name: str) -> None:
    """Say under which address staff open a matter of this procedure; the address takes the matter's number."""
    _pages[procedure_name] = url_name


def page_name(procedure_name: str) -> str:
    """The name of the address at which staff open a matter of this procedure; empty where none is known."""
    return _pages.get(procedure_name, "")
