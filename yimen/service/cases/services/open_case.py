"""What every verb begins with: the case, its edition as pinned, its applicant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import party as party_file
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters.selectors import Asked
from yimen.ground.matters.services import lock, ready_to
from yimen.service.cases import rules
from yimen.service.cases.editions import EditionCard, pinned_edition
from yimen.service.cases.models import Case

if TYPE_CHECKING:
    from yimen.ground.identity.models import Party


@dataclass(slots=True)
class OpenCase:
    """A case with what its letters and clocks need. Access is decided by the step itself, in `matters`."""

    case: Case
    code: str
    matter_id: int
    edition: EditionCard
    party: Party
    ready: Asked | None = None

    def admit(self, action: str, actor: Actor, at: datetime, seen: int | None) -> None:
        """May they, is the step open? Asked before numbers and seals are spent on it.

        The matter is held from here on, so that letter and step are of one department, also while a reorganisation moves it.
        """
        lock(self.matter_id)
        self.ready = ready_to(matter=self.matter_id, action=action, actor=actor, at=at, seen=seen)
        self.case.matter.department_id = self.ready.department_id

    def terms(self) -> rules.Terms:
        """The edition's limits, as pinned when the case was submitted."""
        return self.edition.terms

    def lines(self) -> list[rules.MaterialLine]:
        """The materials as the rules see them."""
        return [
            rules.MaterialLine(order, name, required, state)
            for order, name, required, state in self.case.materials.values_list("order", "name", "required", "state")
        ]


def open_case(code: str) -> OpenCase:
    """Read a case by its number; raises `NotFound`."""
    case = Case.objects.select_related("matter").filter(matter__code=str(code)[:60]).first()
    if case is None or case.matter.applicant_id is None:
        raise no_such_case()
    return OpenCase(
        case=case,
        code=case.matter.code,
        matter_id=case.matter_id,
        edition=pinned_edition(case.edition_id),
        party=party_file(case.matter.applicant_id),
    )


def no_such_case() -> NotFound:
    """The refusal for a number that no case has."""
    return NotFound("没有找到这件办件。", next_step="请核对办件编号。")
