"""Papers received and sent, liaisons and the units without one (R002, R012)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.service.coordination import policies
from yimen.service.coordination.models import Dispatch, Liaison, Receipt

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit, Window


def received(actor: Actor) -> QuerySet[Receipt]:
    """What an actor's units and window received and was not withdrawn, newest first."""
    return (
        Receipt.objects.filter(policies.receives(actor), dispatch__withdrawn_at__isnull=True)
        .select_related("dispatch__sender", "unit", "window")
        .order_by("-dispatch_id", "-id")
    )


def sent(units: Iterable[int]) -> QuerySet[Dispatch]:
    """What these units sent, newest first, with how many signed and answered."""
    return (
        Dispatch.objects.filter(sender__in=list(units))
        .select_related("sender")
        .annotate(
            receivers=Count("receipts"),
            signed=Count("receipts", filter=Q(receipts__read_at__isnull=False)),
            answered=Count("receipts", filter=Q(receipts__answered_at__isnull=False)),
        )
        .order_by("-id")
    )


def waiting(whose: Q) -> int:
    """How many papers have still to be signed for or answered by whoever `policies.receives` them; for the menu."""
    open_ones = Q(read_at__isnull=True) | Q(dispatch__needs_answer=True, answered_at__isnull=True)
    return Receipt.objects.filter(open_ones, whose, dispatch__withdrawn_at__isnull=True).count()


def access_dispatch(actor: Actor, uid: UUID) -> Dispatch:
    """A paper that a unit of the actor's sent or received; to others there is none (`NotFound`)."""
    units = policies.speaks_for(actor)
    got = Receipt.objects.filter(policies.receives(actor)).values("dispatch")
    mine = Q(sender__in=units) | Q(pk__in=got, withdrawn_at__isnull=True)
    found = (
        Dispatch.objects.select_related("sender")
        .filter(Q(pk__in=Dispatch.objects.filter(mine).values("pk")), uid=uid)
        .first()
    )
    if found is None:
        raise NotFound("没有这份文，或者不是发给您单位的。", next_step="请从上下传递的清单进入。")
    return found


def file_of(dispatch: Dispatch, uid: UUID) -> StoredFile:
    """A file of the paper or of an answer to it; raises `NotFound`."""
    for links, where in (
        (Dispatch.files.through._default_manager, {"dispatch": dispatch}),
        (Receipt.answer_files.through._default_manager, {"receipt__dispatch": dispatch}),
    ):
        link = links.filter(storedfile__uid=uid, **where).select_related("storedfile").first()
        if link is not None:
            found: StoredFile = link.storedfile
            return found
    raise NotFound("这份文没有这个附件。", next_step="请回到上一页，从附件清单打开。")


def counterparts(unit: Unit) -> dict[str, list[Unit]]:
    """Units of the tiers above and below that answer to this one: `{"up": […], "down": […]}`.

    A centre's are the centres above and the town and village halls below; beside them whatever the register of
    counterparts names (`organisations.counterparts_of`), so that a department finds its own of another tier.
    """
    units = organisations.tree()
    path = unit.path
    up = [each for each in units if path.startswith(each.path) and each.pk != unit.pk and each.kind in HALLS]
    below = [each for each in units if each.kind in HALLS and each.pk != unit.pk]
    if unit.kind in ("centre", "office", "subcentre"):
        down = [
            each
            for each in below
            if each.division_id.startswith(_prefix(unit.division_id)) and LEVEL[each.kind] > LEVEL[unit.kind]
        ]
    elif unit.kind in ("town", "village"):
        up = [
            each
            for each in units
            if each.kind in ("centre", "town") and LEVEL[each.kind] < LEVEL[unit.kind]
            and unit.division_id.startswith(_prefix(each.division_id))
        ]  # fmt: skip
        down = [each for each in below if each.kind == "village" and each.path.startswith(path)]
    else:
        down = []
    known = {unit.pk, *(each.pk for each in up), *(each.pk for each in down)}
    for each in organisations.counterparts_of(unit):
        if each.pk not in known:
            (up if each.division.level < unit.division.level else down).append(each)
    return {"up": up, "down": down}


def counterpart_windows(unit: Unit) -> list[Window]:
    """Windows of other tiers that answer to a window of this unit: of a hall its own, of a department those that serve it."""
    own = organisations.open_windows(unit) if unit.kind in HALLS else organisations.windows_serving(unit)
    return [each for each in organisations.counterpart_windows_of(*own) if each.closed_on is None]


HALLS = ("office", "centre", "subcentre", "town", "village")
LEVEL = {"office": 0, "centre": 1, "subcentre": 2, "town": 2, "village": 3}


def _prefix(division: str) -> str:
    """The digits that a division shares with all below it."""
    for tail in (10, 8, 6, 3):
        if division.endswith("0" * tail):
            return division[: len(division) - tail]
    return division


# --- Liaisons


@dataclass(frozen=True, slots=True)
class LiaisonRow:
    """A member unit with its liaison now, or without one; `ends` says that the term runs out within 30 days."""

    unit: Unit
    liaison: Liaison | None
    ends: bool = False


SOON_DAYS = 30


def liaison_rows(units: Iterable[Unit], on: date) -> list[LiaisonRow]:
    """Each unit with the liaison in office on a day: in one query."""
    units = list(units)
    held = {
        each.unit_id: each
        for each in Liaison.objects.filter(unit__in=units, from_on__lte=on, ended_reason="")
        .filter(Q(to_on__isnull=True) | Q(to_on__gte=on))
        .select_related("account", "substitute")
    }
    found = []
    for unit in units:
        liaison = held.get(unit.pk)
        ends = liaison is not None and liaison.to_on is not None and (liaison.to_on - on).days <= SOON_DAYS
        found.append(LiaisonRow(unit, liaison, ends))
    return found


def liaisons_of(unit_id: int) -> QuerySet[Liaison]:
    """All liaisons a unit ever had, the latest first."""
    return (
        Liaison.objects.filter(unit=unit_id)
        .select_related("account", "substitute")
        .order_by(F("from_on").desc(), "-id")
    )


def liaison_accounts(unit_id: int, on: date) -> list[int]:
    """Accounts of the liaison in office and the substitute."""
    rows = Liaison.objects.filter(unit=unit_id, from_on__lte=on, ended_reason="").values_list(
        "account_id", "substitute_id"
    )
    return [account for pair in rows for account in pair if account is not None]
