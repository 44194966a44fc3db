"""The tables of charges, bills and money."""

from __future__ import annotations

from yimen.service.fees.models.bank import Attempt, BankNotice, Held, Refund
from yimen.service.fees.models.bills import Bill, BillLine, Reduction
from yimen.service.fees.models.charges import Charge, ChargeVersion
from yimen.service.fees.models.days import BankLine, DayEnd, Difference
from yimen.service.fees.models.money import Entry, Payment, Ticket, TicketRange

__all__ = [
    "Attempt",
    "BankLine",
    "BankNotice",
    "Bill",
    "BillLine",
    "Charge",
    "ChargeVersion",
    "DayEnd",
    "Difference",
    "Entry",
    "Held",
    "Payment",
    "Reduction",
    "Refund",
    "Ticket",
    "TicketRange",
]
