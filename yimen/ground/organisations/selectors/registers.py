"""What others ask of the registers: who answers for a department, who answers to whom across tiers, who supports what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from yimen.ground.organisations.models import (
    ChainPost,
    Counterpart,
    CounterpartWindow,
    Division,
    EntryPlan,
    Grant,
    Post,
    SupportingRole,
    Unit,
    Window,
)

RUNGS = ("team", "deputy", "principal")
"""From below: who does it, who is in charge of it, who answers for it (000 L79)."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One post of a responsibility chain on a day; `step` counts from 1 below. Nobody holds it where `account_id` is None."""

    step: int
    rung: str
    label: str
    post_id: int
    title: str
    unit: str
    account_id: int | None
    name: str


def responsibility_chain(unit: Unit, on: date) -> tuple[Rung, ...]:
    """Who is to be told one after the other where a department's work is late (R011): team, deputy in charge, principal.

    Where no principal was named, the department's heads stand in. A section has its department's chain. Posts that nobody
    holds that day are left in, so that the gap shows; who escalates takes the next step.
    """
    while unit.kind == Unit.Kind.SECTION and unit.parent is not None:
        unit = unit.parent
    standing = Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gt=on))
    rows = list(ChainPost.objects.filter(standing, unit=unit).select_related("post__unit", "post__account"))
    found: list[tuple[str, Post]] = [(row.rung, row.post) for row in rows]
    if not any(rung == "principal" for rung, _ in found):
        heads = Post.objects.filter(unit=unit, duty=Post.Duty.HEAD, abolished_on__isnull=True)
        known = {post.pk for _, post in found}
        found += [
            ("principal", post)
            for post in heads.select_related("unit", "account").order_by("id")
            if post.pk not in known
        ]
    found.sort(key=lambda each: (RUNGS.index(each[0]), each[1].pk))
    steps = {rung: n for n, rung in enumerate([r for r in RUNGS if any(r == each for each, _ in found)], 1)}
    return tuple(
        Rung(
            step=steps[rung], rung=rung, label=str(ChainPost.Rung(rung).label), post_id=post.pk, title=post.title,
            unit=post.unit.name, account_id=post.account_id if _holds(post, on) else None,
            name=post.account.name if post.account and _holds(post, on) else "",
        )
        for rung, post in found
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Climb:
    """Who is told when a department's work has to be told so far up: the posts that are held, and the rungs nobody is on."""

    told: tuple[Rung, ...]
    lacking: tuple[str, ...]


def escalation(unit: Unit, upto: str, on: date) -> Climb:
    """The chain from below up to the rung `upto` (a key of `RUNGS`), for whoever must tell of late work (R011).

    Where nobody stands on that rung the next one above is told in its place, so that a gap never swallows the news; each
    such rung is named in `lacking`. A gap below the rung asked for is not made up: the rungs above hear of it anyway.
    """
    chain = [each for each in responsibility_chain(unit, on) if each.account_id is not None]
    standing = {each.rung for each in chain}
    top = RUNGS.index(upto)
    lacking = [rung for rung in RUNGS[: top + 1] if rung not in standing]
    while top < len(RUNGS) - 1 and RUNGS[top] not in standing:
        top += 1
        if RUNGS[top] not in standing:
            lacking.append(RUNGS[top])
    return Climb(tuple(each for each in chain if RUNGS.index(each.rung) <= top), tuple(lacking))


def _holds(post: Post, on: date) -> bool:
    return post.held_from is not None and post.held_from <= on and (post.held_to is None or post.held_to >= on)


@dataclass(frozen=True, slots=True)
class ChainGap:
    """A department whose chain has a gap, and what is lacking in words."""

    unit: Unit
    lacking: tuple[str, ...]


def chain_gaps(units: Iterable[Unit], on: date) -> list[ChainGap]:
    """Departments without a whole chain: which rung is not named or not held, and whether there is an entry plan."""
    units = list(units)
    rows = ChainPost.objects.filter(unit__in=units, until__isnull=True).select_related("post")
    held: dict[int, set[str]] = {}
    for row in rows:
        if _holds(row.post, on):
            held.setdefault(row.unit_id, set()).add(row.rung)
    heads = set(
        Post.objects.filter(unit__in=units, duty=Post.Duty.HEAD, account__isnull=False).values_list(
            "unit_id", flat=True
        )
    )
    planned = set(EntryPlan.objects.filter(unit__in=units).values_list("unit_id", flat=True))
    found = []
    for unit in units:
        has = held.get(unit.pk, set()) | ({"principal"} if unit.pk in heads else set())
        lacking = [str(ChainPost.Rung(rung).label) for rung in reversed(RUNGS) if rung not in has]
        if unit.pk not in planned:
            lacking.append("进驻工作方案")
        if lacking:
            found.append(ChainGap(unit, tuple(lacking)))
    return found


def entry_plan(unit: Unit) -> EntryPlan | None:
    """The plan for entering the hall that counts: the last edition."""
    return EntryPlan.objects.filter(unit=unit).order_by("-number").first()


# Counterparts across tiers (R002)


def counterparts_of(unit: Unit) -> list[Unit]:
    """The departments of other tiers that answer to this one, from the top down."""
    above = Unit.objects.filter(counterparts_below__lower=unit, counterparts_below__ended_at__isnull=True)
    below = Unit.objects.filter(counterparts_above__upper=unit, counterparts_above__ended_at__isnull=True)
    return list((above | below).distinct().select_related("division").order_by("division__level", "path"))


def counterpart_windows_of(*windows: Window) -> list[Window]:
    """The windows of other tiers that answer to one of these."""
    own = [window.pk for window in windows]
    above = Window.objects.filter(counterparts_below__lower__in=own, counterparts_below__ended_at__isnull=True)
    below = Window.objects.filter(counterparts_above__upper__in=own, counterparts_above__ended_at__isnull=True)
    return list((above | below).distinct().select_related("centre__division").order_by("centre__division__level", "id"))


@dataclass(frozen=True, slots=True)
class Pair:
    """A department or window of one tier beside what answers to it: matched (`counterpart`), only suggested, or neither."""

    upper: Unit | Window | None
    lower: Unit | Window | None
    counterpart_id: int | None = None
    suggested: bool = False


def departments_in(division: Division) -> QuerySet[Unit]:
    """The departments of a division itself, not of those below it."""
    kinds = [Unit.Kind.DEPARTMENT, Unit.Kind.OFFICE]
    return Unit.objects.filter(division=division, kind__in=kinds, dissolved_on__isnull=True).order_by("order", "id")


def windows_in(division: Division) -> QuerySet[Window]:
    """The open windows of a division's own halls."""
    return (
        Window.objects.filter(centre__division=division, closed_on__isnull=True)
        .select_related("centre")
        .order_by("centre_id", "number")
    )


def department_pairs(upper: Division, lower: Division) -> list[Pair]:
    """Every department of both tiers: matched ones, pairs suggested by an equal name or number of duty, and the unmatched."""
    above, below = list(departments_in(upper)), list(departments_in(lower))
    rows = Counterpart.objects.filter(upper__in=above, lower__in=below, ended_at__isnull=True)
    known = [(row.upper_id, row.lower_id, row.pk) for row in rows.order_by("id")]
    names = [_bare(unit.name, upper) for unit in above], [_bare(unit.name, lower) for unit in below]
    return _paired(above, below, known, names)


def window_pairs(upper: Division, lower: Division) -> list[Pair]:
    """The same for windows, suggested by an equal kind and name."""
    above, below = list(windows_in(upper)), list(windows_in(lower))
    rows = CounterpartWindow.objects.filter(upper__in=above, lower__in=below, ended_at__isnull=True)
    known = [(row.upper_id, row.lower_id, row.pk) for row in rows.order_by("id")]
    names = [f"{w.kind}{w.name}" for w in above], [f"{w.kind}{w.name}" for w in below]
    return _paired(above, below, known, names)


def unmatched_departments(upper: Division, lower: Division) -> tuple[list[Unit], list[Unit]]:
    """Departments of each tier that nothing of the other tier answers to: (above, below)."""
    pairs = department_pairs(upper, lower)
    alone = [pair for pair in pairs if pair.counterpart_id is None]
    above = [pair.upper for pair in alone if isinstance(pair.upper, Unit)]
    below = [pair.lower for pair in alone if isinstance(pair.lower, Unit)]
    return above, below


def _paired(
    above: Sequence[Unit | Window],
    below: Sequence[Unit | Window],
    known: Sequence[tuple[int, int, int]],
    names: tuple[list[str], list[str]],
) -> list[Pair]:
    by_id = {each.pk: each for each in above}, {each.pk: each for each in below}
    pairs = [Pair(by_id[0][up], by_id[1][down], pk) for up, down, pk in known]
    matched = {up for up, _, _ in known}, {down for _, down, _ in known}
    free: dict[str, list[Unit | Window]] = {}
    for each, name in zip(below, names[1], strict=True):
        if each.pk not in matched[1]:
            free.setdefault(name, []).append(each)
    for each, name in zip(above, names[0], strict=True):
        if each.pk in matched[0]:
            continue
        others = free.get(name, [])
        pairs.append(Pair(each, others.pop(0), suggested=True) if others else Pair(each, None))
    pairs += [Pair(None, each) for others in free.values() for each in others]
    return pairs


_SUFFIX = re.compile(r"(管理)?(委员会|局|办公室|中心|厅)$")


def _bare(name: str, division: Division) -> str:
    """A department's name without its place and without what its tier calls an organ: 安平市市场监督管理局 → 市场监督."""
    bare = name.removeprefix(division.name)
    return _SUFFIX.sub("", bare) or bare


# Supporting roles and delegated administration (R013)


@dataclass(frozen=True, slots=True)
class TierRow:
    """A division in the matrix: which unit plays each role (None: a gap), and who administers its organisation."""

    division: Division
    roles: tuple[tuple[str, Unit | None], ...]
    managers: tuple[str, ...]

    @property
    def gaps(self) -> int:
        """How many of the roles nobody plays, and one more where nobody administers."""
        return sum(1 for _, unit in self.roles if unit is None) + (not self.managers)


def matrix(divisions: Iterable[Division]) -> list[TierRow]:
    """Who administers and supports what at which tier, with the gaps; villages have no roles of their own."""
    divisions = list(divisions)
    units: dict[tuple[str, str], Unit] = {
        (row.division_id, row.role): row.unit
        for row in SupportingRole.objects.filter(
            division__in=divisions, unit__dissolved_on__isnull=True
        ).select_related("unit")
    }
    managers: dict[str, list[str]] = {}
    grants = Grant.objects.filter(
        code="organisations.manage", ended_at__isnull=True, scope__in=["centre", "division", "all"],
        post__account__isnull=False,
    ).select_related("post__unit", "post__account", "post__window__centre", "scope_unit", "scope_division")  # fmt: skip
    for grant in grants:
        post = grant.post
        if post is None or post.account is None:
            continue
        place = grant.scope_unit or (post.window.centre if post.window else post.unit)
        division = grant.scope_division_id or place.division_id
        managers.setdefault(division, []).append(f"{post.account.name}（{post.unit.short_name} {post.title}）")
    return [
        TierRow(
            division,
            tuple((role, units.get((division.code, role))) for role in SupportingRole.Role.values),
            tuple(dict.fromkeys(managers.get(division.code, []))),
        )
        for division in divisions
    ]
