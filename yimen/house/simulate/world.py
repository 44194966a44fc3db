"""What there is to simulate with: published items, the windows and people who may act on them, the calendar.

Read from the database once, then plain data that worker processes carry. Whoever appears here has passed the same
policy as in a request: permission in scope and a valid authorisation letter, on the first day and on the last.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from django.db.models import Q

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.calendar.selectors import calendar_version, work_calendar
from yimen.ground.identity.models import Party
from yimen.ground.kit.fields import EncryptedText
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Conflict, NotAllowed
from yimen.ground.matters.policies import demand
from yimen.ground.matters.selectors import closing_hours, warn_days
from yimen.ground.organisations.models import Post, Seal
from yimen.ground.organisations.selectors import actor_for, hall_of_department, letterhead, windows_serving
from yimen.house.demo.items import ITEMS
from yimen.house.simulate.answering import Filled, fill
from yimen.service.cases import rules
from yimen.service.cases.editions import EditionCard, card_of
from yimen.service.cases.lifecycle import LICENCE
from yimen.service.cases.models import Case
from yimen.service.catalogue.models import ItemEdition
from yimen.service.catalogue.rules.powers import Power
from yimen.service.catalogue.selectors import whole

MOST_ITEMS = 400
VARIANTS = 5
"""How many different ways each form is filled in."""


class NothingToSimulate(Conflict):
    """There is no published item for which somebody may act."""

    code = "nothing_to_simulate"


@dataclass(frozen=True, slots=True)
class Hand:
    """A member of staff as steps, letters and opinions name one."""

    uid: str
    name: str
    post: str
    title: str
    author: str
    window: str
    account_id: int
    post_id: int
    letters: Mapping[int, int]
    """Department → the authorisation letter under which this person uses its seal."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A window that accepts for an item, and its clerk."""

    window_id: int
    clerk: Hand


@dataclass(frozen=True, slots=True)
class Need:
    """One material of an application: the edition's material, its name, whether it must be there, whether it is free."""

    material_id: int
    name: str
    required: bool
    exempt: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to fill in an item's form, and the materials that follow from it."""

    filled: Filled
    materials: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class SimItem:
    """An item as stories need it; `desks[0]` is where online applications go."""

    item_id: int
    edition_id: int
    code: str
    code31: str
    number: int
    name: str
    department_id: int
    department: str
    division: str
    centre_id: int | None
    form_version: str
    kind: str
    terms: rules.Terms
    promise_label: str
    legal_label: str
    review_body: str
    suit_court: str
    results: tuple[str, ...]
    series_word: str
    place: str
    phone: str
    seal_id: int | None
    seal_text: str
    power: Power
    weight: int
    special: tuple[str, ...]
    online: bool
    desks: tuple[Desk, ...]
    reviewers: tuple[Hand, ...]
    approvers: tuple[Hand, ...]
    at_once: tuple[Hand, ...]
    heads: tuple[Hand, ...]
    deliverers: tuple[Hand, ...]
    variants: tuple[Variant, ...]

    @property
    def limit(self) -> int:
        """Working days that the story keeps to; where no limit is set, ten."""
        limit = self.terms.promise_limit if self.terms.promise_limit is not None else self.terms.legal_limit
        return 10 if limit is None else limit

    @property
    def instant(self) -> bool:
        """Whether it is settled at the window (即办件)."""
        return self.kind == rules.IMMEDIATE


@dataclass(frozen=True, slots=True)
class World:
    """Everything that a story and its rendering need. Plain data: it may be sent to other processes."""

    items: tuple[SimItem, ...]
    calendar: WorkCalendar
    closes: Mapping[int | None, tuple[time | None, ...]]
    warn_days: int
    places: Mapping[str, str] = field(default_factory=dict)
    """Encrypted columns by short name → what their cipher text is bound to."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A matter that does not exist yet, as far as access is decided by where it lies."""

    department_id: int
    window_id: int | None
    centre_id: int | None
    division_id: str
    subject: str
    applicant_id: int | None = None
    person_id: int | None = None
    id: int = 0


def read_world(first: datetime, last: datetime, seed: int) -> World:
    """Read the world as it stands for stories between two moments. Raises `NothingToSimulate`."""
    staff = [_Member(post, first, last) for post in _held_posts(first, last)]
    version = calendar_version()
    items = tuple(
        item
        for edition in _editions()
        if (item := _item(card_of(edition), edition, staff, first, last, seed)) is not None
    )
    if not items:
        raise NothingToSimulate(
            "没有可以办理的事项：没有已发布的事项，或没有持有效授权委托书的人员。",
            next_step="请先装入演示县（yimen demo），或发布事项、签署授权委托书。",
        )
    return World(
        items=items,
        calendar=work_calendar(version),
        closes={centre: tuple(closing_hours(centre, version)) for centre in {item.centre_id for item in items}},  # type: ignore[arg-type]
        warn_days=warn_days(),
        places={
            "id_number": _place(Party, "id_number"),
            "phone": _place(Party, "phone"),
            "address": _place(Party, "address"),
            "answers": _place(Case, "answers"),
            "contact_phone": _place(Case, "contact_phone"),
            "delivery_address": _place(Case, "delivery_address"),
        },
    )


