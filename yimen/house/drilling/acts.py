"""The acts of a drill, each through the service that a person would use: the same checks, letters, clocks and news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import connection

from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.identity.services import party_at_window
from yimen.ground.kit.moments import day_of
from yimen.ground.organisations.selectors import actor_for
from yimen.house.drilling.arriving import Arrival
from yimen.house.simulate import people
from yimen.house.simulate.world import Desk, Hand, SimItem
from yimen.service.cases import services
from yimen.service.cases.editions import open_edition
from yimen.service.cases.selectors import case_by_code

if TYPE_CHECKING:
    from yimen.ground.identity.models import Account
    from yimen.ground.organisations.models import Post

FIRST_PARTY = 1_500_000
"""Where the invented applicants of drills begin; no demo and no simulation reaches so far."""
LACKS = "没有盖章，内容不清楚，请补正后重新提交。"


@dataclass(slots=True)
class Applicant:
    """Who applies: an invented party, or the one of a case that stood open already."""

    party_id: int
    name: str
    file: people.Invented | None = None

    @property
    def actor(self) -> Actor:
        """The applicant acting for himself."""
        return Actor(uid=uuid4(), name=self.name, kind="citizen", party_id=self.party_id)


@dataclass(slots=True)
class Playing:
    """A case of the drill. `plan` is what chance decided about it; `state` and `due_at` are as the ledger last said."""

    item: SimItem
    plan: Arrival
    who: Applicant
    code: str = ""
    matter_id: int = 0
    state: str = ""
    due_at: datetime | None = None
    desk: Desk | None = None
    corrected: bool = False
    accepted_at: datetime | None = None
    seen: int = 0

    @property
    def clerk(self) -> Hand:
        """The clerk of the window where the case lies."""
        return (self.desk or self.item.desks[0]).clerk


@dataclass(slots=True)
class Cast:
    """Actors by the account of the hand, and the invented applicants."""

    at: datetime
    paper_file: int | None = None
    _actors: dict[int, Actor] = field(default_factory=dict)
    _applicants: dict[str, list[Applicant]] = field(default_factory=dict)
    _next: int = 0

    def staff(self, hand: Hand) -> Actor:
        """The member of staff in that post, with rights and letters."""
        if hand.account_id not in self._actors:
            account: Account = get_user_model()._default_manager.get(pk=hand.account_id)
            self._actors[hand.account_id] = actor_for(account, self.at, self._post(hand))
        return self._actors[hand.account_id]

    def _post(self, hand: Hand) -> Post:
        from yimen.ground.organisations.models import Post

        return Post.objects.get(pk=hand.post_id)

    def applicant(self, kind: str, place: int, most: int) -> Applicant:
        """One of at most so many invented applicants of a kind; the same place gives the same."""
        known = self._applicants.setdefault(kind, [])
        place %= most
        while len(known) <= place:
            number = FIRST_PARTY + 2 * len(known) + (kind == "legal")
            made = people.enterprise(number) if kind == "legal" else people.person(number)
            party = party_at_window(
                actor=SYSTEM, kind=kind, name=made.name, id_type=made.id_type, id_number=made.id_number, phone=made.phone,
                address=made.address, legal_representative=made.legal_representative, at=self.at,
            )  # fmt: skip
            known.append(Applicant(party.pk, made.name, made))
        return known[place]


def submit(case: Playing, clerk: Actor | None, file: int | None, at: datetime) -> None:
    """Apply: at the counter with papers, or online with files."""
    item, plan = case.item, case.plan
    filled = item.variants[plan.variant].filled
    if case.who.file is None:
        raise TypeError("only invented applicants apply")
    edition, answers = open_edition(item.code, at), filled.for_party(case.who.file)
    if edition.renewal is not None:
        key, ahead = edition.renewal
        answers |= {key: (day_of(at) + timedelta(days=ahead + plan.expires_after)).isoformat()}
    needed = [each for each in edition.materials(answers, day_of(at)) if not each.exempt]
    if plan.missing:
        needed = needed[1:]
    by_paper = clerk is not None or file is None
    made = services.submit_application(
        item_code=item.code, party_id=case.who.party_id, answers=answers, actor=clerk or case.who.actor, at=at,
        channel="window" if clerk is not None else "web",
        files={} if by_paper else {each.id: [file] for each in needed if file is not None},
        paper=[each.id for each in needed] if clerk is not None else (),
        delivery_method="post" if plan.post else "window",
    )  # fmt: skip
    case.code, case.matter_id = made.code, made.matter_id


def accept(case: Playing, clerk: Actor, at: datetime) -> None:
    """Accept, or, where something is lacking, say once what."""
    if case.plan.missing and not case.corrected:
        correct(case, clerk, at)
        return
    if not case.plan.walk_in:
        services.check_rest(code=case.code, actor=clerk, at=at)
    services.accept_case(code=case.code, actor=clerk, at=at)


def correct(case: Playing, clerk: Actor, at: datetime) -> None:
    """The one correction notice."""
    lines = list(case_by_code(case.code).materials.order_by("order").values_list("order", "state", "required"))
    lacking = [order for order, state, required in lines if required and state in ("missing", "returned")]
    orders = lacking or [order for order, state, _ in lines if state != "exempt"][:1]
    if not orders:  # an application without any paper can lack none
        services.accept_case(code=case.code, actor=clerk, at=at)
        return
    services.request_correction(code=case.code, items=[(order, LACKS) for order in orders], actor=clerk, at=at)
    case.corrected = True


def supplement(case: Playing, clerk: Actor | None, file: int | None, at: datetime) -> None:
    """The applicant brings what was lacking."""
    lines = case_by_code(case.code).materials.filter(state__in=("returned", "missing"), required=True)
    orders = list(lines.values_list("order", flat=True))
    if clerk is not None:
        services.supplement(code=case.code, actor=clerk, at=at, paper=orders)
    else:
        files = {order: [file] for order in orders if file is not None}
        services.supplement(code=case.code, actor=case.who.actor, at=at, files=files)


def review(case: Playing, actor: Actor, at: datetime) -> None:
    """Find every material right and pass the case on to decision."""
    services.check_rest(code=case.code, actor=actor, at=at)
    refusing = case.plan.refused and bool(case.item.review_body and case.item.suit_court)
    words = "不符合许可条件，建议不予许可。" if refusing else "材料齐全，符合条件，建议准予。"
    services.pass_review(
        code=case.code, text=words, actor=actor, at=at, conclusion="refuse" if refusing else "grant"
    )  # fmt: skip


def decide(case: Playing, actor: Actor, at: datetime) -> None:
    """Grant, or refuse with the reason."""
    if case.plan.refused and case.item.review_body and case.item.suit_court:
        services.refuse(code=case.code, reason="不符合法定条件，详见审查意见。", actor=actor, at=at)
    else:
        services.grant(code=case.code, actor=actor, at=at)


def at_once(case: Playing, actor: Actor, at: datetime) -> None:
    """Grant an immediate case at the window."""
    services.grant_at_once(code=case.code, actor=actor, at=at)


def resume(case: Playing, actor: Actor, at: datetime) -> None:
    """A special procedure ends."""
    services.resume(code=case.code, reason="特别程序已结束。", actor=actor, at=at)


def deliver(case: Playing, actor: Actor, at: datetime) -> None:
    """Hand the result over."""
    if case.plan.post:
        services.deliver(
            code=case.code, method="post", receiver=case.who.name, proof=f"YL{case.matter_id:09d}CN", actor=actor, at=at
        )  # fmt: skip
    else:
        services.deliver(code=case.code, method="signature", receiver=case.who.name, actor=actor, at=at)


@dataclass(slots=True)
class Consulted:
    """An opinion that was asked for: a matter of its own, which the department answers or the rule answers for it."""

    request_id: int
    matter_id: int
    state: str = "asked"
    due_at: datetime | None = None


def consult(case: Playing, department_id: int, actor: Actor, at: datetime) -> Consulted:
    """Ask another department for its opinion."""
    made = services.ask_opinion(
        code=case.code, department_id=department_id, question="请从贵部门职责方面提出意见。", actor=actor, at=at
    )
    return Consulted(made.pk, made.matter_id, due_at=made.matter.due_at)


def answer(asked: Consulted, actor: Actor, at: datetime) -> None:
    """The department agrees."""
    from yimen.service.cases.models import OpinionRequest

    request = OpinionRequest.objects.select_related("matter").get(pk=asked.request_id)
    services.answer_opinion(request=request, answer="agree", text="同意，没有意见。", actor=actor, at=at)


ACTS: dict[str, Callable[[Playing, Actor, datetime], None]] = {
    "accept": accept,
    "review": review,
    "decide": decide,
    "at_once": at_once,
    "resume": resume,
    "deliver": deliver,
}
"""What a member of staff does with a case, by the name of the work."""


def read(case: Playing) -> None:
    """How the case stands in the ledger."""
    with connection.cursor() as cursor:
        cursor.execute("select state, sort_at, window_id from matters_matter where id = %s", [case.matter_id])
        case.state, case.due_at, window = cursor.fetchone()
    case.desk = next((each for each in case.item.desks if each.window_id == window), case.item.desks[0])
