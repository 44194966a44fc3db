"""A fee window with its cashier, charges in force and bills, in the cast's county, for the tests of this module and of every
address."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.cast import BUILT, INSTALLER, Cast, _with_password
from yimen.ground.identity import services as people
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.money import Fen
from yimen.ground.organisations import services as organisations
from yimen.service.cases.tests.stage import submitted
from yimen.service.fees import services
from yimen.service.fees.models import Bill, ChargeVersion, Payment, TicketRange
from yimen.service.fees.rules import Standard
from yimen.service.fees.services import Asked, Proposal

FIXED = Standard("fixed", Fen(2000), unit="证")
RANGE = Standard("range", low_fen=Fen(5000), high_fen=Fen(20000), unit="件")
PER_METRE = Standard("per_unit", Fen(350), unit="平方米")


def hall(cast: Cast) -> Cast:
    """The fee window 10 with its cashier Shen, and Gu of the price bureau. Done once a cast."""
    if "fee10" in cast.windows:
        return cast
    cast.windows["fee10"] = organisations.open_window(
        actor=INSTALLER,
        centre=cast.units["centre"],
        number="10",
        name="统一收费窗口",
        kind="fee",
        departments=[],
        at=BUILT,
    )
    for key, name, unit, duty, window in (
        ("shen", "沈慧", "intake", "cashier", "fee10"), ("shen2", "沈宁", "intake", "cashier", "fee10"),
        ("gu", "顾成", "justice", "head", None),
    ):  # fmt: skip
        account, _code = people.open_staff_account(actor=INSTALLER, name=name, sign_in_name=key, at=BUILT)
        cast.accounts[key] = _with_password(account)
        post = organisations.create_post(
            actor=INSTALLER, unit=cast.units[unit], duty=duty, title="收费岗", at=BUILT,
            window=cast.windows[window] if window else None,
        )  # fmt: skip
        organisations.give_usual_grants(actor=INSTALLER, post=post, at=BUILT)
        cast.posts[key] = organisations.appoint(actor=INSTALLER, post=post, account=cast.accounts[key], at=BUILT)
    organisations.give_grant(actor=INSTALLER, code="fees.check_price", scope="all", post=cast.posts["gu"], at=BUILT)
    return cast


def tickets(cast: Cast, first: int = 1, last: int = 500) -> TicketRange:
    """Numbers for the centre."""
    hall(cast)
    return services.tickets.enter_range(
        actor=cast.actor("manager"),
        centre=cast.units["centre"],
        ticket_code="51990126",
        first=first,
        last=last,
        at=now(),
    )


def proposal(**more: Any) -> Proposal:
    given: dict[str, Any] = {
        "name": "公共场所卫生许可证工本费", "fee_class": "administrative", "revenue": "budget", "standard": FIXED,
        "basis": "关于公共场所卫生许可收费标准的批复", "basis_number": "川发改价格〔2024〕12号", "basis_organ": "川东省发展和改革委员会",
        "valid_from": date(2024, 1, 1), "raised_at": "accepted",
    } | more  # fmt: skip
    return Proposal(**given)


def proposed(cast: Cast, **more: Any) -> ChargeVersion:
    """He of the market department proposes a charge."""
    hall(cast)
    return services.propose_charge(
        actor=cast.actor("he"), given=proposal(**more), department=cast.units["market"], at=now() - timedelta(hours=3)
    )


def checked(cast: Cast, **more: Any) -> ChargeVersion:
    """The legal office and the price bureau have checked it."""
    version = proposed(cast, **more)
    for who, body in (("legal", "legal"), ("gu", "price")):
        version = services.check_charge(
            actor=cast.actor(who), version=version, body=body, words="与文件一致。", at=now() - timedelta(hours=2)
        )
    return version


def charged(cast: Cast, **more: Any) -> ChargeVersion:
    """A charge in force."""
    version = services.enter_charge(actor=cast.actor("system"), version=checked(cast, **more), at=now())
    return services.approve_charge(actor=cast.actor("manager"), version=version, at=now())


def bill(cast: Cast, version: ChargeVersion | None = None, **more: Any) -> Bill:
    """A bill of the market department without a case, raised at the fee window."""
    version = version or ChargeVersion.objects.filter(state="approved").first() or charged(cast)
    given: dict[str, Any] = {"payer_name": "郭小雨", "subject": "补领公共场所卫生许可证"} | more
    return services.raise_at_window(actor=cast.actor("shen"), asked=[Asked(version)], at=now(), **given)


def case_with_bill(cast: Cast, **more: Any) -> tuple[str, Bill]:
    """A case that Wang has accepted, and the bill that follows by rule."""
    from yimen.service.cases import services as cases
    from yimen.service.cases.tests.stage import published

    item = published(cast)
    version = charged(cast, items=[item.pk], **more)
    code = submitted(cast, item)
    cases.accept_case(code=code, actor=cast.actor("wang"), at=now())
    made = services.raise_by_rule(code=code, occasion=version.raised_at, at=now())
    assert made is not None
    return code, made


def paid(cast: Cast, made: Bill | None = None) -> Payment:
    """Shen takes the cash for a bill."""
    if not TicketRange.objects.exists():
        tickets(cast)
    made = made or bill(cast)
    return services.collect(actor=cast.actor("shen"), bill=made, way="cash", received_fen=Fen(made.due_fen), at=now())


TODAY = day_of(now())
