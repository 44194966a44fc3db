"""What may be told to charges, bills and money."""

from __future__ import annotations

from yimen.service.fees.services import bills as bills
from yimen.service.fees.services import charges as charges
from yimen.service.fees.services import collecting as collecting
from yimen.service.fees.services import days as days
from yimen.service.fees.services import held as held
from yimen.service.fees.services import paying as paying
from yimen.service.fees.services import reductions as reductions
from yimen.service.fees.services import refunds as refunds
from yimen.service.fees.services import tickets as tickets
from yimen.service.fees.services.bills import Asked, cancel_bill, raise_at_window, raise_by_rule
from yimen.service.fees.services.charges import Proposal, approve_charge, check_charge, enter_charge, propose_charge
from yimen.service.fees.services.collecting import collect

__all__ = [
    "Asked",
    "Proposal",
    "approve_charge",
    "bills",
    "cancel_bill",
    "charges",
    "check_charge",
    "collect",
    "collecting",
    "days",
    "enter_charge",
    "held",
    "paying",
    "propose_charge",
    "raise_at_window",
    "raise_by_rule",
    "reductions",
    "refunds",
    "tickets",
]
