"""What others ask of the organisation: who acts, who may, which windows, which letter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from yimen.ground.identity import selectors as people
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations.models import Division, Post, Unit, Window
from yimen.ground.organisations.selectors.acting import Found as Found
from yimen.ground.organisations.selectors.acting import actor_for as actor_for
from yimen.ground.organisations.selectors.acting import by_session as by_session
from yimen.ground.organisations.selectors.acting import by_token as by_token
from yimen.ground.organisations.selectors.acting import posts_of as posts_of
from yimen.ground.organisations.selectors.acting import told_posts as told_posts
from yimen.ground.organisations.selectors.history import Past as Past
from yimen.ground.organisations.selectors.history import former_names as former_names
from yimen.ground.organisations.selectors.history import heirs_of as heirs_of
from yimen.ground.organisations.selectors.history import history_of as history_of
from yimen.ground.organisations.selectors.history import name_on as name_on
from yimen.ground.organisations.selectors.history import named as named
from yimen.ground.organisations.selectors.history import names_on as names_on
from yimen.ground.organisations.selectors.history import tree_on as tree_on
from yimen.ground.organisations.selectors.history import why_no_letter as why_no_letter
from yimen.ground.organisations.selectors.papers import Letterhead as Letterhead
from yimen.ground.organisations.selectors.papers import SealCard as SealCard
from yimen.ground.organisations.selectors.papers import letter_for as letter_for
from yimen.ground.organisations.selectors.papers import letter_stood as letter_stood
from yimen.ground.organisations.selectors.papers import letterhead as letterhead
from yimen.ground.organisations.selectors.papers import letters_running_out as letters_running_out
from yimen.ground.organisations.selectors.papers import seal as seal
from yimen.ground.organisations.selectors.papers import seal_of as seal_of
from yimen.ground.organisations.selectors.registers import chain_gaps as chain_gaps
from yimen.ground.organisations.selectors.registers import counterpart_windows_of as counterpart_windows_of
from yimen.ground.organisations.selectors.registers import counterparts_of as counterparts_of
from yimen.ground.organisations.selectors.registers import department_pairs as department_pairs
from yimen.ground.organisations.selectors.registers import entry_plan as entry_plan
from yimen.ground.organisations.selectors.registers import escalation as escalation
from yimen.ground.organisations.selectors.registers import responsibility_chain as responsibility_chain
from yimen.ground.organisations.selectors.registers import unmatched_departments as unmatched_departments
from yimen.ground.organisations.selectors.registers import window_pairs as window_pairs

if TYPE_CHECKING:
    from yimen.ground.identity.models import Account


# The tree


def unit(unit_id: int) -> Unit:
    """One unit; raises `NotFound`."""
    found = Unit.objects.select_related("division", "parent").filter(pk=unit_id).first()
    if found is None:
        raise NotFound("没有这个机构。")
    return found


def tree(root: Unit | None = None, *, dissolved: bool = False) -> list[Unit]:
    """Units of a subtree (the whole forest without `root`) in reading order, each with `depth` from 0."""
    units = Unit.objects.select_related("division")
    if root is not None:
        units = units.filter(path__startswith=root.path)
    if not dissolved:
        units = units.filter(dissolved_on__isnull=True)
    by_parent: dict[int | None, list[Unit]] = {}
    for each in units.order_by("order", "id"):
        by_parent.setdefault(None if root is not None and each.pk == root.pk else each.parent_id, []).append(each)
    ordered: list[Unit] = []
    waiting = [(each, 0) for each in reversed(by_parent.get(None, []))]
    while waiting:
        each, depth = waiting.pop()
        each.depth = depth
        ordered.append(each)
        waiting.extend((child, depth + 1) for child in reversed(by_parent.get(each.pk, [])))
    return ordered


def ancestors(unit: Unit) -> list[Unit]:
    """From the root down to the unit's parent."""
    ids = [int(part) for part in unit.path.strip("/").split("/") if part]
    held = Unit.objects.in_bulk(ids[:-1])
    return [held[pk] for pk in ids[:-1] if pk in held]


def department_of(unit: Unit) -> Unit:
    """The unit itself, or for a section the nearest unit above that is none."""
    while unit.kind == Unit.Kind.SECTION and unit.parent is not None:
        unit = unit.parent
    return unit


def departments(division: Division | None = None) -> QuerySet[Unit]:
    """Departments in being, of one division if given."""
    found = Unit.objects.filter(kind=Unit.Kind.DEPARTMENT, dissolved_on__isnull=True)
    return found.filter(division=division) if division is not None else found


def units(*kinds: str) -> QuerySet[Unit]:
    """Units in being in reading order, of these kinds if any are given."""
    found = Unit.objects.filter(dissolved_on__isnull=True).order_by("order", "id")
    return found.filter(kind__in=kinds) if kinds else found


def divisions(under: Division | None = None) -> QuerySet[Division]:
    """Divisions, of one subtree if given."""
    return Division.objects.filter(path__startswith=under.path) if under else Division.objects.all()


