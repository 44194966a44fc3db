"""What others ask of the catalogue: the edition in force, its form, its materials, its limits; lists for the pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count, Prefetch, Q, QuerySet

from yimen.ground.kit import moments
from yimen.ground.matters import lifecycle
from yimen.service.catalogue import policies as policies
from yimen.service.catalogue import search
from yimen.service.catalogue.importing.lists import ListRow as ListRow
from yimen.service.catalogue.importing.lists import read_list as read_list
from yimen.service.catalogue.models import (
    EditionMaterial,
    ImportBatch,
    ImportRow,
    ItemCode,
    ItemEdition,
    ServiceItem,
    StandardMaterial,
)
from yimen.service.catalogue.place_settings import severities as severities
from yimen.service.catalogue.place_settings import value_of as value_of
from yimen.service.catalogue.refusals import ItemCancelled, ItemFrozen, ItemNotPublished, ItemUnknown
from yimen.service.catalogue.rules import guidance, questions
from yimen.service.catalogue.rules.basic_form import BASIC_FORM
from yimen.service.catalogue.rules.course import Course, course, said
from yimen.service.catalogue.rules.limits import Limit
from yimen.service.catalogue.rules.powers import LICENCE, power_of
from yimen.service.catalogue.rules.quality import EditionFacts, Finding, MaterialFacts, lint
from yimen.service.catalogue.rules.vocabulary import LimitUnit, ServiceObject
from yimen.service.catalogue.search import Page as Page
from yimen.service.catalogue.search import Query as Query
from yimen.service.catalogue.search import Suggestion as Suggestion
from yimen.service.catalogue.search import current_index
from yimen.service.catalogue.search import find as find
from yimen.service.catalogue.search import suggest as suggest
from yimen.service.catalogue.search import version as version
from yimen.service.catalogue.standing import editions_by_id as editions_by_id
from yimen.service.catalogue.standing import in_force_on as in_force_on
from yimen.service.catalogue.standing import items_of as items_of
from yimen.service.catalogue.standing import listed_items as listed_items
from yimen.service.catalogue.standing import material_counts as material_counts
from yimen.service.catalogue.standing import named as named
from yimen.service.catalogue.standing import steps_by_kind as steps_by_kind

SERVICE_OBJECTS = ServiceObject.pairs()


@dataclass(frozen=True, slots=True)
class Limits:
    """The two limits of an edition, side by side; None where there is none. `source` is a `LimitSource` word."""

    legal: Limit | None
    promise: Limit | None
    source: str
    basis: str

    @property
    def working(self) -> Limit | None:
        """The limit a case is steered by: the promise where one is made, else the statutory one; None: no clock."""
        return self.promise or self.legal


def limits(edition: ItemEdition) -> Limits:
    """The statutory and the promised limit of an edition."""
    return Limits(
        _limit(edition.legal_limit, edition.legal_unit),
        _limit(edition.promise_limit, edition.promise_unit),
        edition.legal_source,
        edition.legal_limit_basis,
    )


def _limit(number: int | None, unit: str) -> Limit | None:
    return None if number is None else Limit(number, next(known for known in LimitUnit if str(known) == unit))


def item_by_code(code: str) -> ServiceItem:
    """The item with this public code, or with this source code; raises `ItemUnknown`."""
    code = code.strip()
    items = ServiceItem.objects.select_related("department", "source_department", "current")
    item = items.filter(code=code).first() if _plain(code) else None
    if item is None and _plain(code):
        held = ItemCode.objects.filter(code=code).exclude(system="old").order_by("id").first()
        item = items.filter(pk=held.item_id).first() if held else None
    if item is None:
        raise ItemUnknown("没有这个事项。", next_step="请核对事项编码，或按名称查找。")
    return item


def _plain(text: str) -> bool:
    return 0 < len(text) <= 120 and text.isprintable()


def open_edition(item_code: str, at: datetime) -> ItemEdition:
    """The edition under which an application is taken in at this moment, with `item`, `item.department` and
    `form` loaded.

    Raises `ItemUnknown`, `ItemCancelled` (R025), `ItemFrozen`, or `ItemNotPublished` when no edition is in force.
    """
    item = item_by_code(item_code)
    must_be_open(item, at)
    edition = (
        ItemEdition.objects.select_related("item__department", "form")
        .filter(pk=item.current_id or 0, effective_on__lte=moments.day_of(at))
        .first()
    )
    if edition is None:
        raise ItemNotPublished(f"“{item.name}”还没有公布办事指南，不能申请。", next_step="请向实施部门咨询何时开办。")
    return edition


def edition_by_id(edition_id: int) -> ItemEdition:
    """An edition that a case or draft is pinned to, in force or not, with `item`, `item.department` and `form` loaded.

    Raises `ItemUnknown`.
    """
    edition = ItemEdition.objects.select_related("item__department", "form").filter(pk=edition_id).first()
    if edition is None:
        raise ItemUnknown("没有这个事项版本。", next_step="请从办事指南重新进入。")
    return edition


def must_be_open(item: ServiceItem, at: datetime) -> None:
    """Raise `ItemCancelled` or `ItemFrozen` where nothing may be taken in for the item at this moment."""
    cancelled_on = item.cancelled_on
    if item.status == ServiceItem.Status.CANCELLED and cancelled_on and cancelled_on <= moments.day_of(at):
        raise ItemCancelled(
            f"“{item.name}”已于 {moments.say_date(cancelled_on)} 取消，不能再申请或录入。",
            next_step="如仍有人要求您办理或提交它，请向政务服务监督电话反映。",
        )
    if item.status == ServiceItem.Status.FROZEN:
        raise ItemFrozen(f"“{item.name}”暂停办理：{item.status_reason}", next_step="恢复办理后会在办事指南公布。")


def form_of(edition: ItemEdition) -> dict[str, Any]:
    """The edition's form definition (JSON for `rules.questions`); where it has none of its own, the basic form."""
    return edition.form.schema if edition.form is not None else BASIC_FORM


