"""What may be asked of cases: the drafts and cases of a person, one case's page, the public query."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum

from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import tail_matches
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.periods import Period
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.selectors import access_matter
from yimen.ground.matters.selectors import own as own_matters
from yimen.service.cases import reporting
from yimen.service.cases.at_windows import work as work
from yimen.service.cases.at_windows import work_behind as work_behind
from yimen.service.cases.editions import EditionCard, pinned_edition
from yimen.service.cases.kinds import BY_CODE, USUAL_SETTINGS, KindSetting
from yimen.service.cases.lifecycle import PROCEDURES
from yimen.service.cases.models import (
    Case,
    CaseFile,
    CaseMaterial,
    CaseSum,
    CentreKind,
    Draft,
    ExternalHandling,
    Opinion,
    Reminder,
    ReminderTerms,
    Revocation,
    ServicePromise,
)
from yimen.service.cases.rates import Numbers
from yimen.service.cases.reporting import BY as BY
from yimen.service.cases.reporting import FIGURES as FIGURES
from yimen.service.cases.reporting import By as By
from yimen.service.cases.reporting import Place as Place
from yimen.service.cases.reporting import place_of as place_of

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.matters.models import Matter

OURS = tuple(table.name for table in PROCEDURES)
"""The procedures whose matters are cases; other modules have matters of their own, with work lists of their own."""


def box(actor: Actor, which: matters.Box) -> QuerySet[Matter]:
    """The open cases of one box of the inbox, most urgent first."""
    return matters.box(actor, which).filter(procedure__in=OURS).annotate(marks=F("case__marks"))


def visible(actor: Actor) -> QuerySet[Matter]:
    """Every case the actor may see, newest first."""
    return matters.visible(actor).filter(procedure__in=OURS).annotate(marks=F("case__marks"))


def own_cases(actor: Actor) -> QuerySet[Matter]:
    """The cases of whom the actor acts for, newest first; hearings beside them have their place on the case's page."""
    return own_matters(actor).filter(procedure__in=OURS)


def access_draft(actor: Actor, uid: UUID, *, submitted_too: bool = False) -> Draft:
    """The actor's draft, or `NotFound`: the applicant's own, or the one that this clerk takes in at the window."""
    drafts = Draft.objects.filter(uid=uid)
    if not submitted_too:
        drafts = drafts.filter(submitted_matter__isnull=True)
    draft = drafts.first()
    if draft is None or not _own(actor, draft):
        raise NotFound("没有找到这份草稿。", next_step="它可能已经提交或删除，请到“我的办件”查看。")
    return draft


def _own(actor: Actor, draft: Draft) -> bool:
    if draft.window_intake:
        return draft.account_id == actor.account_id
    if actor.party_id is None or draft.party_id != actor.party_id:
        return False
    standing = actor.standing
    if standing is None or standing.whole:
        return standing is None or standing.reaches(pinned_edition(draft.edition_id).code31)
    return draft.account_id == actor.account_id


def draft_answers(draft: Draft) -> dict[str, Any]:
    """What the draft says, by form key."""
    said = json.loads(draft.answers or "{}")
    return said if isinstance(said, dict) else {}


def draft_arrangements(draft: Draft) -> dict[str, Any]:
    """Contact, way of delivery and `paper` (ids of materials to be brought), as far as the draft says."""
    said = json.loads(draft.arrangements or "{}")
    return said if isinstance(said, dict) else {}


def draft_situation(draft: Draft) -> dict[str, Any]:
    """What the applicant answered to the item's situational guidance."""
    said = json.loads(draft.situation or "{}")
    return said if isinstance(said, dict) else {}


def deciding_answers(draft: Draft) -> dict[str, Any]:
    """The answers that decide which materials are needed: to the guidance, and to the form."""
    return {**draft_situation(draft), **draft_answers(draft)}


def my_drafts(actor: Actor) -> QuerySet[Draft]:
    """The applicant's drafts that are not submitted, newest first; for a clerk, the window intakes begun."""
    drafts = Draft.objects.filter(submitted_matter__isnull=True).select_related("item", "edition").order_by("-saved_at")
    if actor.kind == "staff":
        return drafts.filter(account=actor.account_id, window_intake=True)
    mine = drafts.filter(party=actor.party_id, window_intake=False)
    standing = actor.standing
    if standing is None:
        return mine
    if standing.items is not None:
        mine = mine.filter(item__code31__in=sorted(standing.items))
    return mine if standing.whole else mine.filter(account=actor.account_id)


def access_case(actor: Actor, code: str, permission: str = "matters.view") -> Case:
    """The case with this number, if the actor may see it; see `matters.selectors.access_matter`."""
    matter = access_matter(actor, code, permission)
    case = Case.objects.filter(pk=matter.pk).first()
    if case is None:
        raise NotFound("没有找到这件办件。", next_step="请核对办件编号。")
    case.matter = matter
    return case


def case_answers(case: Case) -> dict[str, Any]:
    """What the applicant said, by form key, as submitted."""
    said = json.loads(case.answers or "{}")
    return said if isinstance(said, dict) else {}


