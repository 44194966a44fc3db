"""Judging many editions at once and keeping what was found: the report of a department counts without judging again.

`check` judges in portions, a few queries each; 23 000 editions take seconds. It is asked after every change of an edition for
that one, after an import for the batch, and each night for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from yimen.ground.kit import moments
from yimen.service.catalogue import selectors
from yimen.service.catalogue.importing.bulk import copy_in
from yimen.service.catalogue.models import EditionCheck, ItemEdition
from yimen.service.catalogue.place_settings import severities
from yimen.service.catalogue.rules import disclosures
from yimen.service.catalogue.rules.quality import lint

CHUNK = 500
NOT_JUDGED = (ItemEdition.Status.RETIRED, ItemEdition.Status.WITHDRAWN)
_STATED = (
    "content", "fee", "fee_standard", "fee_basis", "fees", "legal_limit", "promise_limit", "conditions", "legal_basis",
    "results", "place", "hours", "windows", "consult_phone", "complaint_phone", "review_body", "suit_court",
    "service_objects", "steps", "agents_refused",
)  # fmt: skip


def judged() -> QuerySet[ItemEdition]:
    """The editions that are judged: in force, or on their way."""
    return ItemEdition.objects.exclude(status__in=NOT_JUDGED)


def check(edition_ids: Iterable[int], at: datetime, progress: Callable[[int], None] = lambda _: None) -> int:
    """Judge these editions and keep what was found; returns how many. Editions no longer judged lose what was kept."""
    ids, done, day, set_here = sorted(edition_ids), 0, moments.day_of(at), severities()
    for start in range(0, len(ids), CHUNK):
        portion = ids[start : start + CHUNK]
        editions = list(
            selectors.whole(judged().filter(pk__in=portion))
            .select_related(None)
            .select_related("item__department", "form")
        )
        rows = [_kept(edition, day, set_here, at) for edition in editions]
        with transaction.atomic():
            # Two that judge the same edition wait for one another here, in the order of their keys.
            list(
                ItemEdition.objects.select_for_update(no_key=True)
                .filter(pk__in=portion)
                .order_by("pk")
                .values_list("pk")
            )
            EditionCheck.objects.filter(edition__in=portion).delete()
            copy_in(EditionCheck, rows)
        done += len(rows)
        progress(done)
    return done


def check_all(at: datetime, progress: Callable[[int], None] = lambda _: None) -> int:
    """Judge every edition in force or on its way, drop what is kept of others, and note the day's tally."""
    EditionCheck.objects.filter(edition__status__in=NOT_JUDGED).delete()
    done = check(judged().values_list("pk", flat=True), at, progress)
    tally(moments.day_of(at))
    return done


def tally(day: date) -> None:
    """Note how the departments' editions in force stand on this day, for the trend."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into catalogue_checktally (day, department_id, editions, flawless, with_errors, errors, warnings)
            select %s, department_id, count(*), count(*) filter (where errors = 0 and warnings = 0),
                   count(*) filter (where errors > 0), coalesce(sum(errors), 0), coalesce(sum(warnings), 0)
              from catalogue_editioncheck where standing group by department_id
            on conflict (day, department_id) do update set editions = excluded.editions, flawless = excluded.flawless,
                with_errors = excluded.with_errors, errors = excluded.errors, warnings = excluded.warnings
            """,
            [day],
        )


def _kept(edition: ItemEdition, day: date, set_here: dict[str, str], at: datetime) -> EditionCheck:
    facts = selectors.edition_facts(edition, day)
    found = lint(facts, set_here)
    return EditionCheck(
        edition_id=edition.pk,
        item_id=edition.item_id,
        department_id=edition.item.department_id,
        standing=edition.status == ItemEdition.Status.PUBLISHED,
        errors=sum(each.severity == "error" for each in found),
        warnings=sum(each.severity == "warning" for each in found),
        rules=list(dict.fromkeys(each.rule for each in found)),
        missing=absent(edition),
        findings=[asdict(each) for each in found],
        checked_at=at,
    )


def absent(edition: ItemEdition) -> list[str]:
    """The elements of `rules.disclosures` that an edition, read whole, does not state."""
    return disclosures.missing(
        {name: getattr(edition, name) for name in _STATED}
        | {
            "materials": len(edition.materials.all()),
            "has_course": selectors.course_of(edition) is not None,
            "department": edition.item.department_id,
            "imported": edition.origin == ItemEdition.Origin.IMPORT and edition.edited_at is None,
        }
    )


def keep(edition_ids: Sequence[int], at: datetime) -> None:
    """Judge a few editions within the transaction that changed them."""
    check(edition_ids, at)
