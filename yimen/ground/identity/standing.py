"""In whose place a citizen acts: under a mandate of another, or as one of an enterprise's people. Pure vocabulary.

A mandate (委托书, 民法典 arts. 161–165) gives single powers for all items or some; an enterprise's people have what their
role gives. Both end with the click after they were taken away: the standing is read anew at every request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from yimen.ground.kit.moments import say_date
from yimen.ground.kit.refusals import NotAllowed

StandingKind = Literal["mandate", "member"]
Power = Literal["apply", "correct", "withdraw", "look", "collect"]
POWERS: dict[str, str] = {
    "apply": "提交申请",
    "correct": "补交材料",
    "withdraw": "撤回申请",
    "look": "查看委托人的全部办件",
    "collect": "领取结果",
}
"""What a mandate may give, one by one (民法典 art. 165: a mandate states the powers)."""

ROLES: dict[str, str] = {"owner": "法定代表人", "admin": "管理员", "agent": "经办人"}
MANAGING = ("owner", "admin")
"""Who invites, removes and sees every case of the enterprise; an agent sees what the agent handles."""


class PowerMissing(NotAllowed):
    """The mandate does not give this power, or not for this item."""

    code = "power_missing"


class StandingEnded(NotAllowed):
    """The mandate or the place in the enterprise has ended; nothing is done any more in that name."""

    code = "standing_ended"


@dataclass(frozen=True, slots=True)
class Standing:
    """Acting for `principal` (party `party_id`). `home_party_id` is the actor's own file.

    `items` holds implementation codes, or is None for all. `whole` says that every matter of the principal is seen; else
    only what this account handles. `ended` is why it is over, in Chinese; then nothing may be done under it.
    """

    kind: StandingKind
    uid: UUID
    party_id: int
    principal: str
    agent: str = ""
    home_party_id: int | None = None
    number: str = ""
    role: str = ""
    powers: frozenset[str] = frozenset()
    items: frozenset[str] | None = None
    valid_to: date | None = None
    whole: bool = False
    ended: str = ""

    @property
    def managing(self) -> bool:
        """Whether the enterprise's own file, people and mandates are theirs to manage."""
        return self.kind == "member" and self.role in MANAGING

    @property
    def role_label(self) -> str:
        """The role in Chinese; nothing for a mandate."""
        return ROLES.get(self.role, "")

    def reaches(self, item: str) -> bool:
        """Whether the mandate covers this item at all."""
        return self.items is None or item in self.items

    def demand(self, power: str, item: str) -> None:
        """Raise `PowerMissing` unless this power is given for this item."""
        if self.kind == "member":
            return
        if power not in self.powers:
            raise PowerMissing(
                f"{self.principal}的委托（{self.number}）没有包括“{POWERS.get(power, power)}”。",
                next_step="请委托人本人办理，或请委托人另立包括这一项的委托。",
            )
        if not self.reaches(item):
            raise PowerMissing(
                f"{self.principal}的委托（{self.number}）不包括这个事项。",
                next_step="请委托人本人办理，或请委托人另立包括这个事项的委托。",
            )

    def until(self) -> str:
        """`至 2026年12月31日`, for the line under the masthead."""
        return f"至 {say_date(self.valid_to, weekday=False)}" if self.valid_to else ""


def signed_as(name: str, principal: str) -> str:
    """How steps and audit name both: `张强（代王芳）`; short enough for every place where a name is kept."""
    return f"{name[:40]}（代{principal if len(principal) <= 40 else principal[:39] + '…'}）"