def form_version_of(edition: ItemEdition) -> str:
    """What to pin beside a case: `key/version`, `basic/1` for the basic form."""
    return f"{edition.form.key}/{edition.form.version}" if edition.form is not None else "basic/1"


def materials_of(edition: ItemEdition, on: date) -> list[EditionMaterial]:
    """The materials that may be asked for on a day, in order; cancelled ones are never among them (R030)."""
    materials = EditionMaterial.objects.filter(edition=edition).select_related("standard")
    return [material for material in materials if not is_cancelled(material, on)]


def materials_needed(edition: ItemEdition, answers: Mapping[str, Any], on: date) -> list[tuple[EditionMaterial, bool]]:
    """As `materials_of`, each with whether these answers make it necessary; conditional ones not asked for are
    left out.
    """
    found = []
    for material in materials_of(edition, on):
        needed = questions.material_needed(material.condition, material.necessity, answers)
        if needed or material.necessity != "conditional" or not material.condition:
            found.append((material, needed))
    return found


def is_cancelled(material: EditionMaterial, on: date) -> bool:
    """Whether a material, or the standard material behind it, is cancelled by that day (R030)."""
    days = [material.cancelled_on, material.standard.cancelled_on if material.standard else None]
    return any(day is not None and day <= on for day in days)


def procedure_name(edition: ItemEdition) -> str:
    """The step table that the edition's cases follow: the common one in the words of its power, or one of its own."""
    own = edition.procedure != LICENCE.procedure
    return edition.procedure if own else power_of(edition.kind).procedure


def course_of(edition: ItemEdition) -> Course | None:
    """The course of the procedure that the edition follows; None where this installation does not know it."""
    try:
        return course(lifecycle.procedure(procedure_name(edition), edition.procedure_version))
    except KeyError:
        return None


def edition_facts(edition: ItemEdition, on: date) -> EditionFacts:
    """An edition as the linter sees it."""
    item = edition.item
    said = limits(edition)
    return EditionFacts(
        name=edition.name,
        kind=edition.kind,
        department=item.department.name if item.department is not None else "",
        imported=edition.origin == ItemEdition.Origin.IMPORT and edition.edited_at is None,
        legal=said.legal,
        promise=said.promise,
        materials=[
            MaterialFacts(
                material.order,
                material.name,
                material.necessity,
                material.condition,
                material.source_channel,
                material.basis,
                is_cancelled(material, on),
                material.kind,
                bool(material.template_url or material.form_file_id),
            )
            for material in edition.materials.all()
        ],
        form_keys=_keys(edition),
        has_form=edition.form_id is not None or bool(edition.guidance),
        steps=edition.steps or _steps_of(edition),
        **{
            name: getattr(edition, name)
            for name in (
                "content", "legal_basis", "conditions", "legal_source", "case_kind", "results", "fee", "fee_basis",
                "fee_standard", "fees", "visits", "visits_reason", "agents_refused", "channels", "delivery_by_post", "service_objects",
                "themes", "consult_phone", "complaint_phone", "questions", "place", "hours", "windows", "online_depth",
                "pay_online", "decided_at_once", "personal_topics", "corporate_topics", "review_body", "suit_court",
            )
        },
    )  # fmt: skip


def _keys(edition: ItemEdition) -> frozenset[str]:
    """What a material's condition may read: the fields of the form and the questions of the guidance."""
    if edition.form is None and not edition.guidance:
        return frozenset()
    return frozenset(questions.as_form(form_of(edition)).labels()) | frozenset(guidance.labels(edition.guidance))