# Windows and people


def open_windows(centre: Unit | None = None) -> QuerySet[Window]:
    """Windows in use with their hall, of one centre if given, in the order of halls and numbers."""
    found = (
        Window.objects.filter(closed_on__isnull=True).select_related("centre").order_by("centre__order", "centre", "id")
    )
    return found.filter(centre=centre) if centre is not None else found


def window(window_id: int) -> Window:
    """One window with its hall, closed ones too; raises `NotFound`."""
    found = Window.objects.select_related("centre__division").filter(pk=window_id).first()
    if found is None:
        raise NotFound("没有这个窗口。", next_step="请从窗口清单进入。")
    return found


def windows_by_id(ids: Collection[int]) -> QuerySet[Window]:
    """These windows with their hall, closed ones too, in the order of halls and numbers."""
    return Window.objects.filter(pk__in=ids).select_related("centre").order_by("centre__order", "centre", "id")


def window_posts(on: date) -> QuerySet[Post]:
    """The posts at windows that somebody held on a day, with unit, window and holder."""
    held = Q(abolished_on__isnull=True) | Q(abolished_on__gt=on)
    return Post.objects.filter(held, window__isnull=False, account__isnull=False).select_related(
        "unit", "window", "account"
    )


def windows_serving(department: Unit, centre: Unit | None = None) -> QuerySet[Window]:
    """Open windows where a department's items are accepted: its own, and comprehensive windows that serve it."""
    accepting = [Window.Kind.COMPREHENSIVE, Window.Kind.DEPARTMENT]
    found = Window.objects.filter(departments=department, kind__in=accepting, closed_on__isnull=True)
    return found.filter(centre=centre) if centre is not None else found


def halls() -> QuerySet[Unit]:
    """Centres and sub-centres in being."""
    kinds = [Unit.Kind.CENTRE, Unit.Kind.SUBCENTRE]
    return Unit.objects.filter(kind__in=kinds, dissolved_on__isnull=True).order_by("order", "id")


def sections_in(departments: QuerySet[Unit]) -> QuerySet[Unit]:
    """The sections right below these departments, each with its department, in the order of the tree."""
    found = Unit.objects.filter(parent__in=departments, kind=Unit.Kind.SECTION, dissolved_on__isnull=True)
    return found.select_related("parent").order_by("parent__order", "parent", "order", "id")


def sections_of(department: Unit) -> QuerySet[Unit]:
    """The sections of a department in being."""
    found = Unit.objects.filter(path__startswith=department.path, kind=Unit.Kind.SECTION, dissolved_on__isnull=True)
    return found.order_by("order", "id")


def hall_posts(department: Unit) -> QuerySet[Post]:
    """The department's posts that belong in the hall: those of its approval-service sections and those at a window."""
    found = Post.objects.filter(unit__path__startswith=department.path, abolished_on__isnull=True)
    return (
        found.filter(Q(unit__approval_section=True) | Q(window__isnull=False))
        .select_related("unit", "window__centre", "account")
        .order_by("unit__order", "id")
    )


def staff_of(unit: Unit, on: date) -> QuerySet[Account]:
    """Who holds a post in a unit or below it on a day, by name."""
    return _holding(Q(posts__unit__path__startswith=unit.path), on).order_by("name", "pk")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something lies, as far as a scope can reach it: its department, window, centre and division."""

    department_id: int
    window_id: int | None = None
    centre_id: int | None = None
    division: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds permissions at a place in one of their posts (None: of their own, without a post)."""

    account_id: int
    name: str
    post_id: int | None
    codes: frozenset[str]


_HOLDERS = """
with department as (
    -- The department and its sections, but not what lies below another unit in between; and whoever took it over.
    select u.id from organisations_unit u, organisations_unit d
    where (d.id = %(department)s or d.id in (select organisations_heirs(%(department)s)))
      and (u.id = d.id or (u.kind = 'section' and starts_with(u.path, d.path) and not exists (
        select from organisations_unit m
        where m.kind <> 'section' and m.id <> d.id and starts_with(m.path, d.path) and starts_with(u.path, m.path))))
), held as (
    select p.account_id, p.id as post_id, p.main, g.code
    from organisations_grant g
    join organisations_post p on p.id = g.post_id
    join organisations_unit u on u.id = p.unit_id
    left join organisations_window w on w.id = p.window_id
    where g.ended_at is null and g.code = any(%(codes)s)
      and p.held_from <= %(day)s and (p.held_to is null or p.held_to >= %(day)s)
      and case g.scope
          when 'all' then true
          when 'window' then coalesce(g.scope_window_id, p.window_id) = %(window)s
          when 'department' then case when g.scope_unit_id is null then p.unit_id in (select id from department)
                                      else g.scope_unit_id = %(department)s end
          when 'centre' then %(centre)s::bigint is not null and %(centre)s = coalesce(g.scope_unit_id, w.centre_id, (
              select c.id from organisations_unit c
              where c.id = any(string_to_array(trim(both '/' from u.path), '/')::bigint[])
                and c.kind in ('centre', 'subcentre', 'town', 'village')
              order by length(c.path) desc limit 1))
          when 'division' then starts_with(
              %(division)s, organisations_division_prefix(coalesce(g.scope_division_id, (
                  select d.division_id from organisations_unit d
                  where d.id = any(string_to_array(trim(both '/' from u.path), '/')::bigint[]) and d.kind <> 'section'
                  order by length(d.path) desc limit 1))))
          else false end
    union all
    select g.account_id, null, false, g.code
    from organisations_grant g
    where g.ended_at is null and g.account_id is not null and g.code = any(%(codes)s)
      and case g.scope
          when 'all' then true
          when 'window' then g.scope_window_id = %(window)s
          when 'department' then g.scope_unit_id = %(department)s
          when 'centre' then g.scope_unit_id = %(centre)s
          when 'division' then starts_with(%(division)s, organisations_division_prefix(g.scope_division_id))
          else false end
)
select a.id, a.name, held.post_id, array_agg(distinct held.code)
from held join identity_account a on a.id = held.account_id
where a.is_active and a.kind = 'staff'
group by a.id, a.name, held.post_id, held.main
order by a.name, a.id, held.main desc, held.post_id nulls last
"""


