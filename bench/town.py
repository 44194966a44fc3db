"""What the parts must know of the town in which they measure; no Django here."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(slots=True)
class Clerk:
    """A clerk of one department's window: with `token` and `session` the load signs in; `template` is a case of theirs."""

    account: int
    token: str
    session: str
    window: int
    department: int
    template: int


@dataclass(slots=True)
class Town:
    """What the parts must know of the world; kept in a file beside the databases."""

    clerks: list[Clerk]

    def keep(self, file: Path) -> None:
        """Write it where `read` finds it."""
        file.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, file: Path) -> Town:
        """What `keep` wrote."""
        return cls([Clerk(**each) for each in json.loads(file.read_text())["clerks"]])
