"""The catalogue's own refusals, named for what is refused."""

from __future__ import annotations

from collections.abc import Sequence

from yimen.ground.kit.refusals import Conflict, Invalid, NotFound, Refusal
from yimen.service.catalogue.rules.quality import Finding


class ItemUnknown(NotFound):
    """There is no such item."""

    code = "item_unknown"


class ItemCancelled(Refusal):
    """The item has been cancelled (R025): 凡是取消的项目，一律不得录入."""

    code = "item_cancelled"


class ItemFrozen(Refusal):
    """The item is not being handled for the time being."""

    code = "item_frozen"


class ItemNotPublished(Refusal):
    """The item has no edition in force."""

    code = "item_not_published"


class EditionNotOpen(Conflict):
    """The edition is no longer in a status in which this can be done."""

    code = "edition_not_open"


class EditionMoved(Conflict):
    """Somebody else has saved the edition since it was read."""

    code = "edition_moved"


class OwnCheck(Refusal):
    """Nobody checks the legality of what they wrote themselves (R045)."""

    status = 403
    code = "own_check"


class NotPublishable(Invalid):
    """Findings stand against publication; `fields` names them by element."""

    code = "not_publishable"

    def __init__(self, findings: Sequence[Finding]) -> None:
        fields: dict[str, str] = {}
        for finding in findings:
            fields[finding.element] = " ".join(part for part in (fields.get(finding.element), finding.message) if part)
        super().__init__(
            f"有 {len(findings)} 处要改正，还不能发布。", next_step="请按下列提示改正后再提交。", fields=fields
        )
        self.findings = tuple(findings)


class ImportNotPossible(Conflict):
    """The batch is not in a status in which this can be done."""

    code = "import_not_possible"
