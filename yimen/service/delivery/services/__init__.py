"""What may be told to the issuing window and to parcels."""

from __future__ import annotations

from yimen.service.delivery.services.cabinets import add_cabinet, end_cabinet
from yimen.service.delivery.services.handing import Shown, hand_over, open_cell
from yimen.service.delivery.services.mailing import (
    Address,
    choose_way,
    collect,
    move,
    order,
    post,
    record_order,
    send_again,
)
from yimen.service.delivery.services.notices import close_notice, read_notice, take_notice
from yimen.service.delivery.services.registering import change_code, close_elsewhere, register, shelve, withdraw
from yimen.service.delivery.services.reminding import remind_due

__all__ = [
    "Address",
    "Shown",
    "add_cabinet",
    "change_code",
    "choose_way",
    "close_elsewhere",
    "close_notice",
    "collect",
    "end_cabinet",
    "hand_over",
    "move",
    "open_cell",
    "order",
    "post",
    "read_notice",
    "record_order",
    "register",
    "remind_due",
    "send_again",
    "shelve",
    "take_notice",
    "withdraw",
]
