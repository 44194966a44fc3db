"""What others ask of the organisation: who acts, who may, which windows, which letter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Q, QuerySet

from yimen.ground.identity import selectors as people
from yimen.ground.identity.rules import Actor, LetterPower, PostChoice, SignIn, StandIn
from yimen.ground.identity.rules import Standing as CitizenStanding
from yimen.ground.kit import moments
from yimen.ground.kit.postgresql.statements import Statement
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations.capacities import OpenEmergency, Standing, in_capacity, true_until
from yimen.ground.organisations.models import (
    AuthorisationLetter,
    Division,
    Post,
    Seal,
    Unit,
    Window,
)
from yimen.ground.organisations.selectors.history import Past as Past
from yimen.ground.organisations.selectors.history import former_names as former_names
from yimen.ground.organisations.selectors.history import heirs_of as heirs_of
from yimen.ground.organisations.selectors.history import history_of as history_of
from yimen.ground.organisations.selectors.history import name_on as name_on
from yimen.ground.organisations.selectors.history import named as named
from yimen.ground.organisations.selectors.history import names_on as names_on
from yimen.ground.organisations.selectors.history import tree_on as tree_on
from yimen.ground.organisations.selectors.history import why_no_letter as why_no_letter
from yimen.ground.organisations.selectors.registers import chain_gaps as chain_gaps
from yimen.ground.organisations.selectors.registers import counterpart_windows_of as counterpart_windows_of
from yimen.ground.organisations.selectors.registers import counterparts_of as counterparts_of
from yimen.ground.organisations.selectors.registers import department_pairs as department_pairs
from yimen.ground.organisations.selectors.registers import entry_plan as entry_plan
from yimen.ground.organisations.selectors.registers import responsibility_chain as responsibility_chain
from yimen.ground.organisations.selectors.registers import unmatched_departments as unmatched_departments
from yimen.ground.organisations.selectors.registers import window_pairs as window_pairs

if TYPE_CHECKING:
    from yimen.ground.identity.models import Account

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Found:
    """What the database knows of a session or token: an actor with its sign-in, or why the session has ended.

    `stamp` is the organisation's when the actor was read; `kept` says that the caller's own actor is still true, unless
    the moment `until` has come. `own_post` is the post of one's own, also while one stands in for somebody (`standing`);
    `stood_down` says that this has ended since the last request.
    """

    actor: Actor | None = None
    sign_in: SignIn | None = None
    ended: str = ""
    stamp: UUID | None = None
    kept: bool = False
    stand_ins: tuple[StandIn, ...] = ()
    standing: Standing | None = None
    stood_down: bool = False
    emergency: OpenEmergency | None = None
    own_post: int | None = None
    until: datetime | None = None


_SESSION = Statement("select organisations_session(%s, %s, %s, %s, %s, %s)::text")
_CITIZEN_SESSION = Statement(
    "select organisations_session(%s, %s, %s, %s, %s, %s)::text, identity_standing_of_session(%s, %s)::text"
)
_TOKEN = Statement("select organisations_token(%s, %s, %s)::text, identity_standing_of_token(%s)::text")
_ACTOR = Statement("select organisations_actor(%s, %s, %s)::text")
_POSTS = Statement("select organisations_posts(%s, %s)::text")
_found = msgspec.json.Decoder(Found)
_actor = msgspec.json.Decoder(Actor)
_acting = msgspec.json.Decoder(CitizenStanding)
_posts = msgspec.json.Decoder(tuple[PostChoice, ...])


def by_session(key_hash: str, at: datetime, *, passive: bool = False) -> Found | None:
    """Session, account, post, rights and letters in one query; None when there is no such session."""
    day = moments.day_of(at)
    held = _actors.get((key_hash, day))
    if held is not None and held.until is not None and at >= held.until:
        held = None
    standing = held.standing.id if held and held.standing else None
    stamp, own_post = (held.stamp, held.own_post) if held else (None, None)
    asked: list[Any] = [key_hash, at, passive, stamp, own_post, standing]
    acting: str | None = None
    if held is not None and held.actor is not None and held.actor.kind == "staff":
        text = _SESSION.value(asked)
    else:
        text, acting = _CITIZEN_SESSION.first([*asked, key_hash, at]) or ("", None)
    if not text:
        return None
    found = _found.decode(text)
    if held is not None and found.kept:
        return _acting_in(replace(held, sign_in=found.sign_in), acting)
    if found.actor is not None:
        beside = (found.standing, found.emergency, found.stand_ins)
        found = replace(
            found,
            own_post=found.actor.post_id,
            actor=in_capacity(found.actor, *beside, at),
            until=true_until(*beside, at),
        )
        _actors.keep((key_hash, day), replace(found, stood_down=False))
    return _acting_in(found, acting)


def by_token(token_hash: str, at: datetime) -> Found | None:
    """The same for an API token, with no more rights than its scopes name; None when it is unknown, expired or revoked,
    or its account disabled."""
    day = moments.day_of(at)
    held = _actors.get((token_hash, day))
    text, acting = _TOKEN.first([token_hash, at, held.stamp if held else None, token_hash]) or ("", None)
    if not text:
        return None
    found = _found.decode(text)
    if held is not None and found.kept and found.sign_in == held.sign_in:
        return _acting_in(held, acting)
    if found.actor is None or found.sign_in is None:
        return found
    allowed = frozenset(right for right in found.actor.permissions if found.sign_in.allows(right.code))
    role = found.actor.admin_role if found.sign_in.allows(f"admin.{found.actor.admin_role}") else ""
    found = replace(found, actor=replace(found.actor, permissions=allowed, admin_role=role))
    _actors.keep((token_hash, day), found)
    return _acting_in(found, acting)


def _acting_in(found: Found, text: str | None) -> Found:
    """The same with whom the citizen acts for, read anew each time; what has ended gives nothing but the reason."""
    if not text or found.actor is None:
        return found
    standing = _acting.decode(text)
    if not standing.ended:
        return replace(found, actor=people.in_standing(found.actor, standing))
    sign_in = replace(found.sign_in or SignIn(), standing_ended=standing.ended)
    home = None if standing.home_party_id is None else found.actor.party_id
    return replace(found, actor=replace(found.actor, party_id=home), sign_in=sign_in)


def actor_for(account: Account, at: datetime, post: Post | None = None) -> Actor:
    """The actor an account is at a moment, in `post` (None: the main one). Raises `NotFound` for a disabled account
    and for a post that it does not hold then."""
    held = posts_of(account.pk, moments.day_of(at))
    if post is not None and post.pk not in {choice.post_id for choice in held}:
        raise NotFound("该账号当日不担任这个岗位。")
    chosen = post.pk if post is not None else held[0].post_id if held else None
    text = _ACTOR.value([account.pk, chosen, at])
    if not text:
        raise NotFound("账号不存在或已停用。")
    return _actor.decode(text)


def posts_of(account_id: int | None, on: date) -> tuple[PostChoice, ...]:
    """The posts an account holds on a day, the main one first."""
    text = _POSTS.value([account_id, on])
    return _posts.decode(text) if text else ()


def told_posts(account: Account, at: datetime) -> dict[str, Any]:
    """The posts of a member of staff, as systems learn them that sign people in through us (scope `post`, R016)."""
    held = posts_of(account.pk, moments.day_of(at)) if account.kind == "staff" else ()
    return {"posts": [{"unit": each.unit, "title": each.title} for each in held]}


class _Kept(Generic[Key, Value]):
    """What this process read under a stamp (ADR 0010). Within a transaction nothing is kept and nothing used: there the
    organisation may have changed without the stamp, which is renewed at the commit."""

    def __init__(self, most: int) -> None:
        self._held: dict[Key, Value] = {}
        self._most = most

    def get(self, key: Key) -> Value | None:
        return None if connection.in_atomic_block else self._held.get(key)

    def keep(self, key: Key, value: Value) -> None:
        if connection.in_atomic_block:
            return
        if len(self._held) >= self._most:
            self._held.clear()
        self._held[key] = value


_actors: _Kept[tuple[str, date], Found] = _Kept(5000)
_letterheads: _Kept[tuple[int, date, UUID], Letterhead] = _Kept(1000)


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


def letters_in_force(department: Unit, on: date) -> QuerySet[AuthorisationLetter]:
    """Signed letters of a department valid on a day."""
    return AuthorisationLetter.objects.filter(
        department=department, state=AuthorisationLetter.State.SIGNED, valid_from__lte=on, valid_to__gte=on
    ).select_related("post", "seal")


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


# Where a department is served, and how it signs


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
