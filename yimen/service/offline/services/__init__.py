"""What may be told to an offline window. One verb, one transaction; `at` is the moment that counts."""

from yimen.service.offline.services.devices import end_device, enrol, set_setting
from yimen.service.offline.services.merging import Envelope, Outcome, merge
from yimen.service.offline.services.numbers import close_block, top_up
from yimen.service.offline.services.settling import confirm, correct, decline, settle_fault, void

__all__ = [
    "Envelope",
    "Outcome",
    "close_block",
    "confirm",
    "correct",
    "decline",
    "end_device",
    "enrol",
    "merge",
    "set_setting",
    "settle_fault",
    "top_up",
    "void",
]
