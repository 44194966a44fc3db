"""The course of units 沿革: what they were called when, who went on with what, and who goes on for an old name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q

from yimen.ground.identity import selectors as people
from yimen.ground.kit.moments import say_date, say_moment
from yimen.ground.organisations.models import AuthorisationLetter, FormerName, Unit, UnitSuccession


@dataclass(frozen=True, slots=True)
class Past:
    """One line of a unit's history: when, what, with or from which other unit, by which document."""

    on: date
    what: str
    said: str = ""
    unit_id: int | None = None
    unit: str = ""
    document: str = ""
    undone: bool = False


def history_of(unit: Unit) -> list[Past]:
    """What became of a unit and out of what it grew, oldest first, each with its document."""
    found = [Past(unit.founded_on, "设立")] if unit.founded_on else []
    found += [
        Past(former.until + timedelta(days=1), "更名", f"原名 {former.name}", document=former.document)
        for former in unit.former_names.order_by("until", "id")
    ]
    links = UnitSuccession.objects.select_related("old", "new", "plan")
    found += [_linked(link, link.old, "并入" if link.whole else "接收职能") for link in links.filter(new=unit)]
    found += [_linked(link, link.new, "整体划入" if link.whole else "划出职能") for link in links.filter(old=unit)]
    if unit.dissolved_on:
        found.append(Past(unit.dissolved_on, "撤销"))
    return sorted(found, key=lambda past: past.on)


def _linked(link: UnitSuccession, other: Unit, what: str) -> Past:
    return Past(
        link.on, what, link.get_kind_display(), other.pk, other.name, link.document, undone=link.undone_at is not None
    )


def name_on(unit: Unit, day: date) -> str:
    """What the unit was called on a day: letters, slips and old cases bear that name."""
    former = unit.former_names.filter(until__gte=day).order_by("until", "id").first()
    return former.name if former else unit.name


def names_on(units: Iterable[Unit], day: date) -> dict[int, str]:
    """What those of the units were called on a day that had another name then, by unit."""
    found: dict[int, str] = {}
    rows = FormerName.objects.filter(unit__in=[unit.pk for unit in units], until__gte=day).order_by("until", "id")
    for unit, name in rows.values_list("unit_id", "name"):
        found.setdefault(unit, name)
    return found


def tree_on(day: date) -> list[Unit]:
    """The units that stood on a day, from the top down; where no day of founding is known, a unit has always stood."""
    stood = (Q(founded_on__isnull=True) | Q(founded_on__lte=day)) & (
        Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=day)
    )
    return list(Unit.objects.filter(stood).select_related("division").order_by("path"))


@dataclass(frozen=True, slots=True)
class Course:
    """What became of a signed letter: taken back (when, by whom, why), ended with its department, and who follows it."""

    revoked_by: str = ""
    ended_with: str = ""
    next_letters: tuple[AuthorisationLetter, ...] = ()


def course_of(letter: AuthorisationLetter) -> Course:
    """The course of a letter for its page. What follows are the letters to the same post, of the department or its heirs,
    signed since it ended."""
    since = letter.revoked_at or letter.signed_at
    if letter.state == AuthorisationLetter.State.DRAFT or since is None:
        return Course()
    department = letter.department
    heirs = heirs_of(department) if department.dissolved_on else []
    if letter.state == AuthorisationLetter.State.SIGNED and not department.dissolved_on:
        return Course()
    who = _name_of(letter.revoked_by)
    followed = AuthorisationLetter.objects.filter(
        post=letter.post_id, department__in=[department.pk, *(heir.pk for heir in heirs)], signed_at__isnull=False,
        signed_at__gte=since,
    ).exclude(pk=letter.pk)  # fmt: skip
    return Course(
        revoked_by=who,
        ended_with=department.name if department.dissolved_on else "",
        next_letters=tuple(followed.order_by("signed_at", "id")[:5]),
    )


def _name_of(uid: UUID | None) -> str:
    """The name of the member of staff with this uid; empty for none, and for the system."""
    if uid is None:
        return ""
    return people.accounts().filter(uid=uid).values_list("name", flat=True).first() or ""


def why_no_letter(post_id: int | None, department_id: int, power: str, on: date) -> str:
    """Why the post has no letter of the department for a power (any more), in Chinese; empty where it never had one.

    Of what it had, the last one speaks: taken back when, by whom and why, run out, or ended with its department.
    """
    letters = AuthorisationLetter.objects.filter(
        post=post_id, department=department_id, powers__contains=[power], signed_at__isnull=False
    )
    letter = letters.select_related("department").order_by("-signed_at", "-id").first()
    if letter is None:
        return ""
    if letter.revoked_at is not None:
        who = _name_of(letter.revoked_by)
        return f"{letter.number} 已于{say_moment(letter.revoked_at)}{'由' + who if who else ''}收回，原因：{letter.revoked_reason}"
    if letter.department.dissolved_on is not None and letter.department.dissolved_on <= on:
        return f"{letter.number} 已随{letter.department.name}撤销而失效"
    if letter.valid_to < on:
        return f"{letter.number} 已于{say_date(letter.valid_to, weekday=False)}到期"
    if letter.valid_from > on:
        return f"{letter.number} 自{say_date(letter.valid_from, weekday=False)}起才生效"
    return f"{letter.number} 没有委托这个事项"


def heirs_of(unit: Unit) -> list[Unit]:
    """Who goes on with a unit that was wholly taken over, the next one first."""
    found: list[Unit] = []
    at: Unit | None = unit
    while at is not None:
        link = UnitSuccession.objects.filter(old=at, whole=True, undone_at=None).select_related("new").first()
        at = link.new if link is not None and link.new not in found else None
        if at is not None:
            found.append(at)
    return found


def former_names(units: Iterable[Unit]) -> dict[int, list[str]]:
    """Names that these units bore once, by unit."""
    found: dict[int, list[str]] = {}
    for unit, name in FormerName.objects.filter(unit__in=[each.pk for each in units]).values_list("unit_id", "name"):
        found.setdefault(unit, []).append(name)
    return found


def named(text: str) -> list[Unit]:
    """Units whose present or former name holds the text; a dissolved one brings who goes on with it as well."""
    fits = Q(name__icontains=text) | Q(short_name__icontains=text) | Q(former_names__name__icontains=text)
    found = list(Unit.objects.filter(fits).select_related("division").distinct().order_by("path")[:200])
    known = {unit.pk for unit in found}
    for unit in [unit for unit in found if unit.dissolved_on]:
        for heir in heirs_of(unit):
            if heir.pk not in known:
                known.add(heir.pk)
                found.append(heir)
    return found
