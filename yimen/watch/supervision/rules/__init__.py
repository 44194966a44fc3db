"""What supervision judges by: kinds of rule, in code and pure; which of them hold, and with what thresholds, is data.

No database, no clock, no request. A kind is a function with named parameters; a rule is a row that names a kind and fills
the parameters in (`supervision.models.RuleVersion`).
"""

from yimen.watch.supervision.rules.kinds import Kind, Param, checked, kind, kinds, register_kind
from yimen.watch.supervision.rules.signals import GREEN, LIGHTS, SIGNAL, SignalTerms, Turn, judge, schedule, severest

__all__ = [
    "GREEN",
    "LIGHTS",
    "SIGNAL",
    "Kind",
    "Param",
    "SignalTerms",
    "Turn",
    "checked",
    "judge",
    "kind",
    "kinds",
    "register_kind",
    "schedule",
    "severest",
]
