"""Which disclosures a place works by, and how its items keep them (R032, R033)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import policies
from yimen.service.catalogue.models import CentreDisclosure, DisclosureSet, EditionCheck
from yimen.service.catalogue.rules.disclosures import ELEMENTS, KNOWN, Entry, entries_of, stored
from yimen.service.catalogue.services.texts import tidy

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

MOST_ENTRIES = 20
_KEY = re.compile(r"[a-z][a-z0-9-]{1,29}")


@dataclass(frozen=True, slots=True)
class Standard:
    """A set as it is used: its key, its name, its entries."""

    key: str
    name: str
    entries: tuple[Entry, ...]


SIX = Standard(KNOWN[0].key, KNOWN[0].name, KNOWN[0].entries)


def standard_of(department: Unit | None) -> Standard:
    """The set of the centre where a department's matters are taken in, else the usual one, else 六公开; one query."""
    wanted = Q(usual=True)
    if department is not None:
        wanted |= Q(centres__centre__in=organisations.windows_serving(department).order_by().values("centre"))
    held = DisclosureSet.objects.filter(wanted, standing=True).order_by("usual", "pk").first()
    return as_standard(held) if held is not None else SIX


def as_standard(held: DisclosureSet) -> Standard:
    """A stored set as it is used."""
    return Standard(held.key, held.name, entries_of(held.entries))


def sets() -> list[DisclosureSet]:
    """The sets of this place; the known ones are put in when somebody first looks for them."""
    held = list(DisclosureSet.objects.prefetch_related("centres__centre"))
    return held or _begin()


@transaction.atomic
def _begin() -> list[DisclosureSet]:
    for known in KNOWN:
        DisclosureSet.objects.get_or_create(
            key=known.key,
            defaults={
                "name": known.name,
                "source": known.source,
                "entries": stored(known.entries),
                "usual": known is KNOWN[0],
            },
        )
    return list(DisclosureSet.objects.prefetch_related("centres__centre"))


@transaction.atomic
def save_set(
    *, actor: Actor, key: str, name: str, source: str, entries: Sequence[Entry], at: datetime, usual: bool = False
) -> DisclosureSet:
    """Write a set: its entries in order, each with the elements that must be stated. Raises `Invalid` with the fields."""
    require_permission(actor, policies.PUBLISH)
    if not _KEY.fullmatch(key):
        raise Invalid("编号用小写字母开头，只含小写字母、数字和短横线。", fields={"key": "例如 nine-qinghe。"})
    given = [entry for entry in entries if entry.label.strip()]
    if not given or len(given) > MOST_ENTRIES:
        raise Invalid(f"公开内容应有 1 到 {MOST_ENTRIES} 项。", fields={"entries": f"请写 1 到 {MOST_ENTRIES} 项。"})
    for place, entry in enumerate(given, 1):
        if not entry.elements or any(name not in ELEMENTS for name in entry.elements):
            message = f"第 {place} 项“{entry.label}”没有对应的要素，或有不认识的要素。"
            raise Invalid(message, fields={"entries": message})
    labels = [entry.label.strip() for entry in given]
    if len(set(labels)) != len(labels):
        raise Invalid("两项公开内容同名。", fields={"entries": "两项公开内容同名，请改名。"})
    _begin()
    if usual:
        DisclosureSet.objects.exclude(key=key).filter(usual=True).update(usual=False)
    held, _ = DisclosureSet.objects.update_or_create(
        key=key,
        defaults={
            "name": tidy(name, "名称", 60, field="name"),
            "source": tidy(source, "依据", 200, field="source", needed=False),
            "entries": stored([Entry(entry.label.strip()[:40], entry.elements) for entry in given]),
            "changed_by": actor.name,
            "changed_at": at,
            **({"usual": True} if usual else {}),
        },
    )
    audit.record(
        "catalogue.save_disclosure", actor=actor, target_kind="disclosure", target=key, facts={"entries": labels}
    )
    return held


@transaction.atomic
def choose_set(*, actor: Actor, centre: Unit, key: str, at: datetime) -> None:
    """Let a centre work by a set; "" lets it work by the usual one again."""
    require_permission(actor, policies.PUBLISH)
    if centre.kind != "centre":
        raise Conflict("只有政务服务中心可以选定公开制度。")
    held = DisclosureSet.objects.filter(key=key, standing=True).first()
    if key and held is None:
        raise Invalid("没有这套公开制度。", fields={"key": "请从清单里选择。"})
    if held is None:
        CentreDisclosure.objects.filter(centre=centre).delete()
    else:
        CentreDisclosure.objects.update_or_create(centre=centre, defaults={"disclosure": held})
    audit.record(
        "catalogue.choose_disclosure",
        actor=actor,
        target_kind="unit",
        target=centre.name,
        facts={"set": key or "usual"},
    )


@dataclass(frozen=True, slots=True)
class Gap:
    """How many editions in force of a department lack an entry. `department` None: of no department of ours."""

    department: int | None
    name: str
    items: int
    whole: int
    lacking: tuple[int, ...]


def gaps_by_department(checks: QuerySet[EditionCheck], standard: Standard) -> list[Gap]:
    """For each department: its editions in force, how many keep every entry, how many lack each; one query."""
    counts: dict[str, Any] = {
        f"lack_{place}": Count("pk", filter=Q(missing__overlap=list(entry.elements)))
        for place, entry in enumerate(standard.entries)
    }
    needed = sorted({name for entry in standard.entries for name in entry.elements})
    rows: Iterable[Any] = (
        checks.filter(standing=True)
        .values("department_id", "department__name")
        .annotate(items=Count("pk"), lacking=Count("pk", filter=Q(missing__overlap=needed)), **counts)
        .order_by("-lacking", "department__name")
    )
    return [
        Gap(
            row["department_id"],
            row["department__name"] or "（部门未对应）",
            row["items"],
            row["items"] - row["lacking"],
            tuple(row[f"lack_{place}"] for place in range(len(standard.entries))),
        )
        for row in rows
    ]


def lacking(checks: QuerySet[EditionCheck], entry: Entry | None, standard: Standard) -> QuerySet[EditionCheck]:
    """The editions in force that lack an entry, or any entry where none is named."""
    wanted = list(entry.elements) if entry else sorted({name for each in standard.entries for name in each.elements})
    return checks.filter(standing=True, missing__overlap=wanted)
