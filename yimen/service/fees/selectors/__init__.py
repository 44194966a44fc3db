"""What may be asked of charges, bills and money."""

from __future__ import annotations

from yimen.service.fees.selectors.bills import bill_by_code, bills_of_case, unpaid_of_case
from yimen.service.fees.selectors.charges import charges_for, differences, in_force
from yimen.service.fees.selectors.refunds import refunds_waiting

__all__ = [
    "bill_by_code",
    "bills_of_case",
    "charges_for",
    "differences",
    "in_force",
    "refunds_waiting",
    "unpaid_of_case",
]