def case_situation(case: Case) -> dict[str, Any]:
    """What the applicant answered to the item's situational guidance, as submitted."""
    said = json.loads(case.situation or "{}")
    return said if isinstance(said, dict) else {}


def edition_of(case: Case) -> EditionCard:
    """The edition the case is pinned to."""
    return pinned_edition(case.edition_id)


def materials_of(case: Case) -> QuerySet[CaseMaterial]:
    """The case's materials with their files, in order."""
    return (
        CaseMaterial.objects.filter(case=case.pk)
        .prefetch_related(
            Prefetch("files", CaseFile.objects.select_related("file", "spared")),
            "files__reused_from__case_material__case__matter",
        )
        .order_by("order")
    )


def opinions_of(case: Case) -> QuerySet[Opinion]:
    """The opinions in the case, first to last."""
    return Opinion.objects.filter(case=case.pk).prefetch_related("files").order_by("id")


def file_of_opinion(case: Case, uid: UUID) -> StoredFile | None:
    """A file that an opinion in the case carries; None for a file that belongs to another case or to nothing."""
    opinion = Opinion.objects.filter(case=case.pk, files__uid=uid).first()
    return opinion.files.get(uid=uid) if opinion is not None else None


def public_query(code: str, tail: str) -> Case:
    """The case for the public query; a wrong number and a wrong tail get the same answer, `NotFound`."""
    case = (
        Case.objects.select_related("matter", "matter__department", "matter__applicant")
        .filter(matter__code=code.strip().upper()[:60])
        .first()
    )
    if case is None or case.matter.applicant is None or not tail_matches(case.matter.applicant, tail):
        raise NotFound("没有查到这件办件。", next_step="请核对办件编号和申请人证件号码的后四位。")
    return case


def case_by_code(code: str) -> Case:
    """The case with this number, for a page whose address proves the right to see it (the public query's result)."""
    case = Case.objects.select_related("matter", "matter__department").filter(matter__code=code[:60]).first()
    if case is None:
        raise NotFound("没有查到这件办件。", next_step="请核对办件编号。")
    return case


@dataclass(frozen=True, slots=True)
class Volume:
    """How many applications came in, and how many of them were decided, for a department, window or item (R024)."""

    id: int | None
    received: int
    decided: int


_VOLUME_BY = {"department": "m.department_id", "window": "m.window_id", "item": "c.item_id"}


def volumes(by: str, first: date, last: date, *, department_id: int | None = None) -> list[Volume]:
    """Applications received from `first` to `last`, both included, by department, window or item, the most first."""
    column = _VOLUME_BY[by]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select {column}, count(*), count(c.decided_at)
            from matters_matter m join cases_case c on c.matter_id = m.id
            where m.opened_at >= %s and m.opened_at < %s and (%s::bigint is null or m.department_id = %s)
            group by 1 order by 2 desc, 1
            """,  # noqa: S608 - one of three columns
            [start_of(first), start_of(last + timedelta(days=1)), department_id, department_id],
        )
        return [Volume(*row) for row in cursor.fetchall()]


def signed_at_window(first: date, last: date) -> dict[int, tuple[int, int]]:
    """By department: how many decisions were made in these days, and how many of them at the window itself (R024)."""
    rows = (
        CaseSum.objects.filter(grain=CaseSum.Grain.DAY, start__range=(first, last), measure__in=("granted", "refused"))
        .values_list("department")
        .annotate(decided=Sum("number"), signed=Sum("at_once"))
    )
    return {department: (decided, signed) for department, decided, signed in rows}


@dataclass(frozen=True, slots=True)
class Traced:
    """A case by which a result that was given out elsewhere may be explained; for supervision, without any check of access."""

    matter_id: int
    code: str
    item_code: str
    item_name: str
    applicant: str
    opened_on: date
    decided_on: date | None
    number: str


_TRACED = """
    select m.id, m.code, i.code, i.name, m.applicant_name, (m.opened_at at time zone 'Asia/Shanghai')::date,
           (c.decided_at at time zone 'Asia/Shanghai')::date, {number}
      from cases_case c join matters_matter m on m.id = c.matter_id join catalogue_serviceitem i on i.id = c.item_id
"""
_PLAIN = "regexp_replace(upper(normalize({}, NFKC)), '[^0-9A-Z\\u4e00-\\u9fff]', '', 'g')"


def traced_by_number(keys: Collection[str]) -> dict[str, Traced]:
    """The cases whose decision bears one of these numbers, capital letters, digits and Chinese alone, by that form."""
    plain = _PLAIN.format("c.decision_number")
    return _traced(f"{_TRACED.format(number=plain)} where c.decision_number <> '' and {plain} = any(%s)", [list(keys)])


def traced_by_outside_number(keys: Collection[str]) -> dict[str, Traced]:
    """The cases that bear one of these numbers in another system."""
    plain = _PLAIN.format("e.number")
    return _traced(
        f"{_TRACED.format(number=plain)} join cases_externalhandling e on e.case_id = c.matter_id"
        f" where e.number <> '' and {plain} = any(%s)",
        [list(keys)],
    )


def traced_by_applicant(names: Collection[str], first: date, last: date) -> list[Traced]:
    """The cases of these applicants (names without spaces) that were opened or decided between two days."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TRACED.format(number="''")
            + " where regexp_replace(normalize(m.applicant_name, NFKC), '\\s', '', 'g') = any(%s)"
            " and m.opened_at < %s and (c.decided_at is null or c.decided_at >= %s) and m.opened_at >= %s order by m.id",
            [list(names), start_of(last + timedelta(days=1)), start_of(first), start_of(first - timedelta(days=400))],
        )
        return [Traced(*row) for row in cursor.fetchall()]


