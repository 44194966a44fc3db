"""The fee window of 清河县: the catalogue through its checks, the year's bills and money, tickets, reductions (R168–R184)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import day_of, local
from yimen.ground.kit.money import Fen, parse_yuan
from yimen.ground.organisations import services as organisations
from yimen.house.demo.acting import Stage
from yimen.house.demo.fee_list import CHARGES, DemoCharge
from yimen.service.cases.models import Case
from yimen.service.catalogue.models import ServiceItem
from yimen.service.fees import services
from yimen.service.fees.models import Attempt, Bill, ChargeVersion, Difference, Payment
from yimen.service.fees.rules import Standard
from yimen.service.fees.services import Asked, Proposal

if TYPE_CHECKING:
    from yimen.ground.identity.rules import Actor

CASHIER, MANAGER, LEADER, NETWORK = "xuqing", "hezhinian", "luanchuan", "xitong"
TICKETS = ("51990126", 1_300_001, 1_302_000)
MOST = 60
REASONS = {
    "reduced": "小微企业技术改造，申请减半。",
    "exempt": "低保户换证，申请免收。",
    "asked": "停产检修两个月，申请减收。",
}


def tell(stage: Stage) -> None:
    """The chapter, in the order of its days."""
    _Chapter(stage).tell()


class _Chapter:
    def __init__(self, stage: Stage) -> None:
        self.stage, self.county = stage, stage.county
        self.cashier, self.manager = stage.actor(CASHIER), stage.actor(MANAGER)
        self.versions: dict[str, ChargeVersion] = {}

    def tell(self) -> None:
        self._catalogue()
        first, last = TICKETS[1:]
        services.tickets.enter_range(
            actor=self.manager, centre=self.county.units["centre"], ticket_code=TICKETS[0], first=first, last=last,
            at=self._at(240, 9),
        )  # fmt: skip
        self._year()
        self._today()
        self._bank_says()
        self._refund()
        self._days()

    def _at(self, back: int, hour: int, minute: int = 0) -> datetime:
        return self.stage.days.at(self.stage.days.back(back), hour, minute)

    # The catalogue

    def _catalogue(self) -> None:
        price = self.county.first("reform", "head")
        organisations.give_grant(
            actor=SYSTEM, code="fees.check_price", scope="all", post=self.county.posts[price], at=self._at(250, 9)
        )
        checker = self.county.actor(price, self.stage.days.now)
        for number, each in enumerate(CHARGES):
            self._enter(each, checker, self._at(248 - number % 3, 10, number * 3))
        self._next_version(checker)
        self._on_its_way()

    def _enter(self, each: DemoCharge, checker: Actor, at: datetime) -> None:
        item = ServiceItem.objects.filter(code=self.stage.codes.get(each.item, "")).values_list("pk", flat=True)
        version = services.propose_charge(
            actor=self.stage.actor(self.county.first(each.department, "head")), department=self.county.units[each.department],
            given=proposal(each, list(item), date(local(at).year - 1, 1, 1)), at=at,
        )  # fmt: skip
        self.versions[each.item] = self._through(version, checker, at)

    def _through(self, version: ChargeVersion, checker: Actor, at: datetime) -> ChargeVersion:
        legal = self.stage.actor("jimingyun")
        for actor, body, words in (
            (legal, "legal", "有上位依据，可以收取。"),
            (checker, "price", "与文件所列标准一致。"),
        ):
            at += timedelta(minutes=40)
            version = services.check_charge(actor=actor, version=version, body=body, words=words, at=at)
        version = services.enter_charge(actor=self.stage.actor(NETWORK), version=version, at=at + timedelta(minutes=30))
        return services.approve_charge(actor=self.manager, version=version, at=at + timedelta(hours=1))

    def _next_version(self, checker: Actor) -> None:
        """The road fee becomes dearer next month, by a new document."""
        before, at = self.versions["occupy_road"], self._at(6, 9)
        each = next(charge for charge in CHARGES if charge.item == "occupy_road")
        given = proposal(each, list(before.items.values_list("pk", flat=True)), day_of(at) + timedelta(days=30))
        made = services.propose_charge(
            actor=self.stage.actor(self.county.first("city", "head")), charge=before.charge, at=at,
            given=Proposal(
                **{name: getattr(given, name) for name in Proposal.__slots__}
                | {"standard": Standard("per_unit", Fen(180), unit="平方米"), "basis_number": "川发改价格〔2026〕9号"}
            ),
        )  # fmt: skip
        self._through(made, checker, at + timedelta(hours=2))

    def _on_its_way(self) -> None:
        """One waits for its checks; one was refused, since its document is abolished."""
        at = self._at(2, 9)
        waiting = DemoCharge(
            "", "water", "水利工程供水费", "nontax", "budget", "per_unit", ("0.18",), "立方米", "关于水利工程供水价格的批复",
            "川发改价格〔2026〕4号", "川东省发展和改革委员会", "window",
        )  # fmt: skip
        abolished = DemoCharge(
            "", "labour", "劳动合同鉴证费", "administrative", "budget", "fixed", ("5",), "份", "劳动合同鉴证收费办法",
            "川劳发〔1999〕22号", "川东省劳动厅", "window",
        )  # fmt: skip
        for each in (waiting, abolished):
            made = services.propose_charge(
                actor=self.stage.actor(self.county.first(each.department, "head")), at=at,
                department=self.county.units[each.department], given=proposal(each, [], date(local(at).year, 1, 1)),
            )  # fmt: skip
        services.charges.refuse_charge(
            actor=self.stage.actor("jimingyun"),
            version=made,
            words="这项收费已由国家取消，不能再收。",
            at=at + timedelta(hours=3),
        )

    # Bills and money

    def _year(self) -> None:
        """The newest cases whose items are charged for: paid the day after, the last ones still unpaid."""
        found = (
            Case.objects.filter(item__in=[pk for each in self.versions.values() for pk in each.items.values_list("pk", flat=True)])
            .exclude(accepted_at=None).select_related("matter").order_by("-accepted_at")[:MOST]
        )  # fmt: skip
        for number, case in enumerate(sorted(found, key=lambda each: each.accepted_at or self.stage.days.now)):
            for occasion, began in (("accepted", case.accepted_at), ("granted", case.decided_at)):
                if began is None or (occasion == "granted" and case.decision != "granted"):
                    continue
                closed = case.matter.closed_at
                at = began + timedelta(minutes=5) if closed is not None else self.stage.days.now - timedelta(minutes=3)
                if at > self.stage.days.now:
                    continue
                bill = services.raise_by_rule(code=case.matter.code, occasion=occasion, at=at, on=day_of(began))
                if bill is not None and closed is not None:
                    self._pay(bill, number, at + timedelta(minutes=45))

    def _pay(self, bill: Bill, number: int, at: datetime) -> None:
        way = "card" if number % 3 == 0 else "cash"
        services.collect(
            actor=self.cashier, bill=bill, way=way, received_fen=Fen(bill.due_fen), at=min(at, self.stage.days.now),
            serial=f"{local(at):%m%d}{800100 + number}" if way == "card" else "",
        )  # fmt: skip

    def _today(self) -> None:
        """At the window: paid, unpaid, a ticket made void, reductions in each state."""
        raised = [
            ("water_taking", 2_000_000, None, "清河县启明机械厂", "三季度取水", 3, "paid"),
            ("building_permit", 86_500, None, "清河县小满汤粉店", "门面改造配套费", 2, "reduced"),
            ("land_planning", 1000, Fen(120_000), "李沛然", "宅基地测绘", 1, "paid"),
            ("house_transfer", 2000, None, "何秀兰", "补换不动产权证两本", 1, "exempt"),
            ("water_taking", 350_000, None, "清河县听泉茶馆", "自备井取水", 0, "asked"),
            ("building_permit", 42_000, None, "李禾", "自建房配套费", 0, "open"),
        ]
        for number, (item, quantity, chosen, payer, subject, back, how) in enumerate(raised):
            at = self._at(back, 9, 20 + number) if back else self.stage.days.now - timedelta(minutes=40 - number)
            bill = services.raise_at_window(
                actor=self.cashier,
                asked=[Asked(self.versions[item], quantity, chosen)],
                payer_name=payer,
                subject=subject,
                at=at,
            )
            if how in ("reduced", "exempt", "asked"):
                self._reduce(bill, how, at + timedelta(minutes=5))
                bill.refresh_from_db()
            if how in ("paid", "reduced"):
                self._pay(bill, number + 200, at + timedelta(minutes=20))
        paid = Bill.objects.filter(state="paid", case=None).order_by("pk").first()
        if paid is not None:
            services.tickets.void_ticket(
                actor=self.cashier,
                ticket=paid.payment.tickets.get(),
                reason="抬头写错，缴款人要求换开。",
                at=self._at(0, 9, 5),
            )

    def _reduce(self, bill: Bill, how: str, at: datetime) -> None:
        fen = {"reduced": bill.due_fen // 2, "exempt": bill.due_fen, "asked": bill.due_fen // 5}[how]
        asked = services.reductions.ask_reduction(
            actor=self.cashier, bill=bill, amount_fen=Fen(fen), at=at,
            reason=REASONS[how],
            document="关于减轻企业和困难群众负担的若干措施", document_number="清府发〔2026〕3号",
        )  # fmt: skip
        if how == "asked":
            return
        services.reductions.decide_reduction(
            actor=self.stage.actor(LEADER),
            reduction=asked,
            approved=True,
            words="同意，按文件执行。",
            at=at + timedelta(minutes=5),
        )
        services.reductions.apply_reduction(actor=self.cashier, reduction=asked, at=at + timedelta(minutes=8))

    # The bank, refunds, ends of days

    def _bank_says(self) -> None:
        """A payment by code, notified three times; one fen short; one for an order that nobody knows."""
        now = self.stage.days.now
        for number, (payer, short) in enumerate((("仲小河", 0), ("逯青", 1)), 1):
            at = now - timedelta(minutes=30 - number)
            bill = services.raise_at_window(
                actor=self.cashier,
                asked=[Asked(self.versions["house_transfer"])],
                payer_name=payer,
                subject="补换不动产权证",
                at=at,
            )
            order = f"ZF-{local(at):%m%d}-{number}"
            Attempt.objects.create(
                code=order, bill=bill, amount_fen=bill.due_fen, started_at=at, started_by="缴款人",
                expires_at=at + timedelta(minutes=15),
            )  # fmt: skip
            said = {
                "kind": "paid", "serial": f"{local(at):%Y%m%d}77{number:04d}", "order": order,
                "amount_fen": bill.due_fen - short, "happened_at": at + timedelta(minutes=1),
            }  # fmt: skip
            for _ in range(3):
                services.paying.take_notice(said=said, at=at + timedelta(minutes=2))
        stray = {"kind": "paid", "serial": f"{local(now):%Y%m%d}770009", "order": "ZF-2019-0001", "amount_fen": 1_500,
                 "happened_at": now - timedelta(minutes=9)}  # fmt: skip
        services.paying.take_notice(said=stray, at=now - timedelta(minutes=8))

    def _refund(self) -> None:
        """One paid back in part by two persons, one waiting for the second."""
        paid = list(Payment.objects.filter(way="card").select_related("bill").order_by("-booked_at")[:2])
        for number, payment in enumerate(paid):
            at = self._at(1, 15, 10 + number)
            if at < payment.booked_at:
                at = self.stage.days.now - timedelta(minutes=6 - number)
            refund = services.refunds.ask_refund(
                actor=self.cashier, payment=payment, amount_fen=Fen(payment.amount_fen // 2),
                reason="同一户重复办理，按文件退一半。", at=at,
            )  # fmt: skip
            if number == 0:
                services.refunds.confirm_refund(
                    actor=self.manager,
                    refund=refund,
                    agreed=True,
                    words="核对属实，同意。",
                    at=at + timedelta(minutes=3),
                )

    def _days(self) -> None:
        """The bank's file of the last days says one sum otherwise and knows of one that we have not; a drawer is ten yuan short."""
        centre = self.county.units["centre"]
        days = [self.stage.days.back(number) for number in range(12, 0, -1)]
        lines = ["日期,种类,渠道,流水号,金额"]
        moved = Payment.objects.filter(way="card", day__in=days).order_by("pk")
        for number, payment in enumerate(moved):
            fen = payment.amount_fen + (100 if number == 0 else 0)
            lines.append(f"{payment.day},收款,刷卡,{payment.serial.removeprefix('card:')},{fen // 100}.{fen % 100:02d}")
        lines.append(f"{days[-3]},收款,刷卡,9900817,36.00")
        at = self._at(0, 8, 40)
        services.days.take_file(actor=self.cashier, centre=centre, content="\n".join(lines).encode(), at=at)
        for number, day in enumerate(days[-4:]):
            held = services.days.drawer_of(centre, day)
            counted = Fen(held - 1000 if number == 1 and held >= 1000 else held)
            services.days.close_day(
                actor=self.cashier, centre=centre, day=day, counted_fen=counted, at=self.stage.days.at(day, 17, 40)
            )
        closed = Difference.objects.filter(kind="only_bank").first()
        if closed is not None:
            services.days.close_difference(
                actor=self.manager, difference=closed, reason="外地商户误划，银行次日冲正。", at=self.stage.days.now
            )


def proposal(each: DemoCharge, items: list[int], valid_from: date) -> Proposal:
    """A charge of the list as a department proposes it."""
    sums = [parse_yuan(text) for text in each.sums]
    standard = (
        Standard("range", low_fen=sums[0], high_fen=sums[1], unit=each.unit)
        if each.how == "range"
        else Standard(each.how, sums[0], unit=each.unit)
    )
    return Proposal(
        name=each.name, fee_class=each.fee_class, revenue=each.revenue, standard=standard, basis=each.basis,
        basis_number=each.number, basis_organ=each.organ, valid_from=valid_from, raised_at=each.raised_at,
        quantity_key=each.quantity_key, reduction_rule=each.reduction, items=items,
    )  # fmt: skip
