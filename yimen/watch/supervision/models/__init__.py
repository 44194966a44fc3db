"""What electronic supervision keeps."""

from yimen.watch.supervision.models.lights import LightChange
from yimen.watch.supervision.models.rules import Relook, Rule, RuleVersion

__all__ = ["LightChange", "Relook", "Rule", "RuleVersion"]
