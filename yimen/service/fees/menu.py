"""Entries in the menus. None counts what waits: whoever has to act is told by a notice."""

from __future__ import annotations

from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.fees import policies
from yimen.service.fees.views.bills import LOOKS
from yimen.service.fees.views.reductions import LOOKS as REDUCTIONS

CATALOGUE = (policies.PROPOSE, policies.CHECK_LAW, policies.CHECK_PRICE, policies.APPROVE, policies.VIEW)


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    register_menu("footer", MenuItem("收费公示", "fees:catalogue", "list", order=20))
    register_menu("own", MenuItem("我的缴费", "fees:my_bills", "list", order=45, for_kind="citizen"))
    for item in (
        MenuItem("缴费单", "fees:bills", "list", LOOKS, group="收费", order=60),
        MenuItem("收费减免", "fees:reductions", "file", REDUCTIONS, group="收费", order=61),
        MenuItem(
            "退款和待处理款", "fees:refunds", "file", (policies.COLLECT, policies.CONFIRM), group="收费", order=64
        ),
        MenuItem("日结对账", "fees:days", "calendar", (policies.COLLECT, policies.CONFIRM), group="收费", order=65),
        MenuItem("收费账", "fees:ledger", "list", policies.VIEW, group="收费", order=62),
        MenuItem("收费统计", "fees:report", "chart", policies.VIEW, group="收费", order=63),
    ):
        register_menu("desk", item)
    for item in (
        MenuItem("收费科目", "fees:charges", "list", CATALOGUE, group="收费", order=60),
        MenuItem("收费不一致", "fees:differences", "file", CATALOGUE, group="收费", order=61),
        MenuItem("财政票据", "fees:tickets", "file", policies.TICKETS, group="收费", order=62),
    ):
        register_menu("manage", item)
