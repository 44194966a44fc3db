"""Under which letter somebody acts, which seals there are, and how a department signs (R006, R008)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from yimen.ground.identity.rules import Actor, LetterPower
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.postgresql.statements import Statement
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations.models import (
    AuthorisationLetter,
    Seal,
    Unit,
)
from yimen.ground.organisations.selectors.kept import KeptUnderStamp


@dataclass(frozen=True, slots=True)
class SealCard:
    """A seal of the register as far as a letter and its use need it."""

    id: int
    unit_id: int
    kind: str
    text: str
    valid_from: date
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who a letter comes from: names, place, phone, and the approval seal in use (None where none is registered)."""

    name: str
    short_name: str
    address: str
    phone: str
    seal: SealCard | None = None

    @property
    def series_word(self) -> str:
        """The word of its number series: 市场监管, 卫生健康."""
        return self.short_name.removesuffix("局").removesuffix("委员会")

    @property
    def seal_id(self) -> int | None:
        """The seal's id."""
        return self.seal.id if self.seal else None


_letterheads: KeptUnderStamp[tuple[int, date, UUID], Letterhead] = KeptUnderStamp(1000)
_LETTERHEAD = Statement("select organisations_letterhead(%s, %s)::text")
_letterhead = msgspec.json.Decoder(Letterhead)


def letterhead(department_id: int, day: date, stamp: UUID | None = None) -> Letterhead:
    """How a department signs on a day, in one query at most; raises `NotFound`.

    A caller that has just read the organisation's stamp gives it, and gets what is kept under it.
    """
    held = _letterheads.get((department_id, day, stamp)) if stamp else None
    if held is not None:
        return held
    head = _read_letterhead(_LETTERHEAD.value([department_id, day]))
    if stamp:
        _letterheads.keep((department_id, day, stamp), head)
    return head


def _read_letterhead(text: str | None) -> Letterhead:
    if not text:
        raise NotFound("没有这个机构。")
    return _letterhead.decode(text)


def letter_for(
    actor: Actor, power: str, item: str, on: date, *, department_id: int | None = None
) -> LetterPower | None:
    """The actor's letter (R006) that covers `power` for the implementation code `item` that day; None when none does.

    `department_id` is the department whose item it is; a letter of another department never covers it.
    """
    for letter in actor.letters:
        if letter.covers(power, item, on) and department_id in (None, letter.department_id):
            return letter
    return None


def letter_stood(number: str, on: date) -> bool:
    """Whether the letter with this number was signed and valid on a day, and not taken back by then."""
    found = AuthorisationLetter.objects.filter(number=number, valid_from__lte=on, valid_to__gte=on).exclude(
        state=AuthorisationLetter.State.DRAFT
    )
    letter = found.first()
    return letter is not None and (letter.revoked_at is None or day_of(letter.revoked_at) > on)


def letters_running_out(on: date, within_days: int = 30) -> QuerySet[AuthorisationLetter]:
    """Signed letters whose last day falls within so many days from `on`."""
    return AuthorisationLetter.objects.filter(
        state=AuthorisationLetter.State.SIGNED,
        valid_to__range=(on, date.fromordinal(min(on.toordinal() + within_days, date.max.toordinal()))),
    ).select_related("department", "post")


def seal_of(department: Unit, kind: str, on: date) -> Seal | None:
    """The department's (or centre's) seal of a kind in use on a day."""
    return (
        Seal.objects.filter(unit=department, kind=kind, valid_from__lte=on)
        .filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on))
        .order_by("valid_from")
        .last()
    )


def seal(seal_id: int) -> SealCard:
    """One seal of the register; raises `NotFound`."""
    found = Seal.objects.filter(pk=seal_id).first()
    if found is None:
        raise NotFound("印章登记簿里没有这枚印章。")
    return SealCard(found.pk, found.unit_id, found.kind, found.text, found.valid_from, found.ended_on)