def _steps_of(edition: ItemEdition) -> list[dict[str, Any]]:
    """The steps that the guide tells by itself, from the procedure's table."""
    way = course_of(edition)
    return [{"name": said(rule)} for rule in way.way] if way is not None else []


def step_names(edition: ItemEdition) -> list[str]:
    """Names of the steps of an edition as its guide tells them: its own, else those of its procedure."""
    return [str(step.get("name", "")) for step in edition.steps or _steps_of(edition)]


def findings(edition: ItemEdition, on: date, set_here: Mapping[str, str] | None = None) -> list[Finding]:
    """What the linter says of an edition; `set_here` are the severities of this place, read once by who asks for many."""
    return lint(edition_facts(edition, on), severities() if set_here is None else set_here)


def whole(editions: QuerySet[ItemEdition]) -> QuerySet[ItemEdition]:
    """Editions with everything that judging and showing them needs, in few queries."""
    materials = EditionMaterial.objects.select_related("standard").order_by("order")
    return editions.select_related("item__department__division", "item__source_department", "form").prefetch_related(
        Prefetch("materials", materials)
    )


def edition_of(item: ServiceItem, number: int) -> ItemEdition:
    """One edition of an item by its number; raises `ItemUnknown`."""
    edition = whole(ItemEdition.objects.filter(item=item, number=number)).first()
    if edition is None:
        raise ItemUnknown(f"这个事项没有第 {number} 版。", next_step="请从版本清单进入。")
    return edition


def open_draft(item: ServiceItem) -> ItemEdition | None:
    """The edition being worked on (draft, in legal check, or passed), if there is one."""
    return whole(ItemEdition.objects.filter(item=item, status__in=ItemEdition.open_statuses)).first()


# Lists


@dataclass(frozen=True, slots=True)
class Overview:
    """How the published catalogue divides: themes and departments with how many items, and how many there are in all."""

    themes: tuple[tuple[str, int], ...]
    departments: tuple[tuple[int, str, int], ...]
    count: int


def overview() -> Overview:
    """The divisions of the published catalogue, counted once for each version of it in this process."""
    return _overview(str(connection.settings_dict["NAME"]), search.version())


@lru_cache(maxsize=4)
def _overview(_database: str, _version: int) -> Overview:
    return Overview(tuple(_themes()), tuple(_departments_with_items()), published_count())


def _themes(limit: int = 24) -> list[tuple[str, int]]:
    """The themes under which published items stand, with how many, the fullest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select theme, count(*) from catalogue_serviceitem i
            join catalogue_itemedition e on e.id = i.current_id, unnest(e.themes) theme
            where i.status <> 'cancelled' group by theme order by count(*) desc, theme limit %s
            """,
            [limit],
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


def _departments_with_items() -> list[tuple[int, str, int]]:
    """Departments that have published items: (id, name, how many), by name."""
    rows = (
        ServiceItem.objects.filter(current__isnull=False)
        .exclude(status=ServiceItem.Status.CANCELLED)
        .values_list("department_id", "department__name")
        .annotate(items=Count("id"))
        .order_by("department__name")
    )
    return [(pk, name, items) for pk, name, items in rows if pk is not None]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A theme with how many published items stand under it, and the short names of a few."""

    theme: str
    items: int
    examples: tuple[str, ...]


_shelves: dict[tuple[str, str], tuple[int, tuple[Shelf, ...]]] = {}


def shelves(object: str = "", most: int = 12) -> tuple[Shelf, ...]:
    """The fullest themes for a kind of applicant (a `ServiceObject` word), with examples; kept until the catalogue moves."""
    version = current_index().version
    key = (str(connection.settings_dict["NAME"]), object)
    known = _shelves.get(key)
    if known is None or known[0] != version:
        known = _shelves[key] = (version, _read_shelves(object))
    return known[1][:most]


def _read_shelves(object: str) -> tuple[Shelf, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select theme, count(*), (array_agg(name order by length(name), id))[1:3] from (
                select i.id, unnest(e.themes) theme,
                       coalesce(nullif(e.daily_name, ''), nullif(e.short_name, ''), e.name) as name
                from catalogue_serviceitem i join catalogue_itemedition e on e.id = i.current_id
                where i.status <> 'cancelled' and (%s = '' or %s = any(e.service_objects))
            ) standing group by theme order by count(*) desc, theme limit 24
            """,
            [object, object],
        )
        return tuple(Shelf(theme, items, tuple(examples)) for theme, items, examples in cursor.fetchall())


_latest: dict[str, tuple[int, list[ItemEdition]]] = {}