def holders(codes: Collection[str], place: Place, on: date) -> list[Holder]:
    """Who holds any of these permissions at a place on a day, one row for each post (the main one first), by name.

    Reaches exactly as far as the actor's own rights do: an ended or future post, an account out of use, another
    department, centre or window give nothing, and the scope `own` reaches no place. What an account holds of its own is
    a row without a post and is true in each of its posts.
    """
    values: dict[str, Any] = {
        "codes": list(codes), "day": on, "department": place.department_id, "window": place.window_id,
        "centre": place.centre_id, "division": place.division,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, values)
        return [Holder(account, name, post, frozenset(held)) for account, name, post, held in cursor.fetchall()]


def heads_of(department: Unit, on: date) -> QuerySet[Account]:
    """Who heads the department (部门负责人) on a day; posts of its sections do not count."""
    return _holding(Q(posts__unit=department, posts__duty=Post.Duty.HEAD), on)


def chief_of(department: Unit, on: date) -> Account | None:
    """The department's chief representative in the hall (R007), whose post is in it or in one of its sections."""
    return _holding(Q(posts__unit__path__startswith=department.path, posts__duty=Post.Duty.CHIEF), on).first()


def chief_post(department: Unit) -> Post | None:
    """The post of the department's chief representative, held or vacant; None before there is one."""
    posts = Post.objects.filter(unit__path__startswith=department.path, duty=Post.Duty.CHIEF, abolished_on__isnull=True)
    return posts.select_related("unit", "account").order_by("id").first()


def _holding(post: Q, on: date) -> QuerySet[Account]:
    held = post & Q(posts__held_from__lte=on) & (Q(posts__held_to__isnull=True) | Q(posts__held_to__gte=on))
    return people.accounts(active=True).filter(held).distinct()


# Letters and seals


# Where a department is served


@dataclass(frozen=True, slots=True)
class Hall:
    """Where a department's matters are taken in: centre and window (None where there is none yet), and its division."""

    centre_id: int | None
    window_id: int | None
    division: str


def hall_of_department(department_id: int) -> Hall:
    """The first open window that serves the department, with its centre; raises `NotFound` for no such department."""
    department = unit(department_id)
    window = windows_serving(department).order_by("number").first()
    return Hall(
        centre_id=window.centre_id if window else None,
        window_id=window.pk if window else None,
        division=department.division_id,
    )


def led_from(ids: Collection[int]) -> dict[int, str]:
    """Of these units the vertically managed ones: departments below a department of another tier, with its name.

    They work for this division and answer to that one (R235); their matters lie in this one, so its leaders see them.
    """
    led = Unit.objects.filter(pk__in=ids, kind=Unit.Kind.DEPARTMENT, parent__kind=Unit.Kind.DEPARTMENT)
    led = led.exclude(parent__division=F("division"))
    return {pk: short or name for pk, short, name in led.values_list("pk", "parent__short_name", "parent__name")}


def service_points() -> QuerySet[Unit]:
    """Where people are received: centres, their branches, towns' and villages' service points in being, in order."""
    kinds = [Unit.Kind.CENTRE, Unit.Kind.SUBCENTRE, Unit.Kind.TOWN, Unit.Kind.VILLAGE]
    return Unit.objects.filter(kind__in=kinds, dissolved_on__isnull=True).order_by("order", "pk")


def main_centre() -> Unit | None:
    """The centre whose name, address and telephone the public pages bear; None before there is one."""
    return Unit.objects.filter(kind=Unit.Kind.CENTRE, dissolved_on=None).order_by("order", "pk").first()


def short_names(ids: Collection[int]) -> dict[int, str]:
    """What lists call these units, dissolved ones included."""
    return {unit.pk: unit.short_name or unit.name for unit in Unit.objects.filter(pk__in=ids)}
