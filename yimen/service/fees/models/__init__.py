"""The tables of charges, bills and money."""

from __future__ import annotations

from yimen.service.fees.models.bills import Bill, BillLine, Reduction
from yimen.service.fees.models.charges import Charge, ChargeVersion
from yimen.service.fees.models.money import Entry, Payment, Ticket, TicketRange

__all__ = [
    "Bill",
    "BillLine",
    "Charge",
    "ChargeVersion",
    "Entry",
    "Payment",
    "Reduction",
    "Ticket",
    "TicketRange",
]
