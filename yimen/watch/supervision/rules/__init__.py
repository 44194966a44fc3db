"""What supervision judges by: kinds of rule, in code and pure; which of them hold, and with what thresholds, is data.

No database, no clock, no request. A kind is a function with named parameters; a rule is a row that names a kind and fills
the parameters in (`supervision.models.RuleVersion`).
"""

from yimen.watch.supervision.rules import findings, places, results
from yimen.watch.supervision.rules.findings import CLOCKED, OVERDUE, Lateness, is_overdue, overdue_from
from yimen.watch.supervision.rules.kinds import Kind, Param, checked, kind, kinds, register_kind
from yimen.watch.supervision.rules.scopes import chosen
from yimen.watch.supervision.rules.signals import GREEN, LIGHTS, SIGNAL, SignalTerms, Turn, judge, schedule, severest

__all__ = [
    "CLOCKED",
    "GREEN",
    "LIGHTS",
    "OVERDUE",
    "SIGNAL",
    "Kind",
    "Lateness",
    "Param",
    "SignalTerms",
    "Turn",
    "checked",
    "chosen",
    "findings",
    "is_overdue",
    "judge",
    "kind",
    "kinds",
    "overdue_from",
    "places",
    "register_kind",
    "results",
    "schedule",
    "severest",
]
