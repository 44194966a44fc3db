"""Bills, as pages ask for them."""

from __future__ import annotations

from django.db.models import QuerySet

from yimen.ground.kit.refusals import NotFound
from yimen.service.fees.models import Bill


def bill_by_code(code: str) -> Bill:
    """The bill with this number, for an address that is itself the right to see it; raises `NotFound`."""
    found = Bill.objects.select_related("case__matter", "department", "centre", "window").filter(code=code[:40]).first()
    if found is None:
        raise NotFound("没有这张缴费单。", next_step="请核对单号。")
    return found


def bills_of_case(case_id: int) -> QuerySet[Bill]:
    """The bills of a case, first to last."""
    return Bill.objects.filter(case=case_id).select_related("department").order_by("pk")


def unpaid_of_case(case_id: int) -> QuerySet[Bill]:
    """Those that hold its delivery."""
    return bills_of_case(case_id).filter(state=Bill.State.UNPAID)