def _traced(question: str, values: list[Any]) -> dict[str, Traced]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return {row[-1]: Traced(*row) for row in cursor.fetchall()}


def decided_elsewhere_first(before: datetime, most: int) -> list[ExternalHandling]:
    """What another system has decided, as we heard before that moment, while the case here is not decided."""
    found = ExternalHandling.objects.filter(
        state__in=("granted", "refused"), heard_at__lt=before, case__decided_at__isnull=True,
        case__matter__closed_at__isnull=True,
    )  # fmt: skip
    return list(
        found.select_related("case__matter__department", "case__matter__window", "system").order_by("pk")[:most]
    )


def start_of(day: date) -> datetime:
    """The first moment of a day in China."""
    return datetime.combine(day, time(), tzinfo=CHINA)


NEWEST = 1000


def often_applied(most: int = 4) -> list[tuple[str, str]]:
    """What people apply for most, among the newest applications: (item code, short name). Its cost does not grow."""
    newest = Case.objects.order_by("-pk").values("pk")[:NEWEST]
    rows = (
        Case.objects.filter(pk__in=newest, item__status="active", item__current__isnull=False)
        .values("item__code", "item__current__short_name", "item__current__daily_name", "item__name")
        .annotate(often=Count("pk"))
        .order_by("-often", "item__code")[:most]
    )
    return [
        (row["item__code"], row["item__current__daily_name"] or row["item__current__short_name"] or row["item__name"])
        for row in rows
    ]


def waits_for(actor: Actor) -> int:
    """How many of the applicant's cases wait for the applicant: materials to bring, a result to fetch. At most 99."""
    if actor.party_id is None:
        return 0
    waiting = own_cases(actor).filter(
        closed_at__isnull=True, state__in=["correction_requested", "correcting", "granted", "refused"]
    )
    return waiting.order_by().values("pk")[:99].count()


def kind_settings(centre_id: int | None) -> tuple[KindSetting, ...]:
    """The kinds of case as the centre has set them, in its order; the usual seven where it set none (R057)."""
    rows = CentreKind.objects.filter(centre=centre_id).order_by("order") if centre_id else ()
    return tuple(KindSetting(row.code, row.label, row.order, row.used) for row in rows) or USUAL_SETTINGS


def kind_labels(centre_id: int | None) -> Mapping[str, str]:
    """What the centre calls each kind, those it does not use included, since old cases still have them."""
    return {each.code: each.label for each in kind_settings(centre_id)}


def kind_label(centre_id: int | None, code: str) -> str:
    """What the centre calls this kind; "" for a code that is none."""
    return kind_labels(centre_id).get(code, "") if code in BY_CODE else ""


def promises(on: date, *, ended_too: bool = False) -> QuerySet[ServicePromise]:
    """The public promises that stand on a day, by unit; with `ended_too` all that were ever made."""
    found = ServicePromise.objects.select_related("unit").order_by("unit__order", "unit__name", "what", "-valid_from")
    if ended_too:
        return found
    return found.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on, withdrawn_at__isnull=True)


def reminder_terms(centre_id: int | None) -> ReminderTerms:
    """How far up the chain a centre lets late cases go; the defaults where it has set nothing (R011)."""
    return ReminderTerms.objects.filter(pk=centre_id or 0).first() or ReminderTerms(centre_id=centre_id or 0)


def reminders_of(case: Case) -> QuerySet[Reminder]:
    """Who was reminded of a case and when, the newest first."""
    return Reminder.objects.filter(matter=case.pk).prefetch_related("told").order_by("-id")


# --- Figures, for those above (the report's own page asks `reporting`)


def figures(actor: Actor, period: Period) -> Numbers:
    """The sums of a period within the actor's scope for the report (R078)."""
    return reporting.whole(reporting.table(period, "kind", reporting.place_of(actor)))


def figures_by_month(actor: Actor, period: Period) -> dict[date, Numbers]:
    """The sums of each month that a period touches, within the actor's scope for the report."""
    return reporting.monthly(period, reporting.place_of(actor))


def revoked_case(code: str) -> tuple[int, str]:
    """The case that a revocation with this number is about (its matter's id), and the number of its decision."""
    found = Revocation.objects.get(matter__code=code)
    return found.case_id, found.decision_number or code[-40:]
