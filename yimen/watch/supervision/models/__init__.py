"""What electronic supervision keeps."""

from yimen.watch.supervision.models.alerts import Alert, Card, CardChange, Terms, Violation, Watermark
from yimen.watch.supervision.models.lights import LightChange
from yimen.watch.supervision.models.places import ItemPlaces, StepPlace
from yimen.watch.supervision.models.results import OutsideResult, ResultBatch
from yimen.watch.supervision.models.rules import Relook, Rule, RuleVersion
from yimen.watch.supervision.models.walls import WallScreen

__all__ = [
    "Alert",
    "Card",
    "CardChange",
    "ItemPlaces",
    "LightChange",
    "OutsideResult",
    "Relook",
    "ResultBatch",
    "Rule",
    "RuleVersion",
    "StepPlace",
    "Terms",
    "Violation",
    "WallScreen",
    "Watermark",
]
