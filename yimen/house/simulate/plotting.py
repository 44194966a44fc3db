"""What happens in a case: a story drawn by chance, within what the law and the county's habits allow. Pure.

A story is a list of acts with moments, people and numbers; the words are chosen later, by `rendering`. Nothing here
decides what may follow what: `rendering` plays every story through the lifecycle table and refuses one that breaks it.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from yimen.ground.calendar.rules import WorkCalendar
from yimen.house.simulate.world import Hand, SimItem, World

EPOCH = date(1970, 1, 1).toordinal()
EAST = 8 * 3600  # China has kept no summer time since 1991
APPLICANT = -1
MORNING, AFTERNOON = (9 * 60 + 5, 11 * 60 + 50), (13 * 60 + 35, 17 * 60 + 15)


class Act(NamedTuple):
    """One step of a story. `at` is in seconds since 1970; `role` and `who` name the hand; `n` picks words; `days` counts."""

    action: str
    at: int
    role: str
    who: int
    n: int
    days: int = 0
    why: str = ""


@dataclass(slots=True)
class Story:
    """A case from submission to where it stands at the end of the simulated time.

    `serial` is its number among the item's cases of that day; `letters` gives the serial of the letter of each act.
    """

    item: int
    variant: int
    desk: int
    channel: str
    party: int
    serial: int
    delivery: str
    opened_at: int
    acts: list[Act] = field(default_factory=list)
    letters: list[tuple[int, int]] = field(default_factory=list)


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970."""
    return int(moment.timestamp())


def day_number(at: int) -> int:
    """The ordinal of the day in China on which a second falls."""
    return (at + EAST) // 86400 + EPOCH


def second_of(ordinal: int, minute: int) -> int:
    """The second at which a minute of a day begins."""
    return (ordinal - EPOCH) * 86400 + minute * 60 - EAST


class Days:
    """The working days from a first to a last day, by their place."""

    def __init__(self, calendar: WorkCalendar, first: date, last: date) -> None:
        self.ordinals = [
            ordinal
            for ordinal in range(first.toordinal(), last.toordinal() + 1)
            if calendar.is_workday(date.fromordinal(ordinal))
        ]

    def place(self, ordinal: int) -> int:
        """The place of the first working day on or after this one."""
        return bisect_left(self.ordinals, ordinal)

    def rank(self, ordinal: int) -> int:
        """How many working days there are up to and including this day."""
        return bisect_right(self.ordinals, ordinal)

    def works(self, ordinal: int) -> bool:
        """Whether that day is worked."""
        place = self.place(ordinal)
        return place < len(self.ordinals) and self.ordinals[place] == ordinal


def volumes(days: Days, first: date, last: date, cases: int, rng: random.Random) -> list[tuple[int, int]]:
    """How many cases arrive on each day: (ordinal, count), `cases` in all; fewer on days off, more on Mondays."""
    weights = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        base = (1.25 if ordinal % 7 == 1 else 1.0) if days.works(ordinal) else 0.12
        weights.append((ordinal, base * rng.uniform(0.8, 1.2)))
    total = sum(weight for _, weight in weights)
    counts, carried = [], 0.0
    for ordinal, weight in weights:
        carried += weight * cases / total
        counts.append((ordinal, int(carried + 1e-9)))
        carried -= counts[-1][1]
    given = sum(count for _, count in counts)
    ordinal, count = counts[-1]
    counts[-1] = (ordinal, count + cases - given)
    return counts


class Plotter:
    """Draws stories, one after another, from one stream of chance."""

    def __init__(self, world: World, rng: random.Random, first: date, until: datetime) -> None:
        self.world, self.rng = world, rng
        self.until = seconds(until)
        self.days = Days(world.calendar, first - timedelta(days=3), until.date() + timedelta(days=400))
        self._weights = [item.weight for item in world.items]
        self._online = [item.weight if item.online else 0 for item in world.items]
        self._places = range(len(world.items))

    def arrivals(self, ordinal: int, count: int) -> list[tuple[int, int, int]]:
        """(moment, item, desk) of one day's applications in order; desk -1 means online."""
        rng, found = self.rng, []
        worked = self.days.works(ordinal)
        # On a day off the windows are closed, and what is applied for in person waits.
        weights = self._weights if worked or not any(self._online) else self._online
        for item in rng.choices(self._places, weights, k=count):
            desk = -1
            if worked and (rng.random() < 0.42 or not self.world.items[item].online):
                desk = rng.randrange(len(self.world.items[item].desks))
                at = self._office(ordinal)
            else:
                at = second_of(ordinal, rng.randint(7 * 60, 22 * 60)) + rng.randrange(60)
            found.append((min(at, self.until - rng.randint(60, 4000)) if at > self.until else at, item, desk))
        found.sort()
        return found

    def _office(self, ordinal: int) -> int:
        rng = self.rng
        first, last = MORNING if rng.random() < 0.5 else AFTERNOON
        return second_of(ordinal, rng.randint(first, last)) + rng.randrange(60)

    def plot(self, item_place: int, desk: int, opened_at: int) -> Story:
        """One story, cut off at the end of the simulated time."""
        rng, item = self.rng, self.world.items[item_place]
        story = Story(
            item=item_place,
            variant=rng.randrange(len(item.variants)),
            desk=max(desk, 0),
            channel="window" if desk >= 0 or not item.online else rng.choice(("web", "web", "phone")),
            party=0,
            serial=0,
            delivery=rng.choice(("window", "window", "post", "online")),
            opened_at=opened_at,
        )
        teller = _Teller(self, item, story)
        for act in teller.tell():
            if act.at > self.until:
                break
            story.acts.append(act)
        return story


