"""Which window is for whom (R067)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Prefetch, QuerySet

from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import selectors as catalogue
from yimen.service.windows import rules
from yimen.service.windows.models import SettingRow, WindowService

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit, Window
    from yimen.service.catalogue.models import ServiceItem


@dataclass(frozen=True, slots=True)
class Sign:
    """A window with its kind of service ("" where none is set), as signs and lists show it."""

    window: Window
    kind: str
    since: WindowService | None = None
    departments: tuple[str, ...] = field(default=())

    @property
    def label(self) -> str:
        """What staff call the kind."""
        return rules.KINDS[self.kind][0] if self.kind else ""

    @property
    def says(self) -> str:
        """What the public reads."""
        return rules.KINDS[self.kind][1] if self.kind else ""


def kind_of(window_id: int) -> str:
    """A window's kind of service; "" where none is set."""
    rows = WindowService.objects.filter(window=window_id, ended_at__isnull=True)
    return rows.values_list("kind", flat=True).first() or ""


def in_order(windows: Sequence[Window]) -> list[Window]:
    """As people count: 2 before 10."""
    return sorted(
        windows, key=lambda each: (each.centre_id, int(each.number) if each.number.isdigit() else 10**6, each.number)
    )


def signs(centre: Unit) -> list[Sign]:
    """Every open window of a centre with its kind, in the order of numbers; three queries."""
    held = Prefetch("services", WindowService.objects.filter(ended_at__isnull=True), to_attr="now")
    rows = organisations.open_windows(centre).prefetch_related("departments", held)
    return [
        Sign(
            each, each.now[0].kind if each.now else "", each.now[0] if each.now else None,  # type: ignore[attr-defined]
            tuple(unit.short_name or unit.name for unit in each.departments.all()),
        )
        for each in in_order(list(rows))
    ]  # fmt: skip


def history_of(window_id: int) -> QuerySet[WindowService]:
    """What a window was for, newest first."""
    return WindowService.objects.filter(window=window_id).order_by("-set_at", "-pk")


def uses_two_plus_two(centre_id: int) -> bool:
    """Whether a centre has switched 2+2 on."""
    return SettingRow.objects.filter(centre=centre_id, key="two_plus_two", value=1).exists()


def windows_for(item: ServiceItem, centre_id: int | None) -> list[Window]:
    """The windows of a centre that take an item in: they serve its department, and their kind takes its applicants."""
    objects = list(item.current.service_objects) if item.current is not None else []
    if item.department is None:
        return []
    found = organisations.windows_serving(item.department).filter(centre=centre_id).prefetch_related("services")
    kinds = dict(WindowService.objects.filter(window__in=found, ended_at__isnull=True).values_list("window_id", "kind"))
    return in_order([each for each in found if not kinds.get(each.pk) or rules.takes_item(kinds[each.pk], objects)])


def items_of(window: Window, kind: str) -> QuerySet[ServiceItem]:
    """The published items that a window takes in: those of the departments it serves for whom its kind is."""
    found = catalogue.items().filter(department__served_at=window.pk, current__isnull=False, status="active")
    if kind and not rules.KINDS[kind][2]:
        return found.none()
    if kind:
        found = found.filter(current__service_objects__overlap=list(rules.OBJECTS[kind])) | found.filter(
            current__service_objects=[]
        )
    return found.order_by("department__order", "department_id", "name", "pk")
