"""What reading a catalogue file gives: items, and rows that were rejected with their reasons. No database."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from yimen.service.catalogue.importing.mapping import Shape

if TYPE_CHECKING:
    from yimen.service.catalogue.importing.materials import MaterialRow


@dataclass(slots=True)
class ParsedItem:
    """A row that means an item. `values` are fields of `ItemEdition`; `codes` (system, code) pairs kept beside."""

    line: int
    shape: Shape
    source_code: str
    code: str
    code31: str
    base_code: str
    level: str
    department: str
    department_code: str
    catalogue: str
    division: str
    values: dict[str, Any]
    codes: list[tuple[str, str]]
    source: dict[str, Any]
    warnings: list[str] = field(default_factory=list)
    materials: list[MaterialRow] | None = None

    @property
    def row_hash(self) -> str:
        """A digest of what the row says, the same for every encoding and order of columns."""
        said = [
            self.source_code, self.code31, self.level, self.department, self.department_code, self.values, self.codes,
            self.source,
        ]  # fmt: skip
        return _digest(said)

    @property
    def materials_hash(self) -> str:
        """A digest of its materials; "" where no file of materials was given."""
        return _digest([material.said() for material in self.materials]) if self.materials else ""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that could not be taken, with every reason."""

    line: int
    code: str
    name: str
    reasons: tuple[str, ...]
    raw: str
    file: str = "items"


@dataclass(slots=True)
class ParsedFile:
    """A whole catalogue as read."""

    shape: Shape
    items: list[ParsedItem]
    rejected: list[RejectedRow]
    messages: list[str]
    materials_rows: int = 0
    materials_accepted: int = 0
    materials_rejected: list[RejectedRow] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of the items file that are not blank."""
        return len(self.items) + len(self.rejected)


class RowProblems(Exception):
    """Why a row cannot be taken."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("；".join(reasons))
        self.reasons = reasons


def _digest(said: Any) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
