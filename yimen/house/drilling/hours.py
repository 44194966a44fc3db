"""When the hall is open and who is there: the office hours and posts of the copy, the absences of the parameters."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.calendar.selectors import sessions_on, work_calendar
from yimen.ground.kit.moments import CHINA, day_of
from yimen.house.drilling.hands import Person
from yimen.house.simulate.world import Hand, SimItem, World
from yimen.watch.drills.rules import Absence, Parameters

USUAL = ((time(9), time(12)), (time(13, 30), time(17, 30)))
"""Where a centre has set no hours of its own (Chinese public offices)."""
Sessions = Sequence[tuple[time, time]]


class Hall:
    """The people of the world as `Person`s by account, and the hours of each place."""

    def __init__(self, world: World, asked: Parameters, windows: dict[int, str]) -> None:
        self.asked = asked
        self.people: dict[int, Person] = {}
        self.hands: dict[int, Hand] = {}
        self._calendar: WorkCalendar = work_calendar()
        self._open: dict[tuple[int | None, str, date], Sessions] = {}
        self._places: set[tuple[int | None, str]] = set()
        self._items = {item.name for item in world.items}
        for item in world.items:
            place = (item.centre_id, item.division)
            self._places.add(place)
            for desk in item.desks:
                self._add(desk.clerk, item, windows.get(desk.window_id, desk.clerk.window))
            for hand in (*item.reviewers, *item.approvers, *item.at_once, *item.heads, *item.deliverers):
                self._add(hand, item, "")

    def _add(self, hand: Hand, item: SimItem, window: str) -> None:
        if hand.account_id in self.people:
            known = self.people[hand.account_id]
            known.window = known.window or window
            return
        self.hands[hand.account_id] = hand
        place = (item.centre_id, item.division)
        self.people[hand.account_id] = person = Person(
            key=hand.account_id, name=hand.name, post=hand.title, unit=hand.author.rpartition(" ")[0], window=window,
            sessions=lambda day: self._hours(person, place, day), present=lambda day: self._present(person, day),
        )  # fmt: skip

    # --- Hours

    def sessions(self, item: SimItem, day: date) -> Sessions:
        """When the doors are open for an item on a day."""
        return self._at((item.centre_id, item.division), day)

    def _at(self, place: tuple[int | None, str], day: date) -> Sessions:
        key = (*place, day)
        if key not in self._open:
            found = sessions_on(day, *place)
            if not found and self._calendar.at(place[1], place[0]).is_workday(day) and not _any_hours(place[0]):
                found = USUAL
            self._open[key] = found
        return self._open[key]

    def _hours(self, person: Person, place: tuple[int | None, str], day: date) -> Sessions:
        """A window's on any day the doors are open (周末服务), a section's on working days alone."""
        if not person.window and not self._calendar.at(place[1], place[0]).is_workday(day):
            return ()
        return self._at(place, day)

    def moments(self, day: date) -> list[datetime]:
        """The moments of a day at which some door opens or closes."""
        found = {moment for place in self._places for pair in self._at(place, day) for moment in pair}
        return [datetime.combine(day, each, tzinfo=CHINA) for each in sorted(found)]

    def more_today(self, at: datetime) -> bool:
        """Whether some door is open later that day, or is now."""
        clock = at.astimezone(CHINA).time()
        return any(closes > clock for place in self._places for _, closes in self._at(place, day_of(at)))

    def opens_next(self, at: datetime, item: SimItem) -> datetime | None:
        """When the doors open next for an item; None within two months for never."""
        for ahead in range(1, 61):
            day = day_of(at) + timedelta(days=ahead)
            if found := self.sessions(item, day):
                return datetime.combine(day, found[0][0], tzinfo=CHINA) + timedelta(minutes=1)
        return None

    def days(self, begin: datetime, end: datetime) -> Iterator[date]:
        """The days of a drill."""
        day = day_of(begin)
        while day <= day_of(end - timedelta(seconds=1)):
            yield day
            day += timedelta(days=1)

    # --- Absences

    def _present(self, person: Person, day: date) -> bool:
        if any(_means(each, person, day) for each in self.asked.absent):
            return False
        if self.asked.staff >= 1:
            return True
        chance = random.Random(f"{self.asked.seed}|{person.key}|{day}|present").random()  # noqa: S311  (a play)
        return chance < self.asked.staff

    def unknown(self) -> list[str]:
        """What the parameters name and nobody here is."""
        known = {
            word for person in self.people.values() for word in (person.window, person.unit, person.post, person.name)
        }
        missing = [each.who for each in self.asked.absent if each.who not in known]
        return missing + [name for name in self.asked.items if name not in self._items]


def _means(absence: Absence, person: Person, day: date) -> bool:
    if absence.span is not None and not absence.span.holds(day):
        return False
    return absence.who in (person.window, person.unit, person.post, person.name)


def _any_hours(centre_id: int | None) -> bool:
    from yimen.ground.calendar.selectors import office_sessions

    return bool(office_sessions(centre_id))