def _place(model: type[Party] | type[Case], name: str) -> str:
    column = model._meta.get_field(name)
    if not isinstance(column, EncryptedText):
        raise TypeError(f"{model.__name__}.{name} is not encrypted any more")
    return column.place


def _editions() -> Iterable[ItemEdition]:
    published = ItemEdition.objects.filter(
        status=ItemEdition.Status.PUBLISHED, item__status="active", item__department__isnull=False
    )
    return whole(published.order_by("item_id"))[:MOST_ITEMS]


def _held_posts(first: datetime, last: datetime) -> list[Post]:
    held = Post.objects.filter(account__is_active=True, held_from__lte=day_of(first)).filter(
        Q(held_to__isnull=True) | Q(held_to__gte=day_of(last))
    )
    duties = ("clerk", "issuer", "reviewer", "approver", "chief", "head")
    return list(held.filter(duty__in=duties).select_related("account", "unit", "window").order_by("id"))


class _Member:
    """A post with its holder, as the actor it makes on the last day."""

    def __init__(self, post: Post, first: datetime, last: datetime) -> None:
        account = post.account
        if account is None:
            raise ValueError("a held post has an account")
        self.post = post
        self.actor = actor = actor_for(account, last, post)
        self.days = (day_of(first), day_of(last))
        self.hand = Hand(
            uid=str(actor.uid),
            name=actor.name,
            post=f"{actor.department} {actor.post}".strip(),
            title=actor.post,
            author=f"{actor.department} {actor.name}".strip(),
            window=actor.window,
            account_id=account.pk,
            post_id=post.pk,
            letters={letter.department_id: letter.letter_id for letter in actor.letters},
        )

    def may(self, action: str, placed: _Placed) -> bool:
        """Whether the policy lets this person take the step, on the first day and on the last."""
        rule = LICENCE.step(action)
        try:
            for day in self.days:
                demand(self.actor, rule, placed, day)
        except NotAllowed:
            return False
        return True


_WEIGHTS = {item.name: item.weight for item in ITEMS}
_SPECIAL = {item.name: item.special for item in ITEMS}


def _item(
    card: EditionCard, edition: ItemEdition, staff: list[_Member], first: datetime, last: datetime, seed: int
) -> SimItem | None:
    """The item as stories need it; None where some step of the story could be taken by nobody."""
    hall = hall_of_department(card.department_id)
    head = letterhead(card.department_id, day_of(last))
    seal = Seal.objects.filter(pk=head.seal_id).first() if head.seal_id else None

    def allowed(action: str, window_id: int | None = hall.window_id) -> tuple[Hand, ...]:
        placed = _Placed(card.department_id, window_id, hall.centre_id, hall.division, card.code31)
        return tuple(member.hand for member in near if member.may(action, placed))

    near = [
        member
        for member in staff
        if card.department_id in member.hand.letters or member.post.unit_id == card.department_id
    ]
    desks = []
    department = edition.item.department
    windows = windows_serving(department).order_by("number") if department is not None else ()
    for window in sorted(windows, key=lambda each: each.pk != hall.window_id):
        clerks = [
            member.hand
            for member in near
            if member.post.window_id == window.pk
            and member.hand in allowed("accept", window.pk)
            and member.hand in allowed("submit", window.pk)
        ]
        if clerks:
            desks.append(Desk(window.pk, clerks[0]))
    made = SimItem(
        item_id=card.item_id, edition_id=card.id, code=card.code, code31=card.code31, number=card.number, name=card.name,
        department_id=card.department_id, department=head.name, division=hall.division, centre_id=hall.centre_id,
        form_version=card.form_version, kind=card.case_kind, terms=card.terms, promise_label=card.promise_label,
        legal_label=card.legal_label, review_body=card.review_body, suit_court=card.suit_court, results=card.result_names,
        series_word=head.series_word, power=card.power, place=head.address, phone=head.phone, seal_id=head.seal_id,
        seal_text=seal.text if seal else "", weight=_WEIGHTS.get(card.name, 2), special=_SPECIAL.get(card.name, ()),
        online=not edition.channels or not {"online", "phone"}.isdisjoint(edition.channels),
        desks=tuple(desks), reviewers=allowed("pass_review"), approvers=allowed("grant"), at_once=allowed("grant_at_once"),
        heads=allowed("extend_limit"), deliverers=allowed("deliver"), variants=_variants(card, edition, last, seed),
    )  # fmt: skip
    whole_story = made.desks and made.desks[0].window_id == hall.window_id and made.reviewers and made.approvers
    return made if whole_story and made.at_once and made.deliverers and made.variants and made.code31 else None


def _variants(card: EditionCard, edition: ItemEdition, last: datetime, seed: int) -> tuple[Variant, ...]:
    """The form filled in several ways by each kind of applicant that the item serves."""
    kinds = []
    if "person" in edition.service_objects or not edition.service_objects:
        kinds.append("natural")
    if set(edition.service_objects) - {"person"}:
        kinds.append("legal")
    rng = random.Random(f"{seed} {card.code31} {card.code}")  # noqa: S311  (an invented story, nothing secret)
    found = []
    for kind in kinds:
        for _ in range(VARIANTS):
            filled = fill(card.form, kind, rng)
            needs = tuple(
                Need(each.id, each.name, each.required, each.exempt)
                for each in card.materials(filled.answers, day_of(last))
            )
            found.append(Variant(filled, needs))
    return tuple(found)
