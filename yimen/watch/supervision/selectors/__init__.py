"""What may be asked of supervision."""

from yimen.watch.supervision.selectors.board import (
    Board,
    Group,
    RedFilters,
    Shining,
    board,
    colour_history,
    shining,
    what_is_red,
)
from yimen.watch.supervision.selectors.rules import (
    rule_by_code,
    rule_list,
    rules_in_force,
    signal_terms,
    versions_of,
)

__all__ = [
    "Board",
    "Group",
    "RedFilters",
    "Shining",
    "board",
    "colour_history",
    "rule_by_code",
    "rule_list",
    "rules_in_force",
    "shining",
    "signal_terms",
    "versions_of",
    "what_is_red",
]
