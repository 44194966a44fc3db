"""The play itself: from event to event, never waiting. People come, work waits, whoever is free takes it, the watch looks when
something is due, and each night is counted.
"""

from __future__ import annotations

import heapq
import time as clocks
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.kit.refusals import Refusal
from yimen.house.drilling import acts
from yimen.house.drilling.acts import Cast, Consulted, Playing
from yimen.house.drilling.arriving import Arrival
from yimen.house.drilling.counting import Counts
from yimen.house.drilling.crew import Crew
from yimen.house.drilling.hands import Desk, Person, Pool, Task
from yimen.house.drilling.hours import Hall
from yimen.house.simulate.world import Hand, World
from yimen.watch.drills.rules import Parameters

LAST_SECOND = time(23, 59, 59)
MOST_TRIES = 10
"""How often an act that was refused is tried again, on the next working day each time."""
CAME_BACK = timedelta(minutes=20)
SWEEPS = 50


@dataclass(order=True, slots=True)
class Event:
    """Something that happens at a moment; those of one moment in the order in which they were planned."""

    at: datetime
    order: int
    happen: Callable[[datetime], None] = field(compare=False)


class Play:
    """One drill in the connected database. Everything that is random was drawn before it begins."""

    def __init__(
        self, world: World, arrivals: list[Arrival], asked: Parameters, hall: Hall, cast: Cast, crew: Crew, counts: Counts,
        begin: datetime, end: datetime, told: Callable[[datetime, str], None] = lambda at, said: None,
    ) -> None:  # fmt: skip
        self.world, self.arrivals, self.asked, self.hall, self.cast, self.crew = (
            world,
            arrivals,
            asked,
            hall,
            cast,
            crew,
        )
        self.counts, self.begin, self.end, self.told = counts, begin, end, told
        self.calendar: WorkCalendar = work_calendar()
        self.now = begin
        self.desk = Desk()
        self.agenda: list[Event] = []
        self.cases: dict[int, Playing] = {}
        self.consulted: dict[int, Consulted] = {}
        self._sections = _sections(world)
        self.refusals: Counter[tuple[str, str]] = Counter()
        self.words: dict[tuple[str, str], str] = {}
        self.given_up = 0
        self.acts = 0
        self.most_applicants = max(20, min(600, len(arrivals) // 4))
        self._order = 0
        self._counters: dict[str, Pool] = {}
        self._met = clocks.monotonic()

    # --- The course of time

    def run(self) -> None:
        """Play to the end."""
        self._set_up()
        while True:
            at = min(self.agenda[0].at if self.agenda else self.end, self.end)
            due = self._next_look()
            if due is not None and due <= at:
                self._look(max(due, self.now))
                continue
            if at >= self.end:
                break
            self._wait_for(at)
            self.now = at
            heapq.heappop(self.agenda).happen(at)
        self.now = self.end
        self._look(self.end)
        self.crew.settle(self.end)

    def plan(self, at: datetime, happen: Callable[[datetime], None]) -> None:
        """Let something happen at a moment, now at the earliest."""
        self._order += 1
        heapq.heappush(self.agenda, Event(max(at, self.now), self._order, happen))

    def _wait_for(self, at: datetime) -> None:
        """Hold back to the asked speed; with none, go on."""
        if self.asked.speed:
            real = (at - self.begin).total_seconds() / self.asked.speed
            if (ahead := real - (clocks.monotonic() - self._met)) > 0:
                clocks.sleep(ahead)

    def _set_up(self) -> None:
        day = day_of(self.begin)
        while day <= day_of(self.end):
            for moment in self.hall.moments(day):
                self.plan(moment, self._doors)
            self.plan(datetime.combine(day, LAST_SECOND, tzinfo=CHINA), self._night)
            day += timedelta(days=1)
        for place, arrival in enumerate(self.arrivals):
            self.plan(arrival.at, lambda at, place=place: self._arrives(place, at))  # type: ignore[misc]  # bound now
        for person in self.hall.people.values():
            person.capacity = sum(person.minutes_on(each) for each in self.hall.days(self.begin, self.end))

    # --- The watch

    def _next_look(self) -> datetime | None:
        with connection.cursor() as cursor:
            cursor.execute("select min(watch_at) from matters_matter where watch_at is not null")
            found: datetime | None = cursor.fetchone()[0]
        return found.astimezone(CHINA) if found else None

    def _look(self, at: datetime) -> None:
        """All workers sweep at once; what the law has moved meanwhile goes on from where it stands now."""
        self.now = at
        self.counts.shine_again(at)
        for _ in range(SWEEPS):
            if not self.crew.sweep(at):
                break
        for matter_id in self.counts.effects(at):
            case = self.cases.get(matter_id)
            if matter_id in self.consulted:
                self.consulted[matter_id].state = "deemed"
            if case is not None:
                self.follow(case, at)

    # --- People come

    def _arrives(self, place: int, at: datetime) -> None:
        plan = self.arrivals[place]
        item = self.world.items[plan.item]
        kind = item.variants[plan.variant].filled.kind
        case = Playing(item, plan, self.cast.applicant(kind, place, self.most_applicants))
        self.counts.day(at).arrived += 1
        if plan.walk_in:
            self._to_counter(case, "submit", at)
        elif self._do("submit", case, at, lambda: acts.submit(case, None, self.cast.paper_file, at)):
            self._known(case, at)

    def _known(self, case: Playing, at: datetime) -> None:
        self.cases[case.matter_id] = case
        self.counts.opened(case)
        self.follow(case, at)

    def _to_counter(self, case: Playing, act: str, at: datetime) -> None:
        """Stand in the shortest line of those that are manned today; for a result at the window where the case lies."""
        if act == "submit":
            desks = [self._counter(desk.clerk) for desk in case.item.desks]
            manned = [pool for pool in desks if any(person.present(day_of(at)) for person in pool.people)] or desks
            pool = min(manned, key=lambda each: (self.desk.standing(each), each.window))
        else:
            pool = self._counter(case.clerk)
        self._put(pool, Task(act, case, at, self.asked.takes(act), at, counter=True, state=case.state), at)

    def _counter(self, clerk: Hand) -> Pool:
        window = self.hall.people[clerk.account_id].window
        if window not in self._counters:
            self._counters[window] = self.desk.pool(window, [self.hall.people[clerk.account_id]], window)
        return self._counters[window]

    # --- Work

    def follow(self, case: Playing, at: datetime) -> None:
        """What comes next for a case, as its state in the ledger says."""
        before = case.state
        acts.read(case)
        case.seen += 1
        if case.state != before:
            self.counts.moved(case, before, at)
        item, plan = case.item, case.plan
        match case.state:
            case "received":
                self._lay("accept", [case.clerk], case, at)
            case "correction_requested" | "correcting":
                if plan.back_after is not None:
                    self._later(case, at + timedelta(days=plan.back_after), self._brings)
            case "reviewing" if item.instant:
                self._lay("at_once", item.at_once, case, at)
            case "reviewing":
                if case.accepted_at is None and plan.asks < self.asked.consult:
                    tomorrow = self.calendar.nth_workday_after(day_of(at), 1)
                    self._later(case, datetime.combine(tomorrow, time(10), tzinfo=CHINA), self._consults)
                case.accepted_at = case.accepted_at or at
                ready = self.calendar.nth_workday_after(day_of(case.accepted_at), max(0, plan.pace - 1))
                moment = datetime.combine(ready, time(8), tzinfo=CHINA)
                self._later(case, max(moment, at), lambda c, t: self._lay("review", c.item.reviewers, c, t))
            case "suspended":
                self._later(case, at + timedelta(days=12), lambda c, t: self._lay("resume", c.item.reviewers, c, t))
            case "deciding":
                self._lay("decide", item.approvers, case, at)
            case "granted" | "refused":
                fetched = self.calendar.nth_workday_after(day_of(at), plan.fetch_after)
                moment = max(datetime.combine(fetched, time(9, 30), tzinfo=CHINA), at)
                self._later(case, moment, self._fetches)

    def _later(self, case: Playing, at: datetime, happen: Callable[[Playing, datetime], None]) -> None:
        """Unless the case has moved on by then."""
        seen = case.seen
        self.plan(at, lambda moment: happen(case, moment) if case.seen == seen else None)

    def _brings(self, case: Playing, at: datetime) -> None:
        file = None if case.plan.walk_in else self.cast.paper_file
        clerk = self.cast.staff(case.clerk) if file is None else None
        if self._do("supplement", case, at, lambda: acts.supplement(case, clerk, file, at)):
            case.corrected = True
            self.follow(case, at)

    def _consults(self, case: Playing, at: datetime) -> None:
        """A reviewer who is there asks another section, which answers when its turn comes."""
        others = [each for each in self._sections if each != case.item.department_id]
        present = [hand for hand in case.item.reviewers if self.hall.people[hand.account_id].present(day_of(at))]
        if not others or not present:
            return
        share = case.plan.asks / max(self.asked.consult, 1e-9)
        department = others[int(share * len(others)) % len(others)]
        actor, asked = self.cast.staff(present[0]), []
        if not self._do("consult", case, at, lambda: asked.append(acts.consult(case, department, actor, at))):
            return
        self.consulted[asked[0].matter_id] = asked[0]
        pool = self.desk.pool("table", [self.hall.people[hand.account_id] for hand in self._sections[department]])
        self._put(
            pool, Task("opinion", asked[0], at, self.asked.takes("opinion"), asked[0].due_at or at, state="asked"), at
        )

    def _fetches(self, case: Playing, at: datetime) -> None:
        if case.plan.post or case.clerk not in case.item.deliverers:
            self._lay("deliver", case.item.deliverers, case, at)
        else:
            self._to_counter(case, "deliver", at)

    def _lay(self, act: str, hands: tuple[Hand, ...] | list[Hand], case: Playing, at: datetime, tries: int = 0) -> None:
        """Lay it on the table of those who may do it."""
        if len(hands) == 1 and self.hall.people[hands[0].account_id].window:
            pool = self._counter(hands[0])
        else:
            pool = self.desk.pool("table", [self.hall.people[hand.account_id] for hand in hands])
        task = Task(act, case, at, self.asked.takes(act), case.due_at or at, state=case.state, tries=tries)
        self._put(pool, task, at)

    def _put(self, pool: Pool, task: Task, at: datetime) -> None:
        self.desk.put(pool, task)
        if pool.window:
            self.counts.queue(pool.window, self.desk.standing(pool), len(pool.waiting))
        for person in pool.people:
            if person.busy_until is None and person.open_at(at):
                self._begin(person, at)
                return

    def _begin(self, person: Person, at: datetime) -> None:
        """Somebody who is free takes the next piece that still has to be done."""
        while (found := self.desk.take(person)) is not None:
            pool, task = found
            if task.case.state != task.state:
                continue  # the law or a colleague was faster
            waited = int((at - task.since).total_seconds() // 60)
            if task.counter:
                self.counts.waited(pool.window, at, waited, self.desk.standing(pool) + 1)
            done = person.finishes(at, task.minutes, counter=task.counter)
            if done is None:
                continue
            person.busy_until = done
            self._finish_at(done, person, task)
            return

    def _finish_at(self, done: datetime, person: Person, task: Task) -> None:
        self.plan(done, lambda moment: self._finish(person, task, moment))

    def _finish(self, person: Person, task: Task, at: datetime) -> None:
        person.busy_until = None
        person.acts += 1
        person.minutes += task.minutes
        if isinstance(task.case, Consulted):
            self._answers(person, task.case, at)
        elif task.case.state == task.state:
            self._act(person, task, task.case, at)
        if person.open_at(at):
            self._begin(person, at)

    def _answers(self, person: Person, asked: Consulted, at: datetime) -> None:
        actor = self.cast.staff(self.hall.hands[person.key])
        if asked.state == "asked" and self._do("opinion", asked, at, lambda: acts.answer(asked, actor, at)):
            asked.state = "answered"

    def _act(self, person: Person, task: Task, case: Playing, at: datetime) -> None:
        actor = self.cast.staff(self.hall.hands[person.key])
        if task.act == "submit":
            if self._do("submit", case, at, lambda: acts.submit(case, actor, None, at)):
                acts.read(case)
                self._do("accept", case, at, lambda: acts.accept(case, actor, at))
                self._known(case, at)
            return
        if self._do(task.act, case, at, lambda: acts.ACTS[task.act](case, actor, at)):
            self.follow(case, at)
            return
        acts.read(case)
        if case.state == task.state and task.tries < MOST_TRIES:
            tomorrow = self.calendar.nth_workday_after(day_of(at), 1)
            again = datetime.combine(tomorrow, time(9), tzinfo=CHINA)
            hands = [self.hall.hands[each.key] for each in self._all_for(task, case)]
            self._later(case, again, lambda c, t: self._lay(task.act, hands, c, t, task.tries + 1))
        elif case.state == task.state:
            self.given_up += 1
        else:
            self.follow(case, at)

    def _all_for(self, task: Task, case: Playing) -> list[Person]:
        hands = {
            "accept": [case.clerk], "review": case.item.reviewers, "decide": case.item.approvers,
            "at_once": case.item.at_once, "resume": case.item.reviewers, "deliver": case.item.deliverers,
        }[task.act]  # fmt: skip
        return [self.hall.people[hand.account_id] for hand in hands]

    def _do(self, act: str, case: Playing | Consulted, at: datetime, service: Callable[[], Any]) -> bool:
        """Take an act; a refusal is counted with its words and leaves everything as it was."""
        try:
            with transaction.atomic():
                service()
        except Refusal as refused:
            self.refusals[act, refused.code] += 1
            self.words.setdefault((act, refused.code), refused.message[:200])
            for afterwards in refused.afterwards:
                afterwards()
            return False
        self.acts += 1
        return True

    # --- The day

    def _doors(self, at: datetime) -> None:
        """A session begins or ends: whoever is at work and free begins; who still stands at a closed counter is sent away."""
        for person in self.hall.people.values():
            if person.busy_until is None and person.open_at(at):
                self._begin(person, at)
        if self.hall.more_today(at):
            return
        for window, pool in self._counters.items():
            for task in self.desk.send_away(pool):
                waited = int((at - task.since).total_seconds() // 60)
                self.counts.sent_away(window, at, waited)
                back = self.hall.opens_next(at, task.case.item)
                if back is not None:
                    self.plan(
                        back, lambda moment, task=task: self._to_counter(task.case, task.act, moment)  # type: ignore[misc]
                    )  # fmt: skip

    def _night(self, at: datetime) -> None:
        self.crew.settle(at)
        self.counts.count(at, self.calendar)
        self.told(at, self.counts.said(at))

    def stock(self, cases: list[Playing]) -> None:
        """Take up the open cases that stood there already."""
        for case in cases:
            self.cases[case.matter_id] = case
            self.follow(case, self.begin)


def _sections(world: World) -> dict[int, tuple[Hand, ...]]:
    """Those of each department who decide: they sign its opinion when another asks for it."""
    found: dict[int, dict[int, Hand]] = {}
    for item in world.items:
        people = found.setdefault(item.department_id, {})
        people.update({hand.account_id: hand for hand in item.approvers})
    return {department: tuple(people.values()) for department, people in sorted(found.items())}


def last_moment(day: date) -> datetime:
    """The end of a drill's last day."""
    return datetime.combine(day, LAST_SECOND, tzinfo=CHINA) + timedelta(seconds=1)
