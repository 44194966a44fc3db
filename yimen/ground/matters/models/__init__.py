"""The thread and its ledger: what somebody is waiting for, and what was done about it (architecture §3)."""

from yimen.ground.matters.models.effects import EffectTaken, EffectTerms, EffectWarning
from yimen.ground.matters.models.ledger import LedgerHead, Seal, SealEntry, Step, Unsealed
from yimen.ground.matters.models.moves import MovedMatter, Recalculation
from yimen.ground.matters.models.thread import Behalf, Hold, Matter
from yimen.ground.matters.models.watch import Tally, WatchAhead
from yimen.ground.matters.proof.models import LedgerDigest

__all__ = [
    "Behalf",
    "EffectTaken",
    "EffectTerms",
    "EffectWarning",
    "Hold",
    "LedgerDigest",
    "LedgerHead",
    "Matter",
    "MovedMatter",
    "Recalculation",
    "Seal",
    "SealEntry",
    "Step",
    "Tally",
    "Unsealed",
    "WatchAhead",
]