def latest_guides(most: int = 5) -> list[ItemEdition]:
    """The editions put in force last, with `item`, newest first; kept until the catalogue moves."""
    version, database = current_index().version, str(connection.settings_dict["NAME"])
    known = _latest.get(database)
    if known is None or known[0] != version:
        editions = ItemEdition.objects.select_related("item").filter(status=ItemEdition.Status.PUBLISHED)
        known = _latest[database] = (version, list(editions.order_by("-published_at", "-id")[:20]))
    return known[1][:most]


def waiting_for_check(items: Q) -> QuerySet[ItemEdition]:
    """Editions in legal check among the items of a policy's scope, oldest first."""
    held = ServiceItem.objects.filter(items)
    return ItemEdition.objects.filter(status=ItemEdition.Status.LEGAL_CHECK, item__in=held).select_related(
        "item__department"
    )


def batch_by_uid(uid: str) -> ImportBatch:
    """One import; raises `ItemUnknown` for a uid that is none."""
    from uuid import UUID

    try:
        wanted = UUID(uid)
    except ValueError:
        wanted = UUID(int=0)
    batch = ImportBatch.objects.defer("content", "materials_content").filter(uid=wanted).first()
    if batch is None:
        raise ItemUnknown("没有这个导入批次。", next_step="请从导入记录进入。")
    return batch


def batch_lines(batch: ImportBatch, outcome: str = "", *, warned: bool = False) -> QuerySet[ImportRow]:
    """The lines of an import by line number, of one outcome if given, only those with warnings if asked."""
    lines = ImportRow.objects.filter(batch=batch).order_by("file", "line", "id")
    if outcome:
        lines = lines.filter(outcome=outcome)
    return lines.exclude(warnings=[]) if warned else lines


def items() -> QuerySet[ServiceItem]:
    """Every item with its department and current edition, for upper modules that narrow the set themselves."""
    return ServiceItem.objects.select_related("department", "current")


def standard_materials() -> QuerySet[StandardMaterial]:
    """Every standard material in use, for upper modules that say what may stand in its place."""
    return StandardMaterial.objects.filter(cancelled_on__isnull=True)


def editions_by_uid(uids: Iterable[Any]) -> QuerySet[ItemEdition]:
    """Editions by their uid, with item and department."""
    return ItemEdition.objects.select_related("item__department").filter(uid__in=list(uids))


def editions_of_item(item_id: int) -> QuerySet[ItemEdition]:
    """Every edition of an item, newest first."""
    return ItemEdition.objects.filter(item=item_id).order_by("-number")


def edition_before(edition: ItemEdition) -> ItemEdition | None:
    """The edition that was in force before this one; None for the first."""
    older = ItemEdition.objects.filter(item=edition.item_id, number__lt=edition.number, published_at__isnull=False)
    return older.order_by("-number").first()


def editions_of_batch(batch_uid: Any) -> QuerySet[ItemEdition]:
    """The editions in force that an import brought."""
    held = ImportRow.objects.filter(batch__uid=batch_uid, edition__status=ItemEdition.Status.PUBLISHED).values(
        "edition"
    )
    return ItemEdition.objects.select_related("item__department").filter(pk__in=held)


def published_count() -> int:
    """How many items can be applied for."""
    return ServiceItem.objects.filter(current__isnull=False, status=ServiceItem.Status.ACTIVE).count()


def items_in_order(items: Sequence[int]) -> list[ServiceItem]:
    """Items with department and current edition, in the order of these ids."""
    held = ServiceItem.objects.select_related("department", "source_department", "current").in_bulk(list(items))
    return [held[pk] for pk in items if pk in held]


def published_by_case_kind(centre_id: int) -> dict[str, int]:
    """How many published items that a centre's open windows serve are of each kind of case."""
    rows = (
        ServiceItem.objects.filter(
            status="active",
            current__isnull=False,
            department__served_at__centre=centre_id,
            department__served_at__closed_on__isnull=True,
        )
        .values("current__case_kind")
        .annotate(number=Count("pk", distinct=True))
        .order_by()
    )
    return {row["current__case_kind"]: row["number"] for row in rows}


def item_names(ids: Collection[int]) -> dict[int, str]:
    """What lists call these items."""
    return dict(ServiceItem.objects.filter(pk__in=ids).values_list("pk", "name"))


def named_items(codes31: Iterable[str]) -> dict[str, str]:
    """Implementation code → name of the (first) active item with it; codes that no item has are left out."""
    wanted = [code for code in list(codes31)[:100] if len(code) == 31 and _plain(code)]
    rows = ServiceItem.objects.filter(code31__in=wanted, status="active").order_by("-id").values_list("code31", "name")
    return dict(rows)


def materials_of_editions(editions: Collection[int]) -> QuerySet[EditionMaterial]:
    """The materials of several editions in order, cancelled ones too (`is_cancelled`)."""
    return (
        EditionMaterial.objects.select_related("standard")
        .filter(edition__in=list(editions))
        .order_by("edition", "order", "pk")
    )
