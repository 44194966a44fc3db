"""What may be told to supervision. Each verb is one transaction, says who may, and leaves one audit row of its own."""

from yimen.watch.supervision.services.alerts import AlreadyRaised, Found, detect, raise_alert, terms_now
from yimen.watch.supervision.services.course import (
    accept_explanation,
    appeal,
    confirm,
    explain,
    give_card,
    lapse,
    note,
    revoke,
    soften,
    take_back,
)
from yimen.watch.supervision.services.finding import (
    look_at_acceptance,
    look_at_correction,
    look_at_decision,
    look_at_not_accepted,
    nightly,
    raise_attitude,
)
from yimen.watch.supervision.services.judging import raise_overdue, rejudge_all, rejudge_matters
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
from yimen.watch.supervision.services.settings import set_terms
from yimen.watch.supervision.services.walls import (
    CODE_MINUTES,
    WrongCode,
    add_wall,
    digest,
    end_wall,
    note_seen,
    open_wall,
)

__all__ = [
    "CODE_MINUTES",
    "AlreadyRaised",
    "Found",
    "NoChange",
    "RuleDraft",
    "StaleRule",
    "WrongCode",
    "accept_explanation",
    "add_rule",
    "add_wall",
    "appeal",
    "begin_relook",
    "change_rule",
    "confirm",
    "detect",
    "digest",
    "end_wall",
    "explain",
    "give_card",
    "lapse",
    "look",
    "look_at_acceptance",
    "look_at_correction",
    "look_at_decision",
    "look_at_not_accepted",
    "nightly",
    "note",
    "note_seen",
    "open_wall",
    "raise_alert",
    "raise_attitude",
    "raise_overdue",
    "recount_board",
    "rejudge_all",
    "rejudge_matters",
    "relook",
    "revoke",
    "set_terms",
    "soften",
    "take_back",
    "terms_now",
]
