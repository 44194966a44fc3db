"""What may be told to supervision. Each verb is one transaction, says who may, and leaves one audit row of its own."""

from yimen.watch.supervision.services.lights import look, recount_board
from yimen.watch.supervision.services.rules import (
    NoChange,
    RuleDraft,
    StaleRule,
    add_rule,
    begin_relook,
    change_rule,
    relook,
)

__all__ = [
    "NoChange",
    "RuleDraft",
    "StaleRule",
    "add_rule",
    "begin_relook",
    "change_rule",
    "look",
    "recount_board",
    "relook",
]
