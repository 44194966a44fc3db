"""The county built through the services that a real installation uses: places, people, letters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from yimen.ground.identity import services as identities
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit.moments import CHINA
from yimen.ground.organisations import services as organisations
from yimen.ground.organisations.selectors import actor_for
from yimen.house.demo import county
from yimen.house.simulate import people

if TYPE_CHECKING:
    from yimen.ground.identity.models import Account
    from yimen.ground.organisations.models import Post, Seal, Unit, Window

YEARS = 5
"""How long an authorisation letter may run at most."""

FIRST_STAFF_NUMBER = 50_000
"""Where the names of the staff begin among the invented ones."""


@dataclass(slots=True)
class County:
    """What was built, by short key. `staff` maps a sign-in name to its account, `posts` to its post."""

    at: datetime
    units: dict[str, Unit] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)
    seals: dict[str, Seal] = field(default_factory=dict)
    staff: dict[str, Account] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    by_duty: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    clerks: dict[str, str] = field(default_factory=dict)

    def actor(self, sign_in_name: str, at: datetime | None = None) -> Actor:
        """Who this member of staff is and may do at a moment (when the county was built, if none is given)."""
        return actor_for(self.staff[sign_in_name], at or self.at)

    def first(self, unit: str, duty: str) -> str:
        """The sign-in name of the first holder of a duty in a unit."""
        return self.by_duty[unit, duty][0]


def built_at(now: datetime) -> datetime:
    """When the county began: the second of January two years before, so that letters of five years cover past and future."""
    return datetime(now.year - 2, 1, 2, 9, 0, tzinfo=CHINA)


def build(now: datetime, *, villages: bool = True) -> County:
    """Build the county in the open transaction; `villages=False` leaves the villages and their agents out (tests)."""
    made = County(built_at(now))
    _places(made, villages=villages)
    _windows(made)
    _staff(made, villages=villages)
    _letters(made)
    get_user_model()._default_manager.filter(kind="staff").update(last_login=now - timedelta(hours=20))
    return made


def _places(made: County, *, villages: bool) -> None:
    at = made.at
    city = organisations.add_division(actor=SYSTEM, code=county.CITY_CODE, name=county.CITY, at=at)
    home = organisations.add_division(actor=SYSTEM, code=county.COUNTY_CODE, name=county.COUNTY, at=at, parent=city)

    def unit(key: str, kind: str, name: str, parent: str | None, **more: Any) -> None:
        given: dict[str, Any] = {"division": home, "use_level": "4"} | more
        made.units[key] = organisations.create_unit(
            actor=SYSTEM, kind=kind, name=name, at=at, parent=made.units[parent] if parent else None, **given
        )

    where = f"{county.COUNTY}文澜路 8 号"
    unit("government", "government", county.GOVERNMENT, None, short_name="县政府", address=f"{county.COUNTY}文澜路 1 号",
         credit_code=people.credit_code(1, registrar="11"), phone="0990-631 2000", order=1)  # fmt: skip
    unit("office", "office", "清河县政务服务管理局", "government", short_name="政务服务局", address=where,
         credit_code=people.credit_code(2, registrar="11"), phone="0990-631 2200", order=2)  # fmt: skip
    unit("centre", "centre", "清河县政务服务中心", "office", short_name="政务服务中心", address=where,
         phone="0990-631 2208", order=3)  # fmt: skip
    unit(
        "estate",
        "subcentre",
        "不动产登记分中心",
        "centre",
        address=f"{county.COUNTY}青禾路 7 号",
        phone="0990-631 2240",
    )
    unit("south", "subcentre", "城南分中心", "centre", address=f"{county.COUNTY}安平大道 66 号", phone="0990-631 2260")
    for number, each in enumerate(county.departments()):
        unit(each.key, "department", each.name, "government", short_name=each.short_name, address=each.room,
             phone=each.phone, credit_code=people.credit_code(10 + number, registrar="11"), order=10 + number)  # fmt: skip
        unit(f"{each.key}/section", "section", "行政审批服务科", each.key, short_name=f"{each.short_name}审批科",
             approval_section=True)  # fmt: skip
        made.seals[each.key] = organisations.register_seal(
            actor=SYSTEM, unit=made.units[each.key], kind="approval", text=f"{each.name}行政审批专用章",
            number=f"QH-{number + 1:04d}", valid_from=at.date(), at=at,
        )  # fmt: skip
    made.seals["centre"] = organisations.register_seal(
        actor=SYSTEM, unit=made.units["centre"], kind="acceptance", text="清河县政务服务中心受理专用章", number="QH-0100",
        valid_from=at.date(), at=at,
    )  # fmt: skip
    for town in county.towns():
        division = organisations.add_division(actor=SYSTEM, code=town.code, name=town.name, at=at, parent=home)
        unit(town.name, "town", f"{town.name}便民服务中心", "government", division=division, use_level="5")
        for number, village in enumerate(town.villages if villages else (), 1):
            code = county.village_code(town.code, number)
            below = organisations.add_division(actor=SYSTEM, code=code, name=village, at=at, parent=division)
            unit(f"{town.name}/{village}", "village", f"{village}便民服务站", town.name, division=below, use_level="6")


def _windows(made: County) -> None:
    for plan in county.windows():
        made.windows[plan.number] = organisations.open_window(
            actor=SYSTEM,
            centre=made.units["centre" if plan.centre == "main" else plan.centre],
            number=plan.number,
            name=plan.name,
            kind=plan.kind,
            departments=[made.units[key] for key in plan.served],
            at=made.at,
        )


@dataclass(frozen=True, slots=True)
class _Seat:
    """A post to be filled: where it hangs, whose staff it counts among."""

    unit: str
    hangs: str
    duty: str
    title: str
    window: str = ""


def _seats(*, villages: bool) -> list[_Seat]:
    """Every post of the county, some three hundred, less the administrators."""
    seats = []
    for each in county.departments():
        office, section = each.key, f"{each.key}/section"
        seats.append(_Seat(each.key, office, "head", "主要负责人"))
        if each.reviewers:
            seats.append(_Seat(each.key, section, "chief", "首席代表"))
            seats.append(_Seat(each.key, section, "approver", "审批岗"))
        seats += [_Seat(each.key, section, "reviewer", "审查岗")] * each.reviewers
        if each.reviewers > 1:
            seats.append(_Seat(each.key, section, "editor", "事项管理岗"))
    for plan in county.windows():
        home = "centre" if plan.centre == "main" else plan.centre
        duty = {"issuing": "issuer", "fee": "cashier"}.get(plan.kind, "clerk")
        title = {"issuer": "出件岗", "cashier": "收费岗", "clerk": "窗口受理岗"}[duty]
        seats.append(_Seat("centre", home, duty, title, plan.number))
    seats += [_Seat("centre", "centre", "manager", "中心管理岗")] * 3
    seats += [_Seat("justice", "justice", "legal", "合法性审查岗")] * 2
    seats += [_Seat("supervision", "supervision", "supervisor", "监察岗")] * 3
    seats += [_Seat("government", "government", "leader", "县政府领导")] * 3
    for town in county.towns():
        seats.append(_Seat(town.name, town.name, "agent", "便民服务中心代办岗"))
        seats += [
            _Seat(town.name, f"{town.name}/{village}", "agent", "村级代办员")
            for village in (town.villages if villages else ())
        ]
    return seats


def _staff(made: County, *, villages: bool) -> None:
    named = county.sign_ins()
    for number, seat in enumerate(_seats(villages=villages)):
        known = next(
            (each for each in named if (each.unit, each.duty, each.window) == (seat.unit, seat.duty, seat.window)), None
        )
        if known is None and not seat.window:
            known = next((each for each in named if (each.unit, each.duty) == (seat.unit, seat.duty)), None)
        if known is not None:
            named.remove(known)
        sign_in_name = known.sign_in_name if known else f"qh{number + 1:04d}"
        name = known.name if known else people.person_name(FIRST_STAFF_NUMBER + number)
        _employ(made, seat, sign_in_name, name, known.title if known else seat.title)
    if named:
        raise ValueError(f"no post for {', '.join(each.sign_in_name for each in named)}")
    for each in county.administrators():
        account, _code = identities.open_staff_account(
            actor=SYSTEM, name=each.name, sign_in_name=each.sign_in_name, at=made.at
        )
        organisations.give_admin_role(actor=SYSTEM, account=account, role=each.role, at=made.at)
        made.staff[each.sign_in_name] = account


def _employ(made: County, seat: _Seat, sign_in_name: str, name: str, title: str) -> None:
    account, _code = identities.open_staff_account(actor=SYSTEM, name=name, sign_in_name=sign_in_name, at=made.at)
    post = organisations.create_post(
        actor=SYSTEM,
        unit=made.units[seat.hangs],
        duty=seat.duty,
        title=title,
        window=made.windows[seat.window] if seat.window else None,
        at=made.at,
    )
    organisations.give_usual_grants(actor=SYSTEM, post=post, at=made.at)
    made.posts[sign_in_name] = organisations.appoint(actor=SYSTEM, post=post, account=account, at=made.at)
    made.staff[sign_in_name] = account
    made.by_duty.setdefault((seat.unit, seat.duty), []).append(sign_in_name)
    if seat.window and seat.duty == "clerk":
        made.clerks[seat.window] = sign_in_name


POWERS = {
    "chief": ("accept", "review", "decide", "issue"),
    "approver": ("review", "decide"),
    "reviewer": ("review",),
}


def _letters(made: County) -> None:
    """Each department lets its chief representative, its section, its windows and the issuing windows act (R006, R007)."""
    day = made.at.date()
    until = date(day.year + YEARS - 1, 12, 31)
    number = 0
    for each in county.departments():
        receivers = [
            (name, powers) for duty, powers in POWERS.items() for name in made.by_duty.get((each.key, duty), ())
        ]
        receivers += [
            (made.clerks[plan.number], ("accept", "issue")) for plan in county.windows() if each.key in plan.served
        ]
        receivers += [(name, ("issue",)) for name in made.by_duty["centre", "issuer"][:2]] if each.reviewers else []
        head = made.actor(made.first(each.key, "head"))
        for receiver, powers in receivers:
            number += 1
            letter = organisations.draft_letter(
                actor=SYSTEM,
                number=f"清政委〔{day.year}〕{number}号",
                department=made.units[each.key],
                post=made.posts[receiver],
                powers=powers,
                valid_from=day,
                valid_to=until,
                at=made.at,
                seal=made.seals[each.key],
            )
            organisations.sign_letter(actor=head, letter=letter, at=made.at)
