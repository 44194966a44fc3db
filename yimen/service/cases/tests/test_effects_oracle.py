"""Random courses of a case with everything the law does by itself, against an independent reckoning that walks day by day.

The case of a licence without office hours: handed in, told once what lacks, completed, accepted, stopped, extended, decided, some of it
too late, and perhaps a renewal with its expiry. Our side is the pure rules the services stand on (`clock_row`, the check of late
extensions, `with_applicant_at`); the other side shares nothing with them but the list of what people tried.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest

from yimen.ground.calendar.rules import day_end, shipped_calendar
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.matters.clocks import ClockMark, clock_row
from yimen.ground.matters.lifecycle import ClockStart
from yimen.ground.matters.rules import ImpossibleScript
from yimen.ground.matters.tests.day_walker import works
from yimen.service.cases import rules
from yimen.service.cases.services.renewing import with_applicant_at

MOMENT, ONE = timedelta(microseconds=1), timedelta(days=1)
LIMIT, EXTRA = 10, 10
ACTS = ("correct", "supplement", "accept", "suspend", "resume", "extend", "opinion", "grant")
CALENDAR = shipped_calendar()


@dataclass
class Course:
    """What was tried, when; `expires` for a renewal."""

    start: datetime
    tries: list[tuple[datetime, str]]
    expires: date | None


@dataclass
class Found:
    """What came of it: the state, the due day, what the law did (name, last moment in time), which tries were refused."""

    state: str
    due_on: date | None
    effects: list[tuple[str, datetime]] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)


def a_course(chance: random.Random) -> Course:
    """Mostly sensible, dense around the fifth day, the limit and the expiry."""
    start = datetime(2005, 1, 3, 9, tzinfo=CHINA) + timedelta(
        days=chance.randrange(7600), minutes=chance.randrange(900)
    )
    expires = day_of(start) + timedelta(days=chance.choice([29, 30, 31, 35, 45])) if chance.random() < 0.4 else None
    at, tries = start, []
    order = ["correct", "supplement", "accept", "suspend", "resume", "extend", "opinion", "grant"]
    for step in order:
        if chance.random() < 0.45:
            continue
        at += timedelta(
            days=chance.choice([0, 1, 1, 2, 3, 5, 7, 8, 12, 20]),
            hours=chance.randrange(24),
            minutes=chance.randrange(60),
        )
        tries.append((at, chance.choice([step, step, step, chance.choice(ACTS)])))
    return Course(start, tries, expires)


# --- Ours: the rules the services stand on


def ours(course: Course) -> Found:
    """Replay with marks and `clock_row`; the watch comes by before each try, and once long after."""
    marks = [ClockMark.of_start(rules.receipt_clock(), course.start)]
    found, state, told, extended = Found("received", None), "received", False, False
    opinion: tuple[list[ClockMark], bool] | None = None

    def watch(at: datetime) -> None:
        nonlocal state, opinion, marks
        while True:
            due: list[tuple[datetime, str]] = []
            row = clock_row(marks, CALENDAR, None, 1)
            if state == "received" and row.due_at is not None:
                due.append((row.due_at, "accepted"))
            if course.expires is not None and state in ("received", "reviewing", "suspended"):
                last = day_end(course.expires, None)
                in_time = day_of(course.start) <= rules.renewal_asked_by(course.expires)
                if in_time and not with_applicant_at(marks, last):
                    due.append((last, "renewed"))
            if opinion is not None and opinion[1]:
                end = clock_row(opinion[0], CALENDAR, None, 1).due_at
                assert end is not None
                due.append((end, "agreed"))
            due = [each for each in due if at > each[0]]
            if not due:
                return
            last, name = min(due)
            found.effects.append((name, last))
            if name == "accepted":
                since = marks[-1].at
                after = max(last + MOMENT, since)
                marks = [*marks, ClockMark.of_start(_handling(), since, after)]
                state = "reviewing"
            elif name == "renewed":
                state, marks = "granted", [*marks, ClockMark.of_start(rules.delivery_clock(), last + MOMENT)]
            else:
                assert opinion is not None
                opinion = (opinion[0], False)

    for number, (at, step) in enumerate(course.tries):
        watch(at)
        try:
            match (step, state):
                case ("correct", "received") if not told:
                    marks, state, told = [*marks, ClockMark(at, "stop", why="correction")], "corrected", True
                case ("supplement", "corrected"):
                    marks, state = [*marks, ClockMark(at, "resume")], "received"
                case ("accept", "received"):
                    marks, state = [*marks, ClockMark.of_start(_handling(), at)], "reviewing"
                case ("suspend", "reviewing"):
                    marks, state = [*marks, ClockMark(at, "stop", why="testing")], "suspended"
                case ("resume", "suspended"):
                    marks, state = [*marks, ClockMark(at, "resume")], "reviewing"
                case ("extend", "reviewing") if not extended:
                    longer = [*marks, ClockMark(at, "extend", by=EXTRA)]
                    clock_row(longer, CALENDAR, None, 1)
                    marks, extended = longer, True
                case ("opinion", "reviewing" | "suspended") if opinion is None:
                    opinion = ([ClockMark.of_start(ClockStart("opinion", 5), at)], True)
                case ("grant", "reviewing") if opinion is None or not opinion[1]:
                    marks, state = [*marks, ClockMark.of_start(rules.delivery_clock(), at)], "granted"
                case _:
                    found.refused.append(number)
        except ImpossibleScript:
            found.refused.append(number)
    watch(course.start + timedelta(days=400))
    row = clock_row(marks, CALENDAR, None, 1)
    found.state, found.due_on = state, row.due_on
    return found


def _handling() -> ClockStart:
    return rules.handling_clock(rules.Terms(LIMIT, "working_day", 20, "working_day", "statutory_default", "promise"))


# --- The other side: one day after the other, and the calendar of another library


class Walker:
    """Knows when the case was in whose hands, midnight by midnight, and looks at each limit as the day ends."""

    def __init__(self, course: Course) -> None:
        self.course, self.state, self.log = course, "received", [(course.start, "received")]
        self.counting_from, self.limit, self.legal = course.start, 5, 5
        self.told = self.extended = self.opinion_open = self.opinion_asked = False
        self.opinion_from: datetime | None = None
        self.effects: list[tuple[str, datetime]] = []
        self.refused: list[int] = []
        self.since = course.start

    def holder(self, midnight: datetime) -> str:
        """The state just before this midnight."""
        return [state for at, state in self.log if at < midnight][-1]

    def full_on(self, limit: int, begun: datetime, upto: date) -> date | None:
        """The day on which so many working days have been counted since the clock began, if by `upto`."""
        day, count = day_of(begun), 0
        while day < upto:
            day += ONE
            midnight = datetime.combine(day, time(), tzinfo=CHINA)
            running = self.holder(midnight) not in ("corrected", "suspended") if begun < midnight else False
            if running and works(day):
                count += 1
                if count == limit:
                    return day
        return None

    def due_day(self, limit: int) -> date | None:
        """The day on which the count will be full if nothing else happens; None while the case stands still before it is."""
        standing = self.state in ("corrected", "suspended")
        upto = day_of(self.log[-1][0]) if standing else day_of(self.counting_from) + timedelta(days=400)
        return self.full_on(limit, self.counting_from, upto)

    def pass_time(self, until: datetime) -> None:
        """Let everything happen that falls due before this moment, in order."""
        while True:
            coming: list[tuple[datetime, str]] = []
            if self.state == "received" and (day := self.due_day(5)):
                coming.append((_end(day), "accepted"))
            expires = self.course.expires
            if (
                expires
                and self.state in ("received", "reviewing", "suspended")
                and (expires - day_of(self.course.start)).days >= 30
            ):
                end = _end(expires)
                if [state for at, state in self.log if at <= end][-1] != "corrected":
                    coming.append((end, "renewed"))
            if self.opinion_open and self.opinion_from is not None:
                day, count = day_of(self.opinion_from), 0
                while count < 5:
                    day += ONE
                    count += works(day)
                coming.append((_end(day), "agreed"))
            coming = [each for each in coming if each[0] < until]
            if not coming:
                return
            end, name = min(coming)
            self.effects.append((name, end))
            if name == "agreed":
                self.opinion_open = False
            else:
                moment = max(end + MOMENT, self.log[-1][0])
                if name == "accepted":
                    self.begin("reviewing", moment, LIMIT, counting_from=self.since)
                else:
                    self.begin("granted", moment, 10)

    def begin(self, state: str, at: datetime, limit: int, counting_from: datetime | None = None) -> None:
        """A new clock."""
        self.state, self.limit, self.counting_from = state, limit, counting_from or at
        self.log.append((at, state))

    def stand(self, state: str, at: datetime) -> None:
        """Stop or go on."""
        self.state = state
        self.log.append((at, state))
        if state == "received":
            self.since = at

    def extend(self, at: datetime) -> bool:
        """Possible until the legal limit is used up: its last day ends at 24:00."""
        used_up = self.full_on(20, self.counting_from, day_of(at))
        if used_up is not None and at > _end(used_up):
            return False
        promised = self.full_on(self.limit, self.counting_from, day_of(at))
        if promised is None or at <= _end(promised):
            self.limit += EXTRA  # the promise that had run out before is not revived
        self.extended = True
        return True

    def tried(self, number: int, at: datetime, step: str) -> None:
        """One try."""
        self.pass_time(at)
        done = True
        if step == "correct" and self.state == "received" and not self.told:
            self.told = True
            self.stand("corrected", at)
        elif step == "supplement" and self.state == "corrected":
            self.stand("received", at)
        elif step == "accept" and self.state == "received":
            self.begin("reviewing", at, LIMIT)
        elif step == "suspend" and self.state == "reviewing":
            self.stand("suspended", at)
        elif step == "resume" and self.state == "suspended":
            self.stand("reviewing", at)
        elif step == "extend" and self.state == "reviewing" and not self.extended:
            done = self.extend(at)
        elif step == "opinion" and self.state in ("reviewing", "suspended") and not self.opinion_asked:
            self.opinion_asked = self.opinion_open = True
            self.opinion_from = at
        elif step == "grant" and self.state == "reviewing" and not self.opinion_open:
            self.begin("granted", at, 10)
        else:
            done = False
        if not done:
            self.refused.append(number)


def _end(day: date) -> datetime:
    return datetime.combine(day + ONE, time(), tzinfo=CHINA) - MOMENT


def walked(course: Course) -> Found:
    """The other side's answer."""
    walker = Walker(course)
    for number, (at, step) in enumerate(course.tries):
        walker.tried(number, at, step)
    walker.pass_time(course.start + timedelta(days=400))
    return Found(walker.state, walker.due_day(walker.limit), walker.effects, walker.refused)


def _compare(courses: int, seed: int) -> dict[str, int]:
    chance = random.Random(seed)
    seen: dict[str, int] = {}
    for number in range(courses):
        course = a_course(chance)
        mine, other = ours(course), walked(course)
        assert (mine.effects, mine.refused, mine.state, mine.due_on) == (
            other.effects, other.refused, other.state, other.due_on,
        ), (number, course, mine, other)  # fmt: skip
        for name in [each for each, _ in mine.effects] + (["refused"] if mine.refused else []):
            seen[name] = seen.get(name, 0) + 1
    return seen


def test_random_courses_and_what_the_law_makes_of_them() -> None:
    seen = _compare(2_000, 20261012)
    assert min(seen.get(name, 0) for name in ("accepted", "renewed", "agreed", "refused")) > 60, seen


@pytest.mark.long
def test_ten_thousand_random_courses() -> None:
    seen = _compare(10_000, 50)
    assert min(seen.get(name, 0) for name in ("accepted", "renewed", "agreed", "refused")) > 300, seen