class _Teller:
    """Tells one case; keeps the place in time so that every act comes after the one before."""

    def __init__(self, plotter: Plotter, item: SimItem, story: Story) -> None:
        self.rng, self.days, self.item, self.story = plotter.rng, plotter.days, item, story
        self.at = story.opened_at
        self.corrected = False
        self._counted, self._since = 0, 0

    def tell(self) -> Iterator[Act]:
        story = self.story
        if story.channel == "window":
            yield self._act("submit", "clerk", story.desk)
        else:
            yield self._act("submit", "applicant", APPLICANT)
        yield from self._receipt()

    # At receipt

    def _receipt(self) -> Iterator[Act]:
        rng = self.rng
        chance = rng.random()
        if chance < 0.02:
            yield from self._withdraw()
            return
        self._to_receipt()
        if chance < 0.045:
            yield self._act("decline", "clerk", self.story.desk)
        elif chance < 0.058:
            yield self._act("find_not_required", "clerk", self.story.desk)
        elif chance < (0.09 if self.item.instant else 0.17):
            yield self._act("request_correction", "clerk", self.story.desk)
            self.corrected = True
            if rng.random() < 0.07:
                return  # the applicant never comes back
            if rng.random() < 0.05:
                yield from self._withdraw()
                return
            self._rest(1 + int(rng.expovariate(1 / 4)))
            yield self._act("supplement", "applicant", APPLICANT)
            self._to_receipt(quick=True)
            yield from self._accepted()
        else:
            if chance < 0.2 and self.story.channel == "window":
                yield self._act("correct_on_spot", "clerk", self.story.desk)
            yield from self._accepted()

    def _to_receipt(self, *, quick: bool = False) -> None:
        """Move to the moment at which the window looks at it: at once at the counter, else within two working days."""
        rng = self.rng
        if self.story.channel == "window" and not quick:
            self.at += rng.randint(3 * 60, 25 * 60)
            return
        wait = 0 if self.item.instant else rng.choices((0, 1, 2, 3, 7), (52, 34, 10, 3, 0.6))[0]
        self._work(wait)

    def _accepted(self) -> Iterator[Act]:
        self._start()
        yield self._act("accept", "clerk", self.story.desk)
        if self.item.instant:
            yield from self._at_once()
        else:
            yield from self._handling()

    def _at_once(self) -> Iterator[Act]:
        rng = self.rng
        if rng.random() < 0.012:
            self._work(1)
        else:
            left = second_of(day_number(self.at), AFTERNOON[1]) - self.at
            self.at += rng.randint(60, max(90, min(40 * 60, left)))
        yield self._act("grant_at_once", "at_once", rng.randrange(len(self.item.at_once)))
        yield from self._delivered()

    # In the section

    def _handling(self) -> Iterator[Act]:
        """The decision comes when so many days of the limit are used, seldom more than all of them."""
        rng, item = self.rng, self.item
        limit = max(item.limit, 1)
        goal = 1 + int((limit - 0.001) * rng.betavariate(2.2, 2.0))
        if rng.random() < 0.018:
            goal = limit + 1 + int(rng.expovariate(1 / 2))
        reviewer = rng.randrange(len(item.reviewers))
        chance = rng.random()
        if rng.random() < 0.55:
            self._spend(min(1, goal - 1))
            yield self._act("claim", "reviewer", reviewer)
        if rng.random() < 0.025:
            yield from self._withdraw()
            return
        if chance < 0.10 and item.special and goal > 1:
            self._spend(rng.randint(0, goal - 1))
            yield from self._special(reviewer)
        elif chance < 0.15 and not self.corrected:
            self._stop()
            yield self._act("request_review_correction", "reviewer", reviewer)
            if rng.random() < 0.08:
                return
            self._rest(1 + int(rng.expovariate(1 / 4)))
            self._start()
            yield self._act("supplement_review", "applicant", APPLICANT)
            self._work(0)
        if rng.random() < 0.3 and goal > 1:
            self._spend(goal - rng.randint(1, min(3, goal)))
            yield self._act("record_survey", "reviewer", reviewer)
        elif rng.random() < 0.3:
            yield self._act("record_opinion", "reviewer", reviewer)
        if chance > 0.97 and item.heads and limit > 3 and goal <= limit:
            self._spend(goal - 1)
            if self._used() < limit:
                yield self._act("extend_limit", "head", 0, days=rng.choice((3, 5, 10)))
                goal += rng.randint(1, 3)
        self._spend(goal - 1)
        refused = rng.random() < 0.04 and item.review_body and item.suit_court
        yield self._act("pass_review", "reviewer", reviewer, why="refuse" if refused else "grant")
        approver = rng.randrange(len(item.approvers))
        if rng.random() < 0.02:
            self.at += rng.randint(1800, 5400)
            yield self._act("return_to_review", "approver", approver)
            yield self._act("pass_review", "reviewer", reviewer, why="refuse" if refused else "grant")
        self._spend(goal)
        yield self._act("refuse" if refused else "grant", "approver", approver)
        yield from self._delivered()

    def _special(self, reviewer: int) -> Iterator[Act]:
        rng = self.rng
        which = rng.choice(self.item.special)
        needed = rng.randint(5, 20)
        self._stop()
        yield self._act("suspend", "reviewer", reviewer, days=needed, why=which)
        self._rest(needed - rng.randint(0, 4))
        self._work(0)
        self._start()
        yield self._act("resume", "reviewer", reviewer)

    # To the end

    def _delivered(self) -> Iterator[Act]:
        rng = self.rng
        if rng.random() < 0.004:
            return  # nobody comes for it
        self._work(
            rng.choices((0, 1, 2, 3, 5, 8), (30, 30, 18, 12, 7, 3))[0]
            if not self.item.instant
            else rng.choice((0, 0, 1))
        )
        yield self._act("deliver", "deliverer", rng.randrange(len(self.item.deliverers)))
        if rng.random() < 0.85:
            self._work(rng.randint(1, 12))
            yield self._act("archive", "deliverer", rng.randrange(len(self.item.deliverers)))

    def _withdraw(self) -> Iterator[Act]:
        self._rest(self.rng.randint(0, 2))
        yield self._act("withdraw", "applicant", APPLICANT)

    # Time

    def _spend(self, used: int) -> None:
        """Move on until so many working days of the limit are used, or to the next moment of office hours."""
        self._work(max(used - self._used(), 0))

    def _start(self) -> None:
        """The handling clock starts or goes on: this day is not counted."""
        self._since = self.days.rank(day_number(self.at))

    def _stop(self) -> None:
        """The handling clock stands still: this day is still counted."""
        self._counted = self._used()

    def _used(self) -> int:
        """Working days counted so far."""
        return self._counted + self.days.rank(day_number(self.at)) - self._since

    def _act(self, action: str, role: str, who: int, *, days: int = 0, why: str = "") -> Act:
        act = Act(action, self.at, role, who, self.rng.getrandbits(10), days, why)
        self.at += 61 + int(340 * self.rng.random())
        return act

    def _work(self, days: int) -> None:
        """Move on by working days, to some moment of office hours; by none, to the next such moment."""
        rng, ordinal = self.rng, day_number(self.at)
        place = self.days.place(ordinal)
        if days == 0 and self.days.ordinals[place] == ordinal:
            minute = (self.at + EAST) % 86400 // 60
            last = AFTERNOON[1]
            if minute < last:
                first = max(minute + 1, MORNING[0])
                at = second_of(ordinal, rng.randint(first, last)) + rng.randrange(60)
                noon = MORNING[1] < (at + EAST) % 86400 // 60 < AFTERNOON[0]
                self.at = max(self.at + 30, at + 6300 if noon else at)
                return
            place += 1
        else:
            place += days - (self.days.ordinals[place] != ordinal and days > 0)
        first, last = MORNING if rng.random() < 0.5 else AFTERNOON
        self.at = second_of(self.days.ordinals[place], rng.randint(first, last)) + rng.randrange(60)

    def _rest(self, days: int) -> None:
        """Move on by calendar days; the applicant acts at any time of day."""
        at = second_of(day_number(self.at) + days, self.rng.randint(8 * 60, 21 * 60))
        self.at = max(self.at + 600, at)


def hand_of(item: SimItem, act: Act) -> Hand | None:
    """Who takes this act at an item; None for the applicant."""
    match act.role:
        case "applicant":
            return None
        case "clerk":
            return item.desks[act.who].clerk
        case "reviewer":
            return item.reviewers[act.who]
        case "approver":
            return item.approvers[act.who]
        case "at_once":
            return item.at_once[act.who]
        case "head":
            return item.heads[act.who]
        case "deliverer":
            return item.deliverers[act.who]
    raise KeyError(act.role)
