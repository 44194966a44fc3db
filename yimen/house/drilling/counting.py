"""What a drill finds: each night counted from the ledger, each window's line as it stood, each effect with its step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.matters import lifecycle
from yimen.house.drilling.acts import Playing
from yimen.house.drilling.hands import Person
from yimen.house.simulate.world import SimItem

MOST_EFFECTS = 500
"""So many effects are listed one by one; all are counted."""
MOST_OVERFLOWS = 500


@dataclass(slots=True)
class Day:
    """One day of the drill. `open` … `red` are as the night found them, the others what happened that day."""

    day: str
    worked: bool = True
    name: str = ""
    arrived: int = 0
    accepted: int = 0
    decided: int = 0
    delivered: int = 0
    open: int = 0
    stopped: int = 0
    due: int = 0
    warn: int = 0
    red: int = 0
    turned_red: int = 0
    effects: int = 0
    waiting: int = 0
    overflows: int = 0


@dataclass(slots=True)
class Item:
    """One item. `red` counts cases that were overdue at the end of some day, `worst` how many at most at once, on `worst_on`."""

    code: str
    name: str
    department: str
    arrived: int = 0
    decided: int = 0
    red: int = 0
    first_red_on: str = ""
    worst: int = 0
    worst_on: str = ""
    effects: int = 0
    left_open: int = 0


@dataclass(slots=True)
class Window:
    """One counter: `served` people, the longest line and wait, on how many days somebody waited longer than asked."""

    number: str
    people: str
    served: int = 0
    waited: int = 0
    longest_wait: int = 0
    longest_queue: int = 0
    overflows: int = 0
    first_overflow: str = ""
    turned_away: int = 0


@dataclass(slots=True)
class Counts:
    """Counts as the drill goes on. `steps_from` … are the marks below which all rows are the source's own."""

    items: Sequence[SimItem]
    patience: int
    with_stock: bool
    began: datetime
    marks: Mapping[str, int] = field(default_factory=dict)
    days: dict[str, Day] = field(default_factory=dict)
    by_item: dict[str, Item] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)
    overflows: list[dict[str, Any]] = field(default_factory=list)
    came: list[dict[str, Any]] = field(default_factory=list)
    came_by: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    red_seen: set[int] = field(default_factory=set)
    overflowed: set[tuple[str, str]] = field(default_factory=set)
    last_effect: int = 0

    @classmethod
    def beginning(cls, items: Sequence[SimItem], patience: int, began: datetime, *, with_stock: bool) -> Counts:
        """Before anything has happened in the connected database."""
        marks = {}
        with connection.cursor() as cursor:
            for table in ("matters_matter", "matters_step", "matters_effecttaken", "kit_delivery"):
                cursor.execute(f"select coalesce(max(id), 0) from {table}")  # noqa: S608  (names of ours)
                marks[table] = int(cursor.fetchone()[0])
            cursor.execute("select clock_timestamp()")
            real = cursor.fetchone()[0]
        made = cls(items, patience, with_stock, real, marks, last_effect=marks["matters_effecttaken"])
        made.by_item = {each.code31: Item(each.code31, each.name, each.department) for each in items}
        return made

    # --- As it happens

    def day(self, at: datetime) -> Day:
        """The day of a moment."""
        key = day_of(at).isoformat()
        if key not in self.days:
            self.days[key] = Day(key)
        return self.days[key]

    def window(self, number: str) -> Window:
        """The counter of a number."""
        if number not in self.windows:
            self.windows[number] = Window(number, "")
        return self.windows[number]

    def opened(self, case: Playing) -> None:
        """A new application stands in the ledger."""
        self.by_item[case.item.code31].arrived += 1

    def moved(self, case: Playing, before: str, at: datetime) -> None:
        """A case has come into another state."""
        if case.state in ("granted", "refused"):
            self.day(at).decided += 1
            self.by_item[case.item.code31].decided += 1
        elif case.state in ("concluded", "archived"):
            self.day(at).delivered += 1
        elif case.state in ("reviewing",) and before in ("", "received"):
            self.day(at).accepted += 1

    def queue(self, number: str, standing: int, lying: int) -> None:
        """So many stand at a counter, and so much waits there in all."""
        window = self.window(number)
        window.longest_queue = max(window.longest_queue, standing)

    def waited(self, number: str, at: datetime, minutes: int, standing: int) -> None:
        """Somebody's turn has come."""
        window = self.window(number)
        window.served += 1
        window.waited += minutes
        window.longest_wait = max(window.longest_wait, minutes)
        day = self.day(at)
        day.waiting = max(day.waiting, minutes)
        if minutes > self.patience:
            self._overflow(window, at, minutes, standing)

    def sent_away(self, number: str, at: datetime, minutes: int) -> None:
        """The doors closed before somebody's turn."""
        window = self.window(number)
        window.turned_away += 1
        window.longest_wait = max(window.longest_wait, minutes)
        day = self.day(at)
        day.waiting = max(day.waiting, minutes)
        self._overflow(window, at, minutes, 1)

    def _overflow(self, window: Window, at: datetime, minutes: int, standing: int) -> None:
        day = self.day(at)
        if (window.number, day.day) in self.overflowed:
            return
        self.overflowed.add((window.number, day.day))
        day.overflows += 1
        window.overflows += 1
        window.first_overflow = window.first_overflow or day.day
        if len(self.overflows) < MOST_OVERFLOWS:
            said = at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
            self.overflows.append({"at": said, "window": window.number, "waited": minutes, "standing": standing})

    def shine_again(self, at: datetime) -> None:
        """A step lets a matter that shines be looked at by the database's own clock: in the drill's time that is now."""
        with connection.cursor() as cursor:
            cursor.execute(
                "update matters_matter set watch_at = %s where light <> '' and watch_at >= %s"
                " and watch_at <= clock_timestamp()",
                [at, self.began],
            )

    def effects(self, at: datetime) -> list[int]:
        """The matters to which an effect has come since the last look; each is written down with its step."""
        with connection.cursor() as cursor:
            cursor.execute(
                """select e.id, e.matter_id, e.effect, e.label, e.law, m.code, m.title, m.subject, m.procedure, u.name,
                          s.seq, s.action, s.basis, s.happened_at, s.recorded_at, m.procedure_version
                     from matters_effecttaken e join matters_matter m on m.id = e.matter_id
                     join organisations_unit u on u.id = e.department_id
                     left join matters_step s on s.matter_id = e.matter_id and s.seq = e.seq
                    where e.id > %s order by e.id""",
                [self.last_effect],
            )
            found = cursor.fetchall()
        for row in found:
            self._came(row, at)
        return [row[1] for row in found]

    def _came(self, row: tuple[Any, ...], at: datetime) -> None:
        (
            number,
            _,
            effect,
            label,
            law,
            code,
            title,
            subject,
            procedure,
            unit,
            seq,
            action,
            basis,
            happened,
            recorded,
            version,
        ) = row
        self.last_effect = number
        self.day(at).effects += 1
        self.came_by[effect, label, law] += 1
        if subject in self.by_item:
            self.by_item[subject].effects += 1
        if len(self.came) < MOST_EFFECTS:
            self.came.append(
                {
                    "effect": effect, "label": label, "law": law, "matter": code, "title": title, "department": unit,
                    "step": seq, "action": _said(procedure, version, action), "basis": basis or "",
                    "happened_at": _moment(happened), "recorded_at": _moment(recorded),
                }
            )  # fmt: skip

    # --- At night

    def count(self, at: datetime, calendar: WorkCalendar) -> None:
        """Count what is open, by the ledger's own clocks."""
        day, on = self.day(at), day_of(at)
        day.worked, day.name = calendar.is_workday(on), calendar.why(on)
        since = 0 if self.with_stock else self.marks["matters_matter"]
        with connection.cursor() as cursor:
            cursor.execute(
                """select count(*), count(*) filter (where stopped_since is not null),
                          count(*) filter (where due_on = %s and stopped_since is null),
                          count(*) filter (where warn_at <= %s and due_at >= %s and stopped_since is null)
                     from matters_matter where closed_at is null and id > %s""",
                [on, at, at, since],
            )
            day.open, day.stopped, day.due, day.warn = cursor.fetchone()
            cursor.execute(
                "select id, subject from matters_matter where closed_at is null and due_at < %s"
                " and stopped_since is null and id > %s",
                [at, since],
            )
            red: list[tuple[int, str]] = cursor.fetchall()
        day.red = len(red)
        for matter_id, subject in red:
            if matter_id not in self.red_seen:
                self.red_seen.add(matter_id)
                day.turned_red += 1
                self._turned_red(subject, on)
        for subject, number in Counter(subject for _, subject in red).items():
            item = self.by_item.get(subject)
            if item is not None and number > item.worst:
                item.worst, item.worst_on = number, on.isoformat()

    def _turned_red(self, subject: str, on: date) -> None:
        if subject not in self.by_item:
            self.by_item[subject] = Item(subject, subject or "其他一件事", "")
        item = self.by_item[subject]
        item.red += 1
        item.first_red_on = item.first_red_on or on.isoformat()

    def said(self, at: datetime) -> str:
        """The day in one line."""
        day = self.day(at)
        return f"{day.day}：来件 {day.arrived}，决定 {day.decided}，在办 {day.open}，超期 {day.red}" + (
            f"，窗口溢出 {day.overflows}" if day.overflows else ""
        )

    # --- At the end

    def results(self, people: Mapping[int, Person]) -> dict[str, Any]:
        """Everything, for the record."""
        self._left_open()
        for window in self.windows.values():
            window.people = "、".join(each.name for each in people.values() if each.window == window.number)
        items = sorted(self.by_item.values(), key=lambda each: (-each.red, -each.worst, each.code))
        windows = sorted(self.windows.values(), key=lambda each: each.number)
        days = [asdict(self.days[key]) for key in sorted(self.days)]
        last = days[-1] if days else asdict(Day(""))
        return {
            "days": days,
            "items": [asdict(each) for each in items if each.arrived or each.red or each.effects or each.left_open],
            "windows": [_window(each, people) for each in windows],
            "people": [_person(each) for each in people.values() if each.acts],
            "overflows": self.overflows,
            "effects": self.came,
            "effect_kinds": [
                {"effect": effect, "label": label, "law": law, "count": count}
                for (effect, label, law), count in sorted(self.came_by.items())
            ],
            "totals": {
                **{name: sum(day[name] for day in days) for name in ("arrived", "accepted", "decided", "delivered")},
                "left_open": last["open"],
                "red": len(self.red_seen),
                "red_peak": max((day["red"] for day in days), default=0),
                "red_items": sum(each.red > 0 for each in items),
                "effects": sum(self.came_by.values()),
                "overflows": sum(each.overflows for each in windows),
                "turned_away": sum(each.turned_away for each in windows),
                "longest_wait": max((each.longest_wait for each in windows), default=0),
            },
        }

    def _left_open(self) -> None:
        since = 0 if self.with_stock else self.marks["matters_matter"]
        with connection.cursor() as cursor:
            cursor.execute(
                "select subject, count(*) from matters_matter where closed_at is null and id > %s group by 1", [since]
            )
            for subject, count in cursor.fetchall():
                if subject in self.by_item:
                    self.by_item[subject].left_open = count

    def proof(self) -> dict[str, int]:
        """Asked of the ledger itself: is each effect there once, each with its step; does the chain of every new step hold?"""
        step, effect = self.marks["matters_step"], self.marks["matters_effecttaken"]
        asked = {
            "steps": ("select count(*) from matters_step where id > %s", [step]),
            "effects": ("select count(*) from matters_effecttaken where id > %s", [effect]),
            "twice": (
                "select count(*) from (select from matters_effecttaken where id > %s"
                " group by matter_id, effect, fell_due_at having count(*) > 1) t",
                [effect],
            ),
            "without_step": (
                "select count(*) from matters_effecttaken e where e.id > %s and not exists (select from matters_step s"
                " where s.matter_id = e.matter_id and s.seq = e.seq and s.basis = 'statutory_effect')",
                [effect],
            ),
            "broken_links": (
                "select count(*) from matters_step s where s.id > %s and s.link <> matters_link(coalesce((select p.link"
                " from matters_step p where p.matter_id = s.matter_id and p.seq = s.seq - 1), ''), s)",
                [step],
            ),
            "news": ("select count(*) from kit_delivery where id > %s", [self.marks["kit_delivery"]]),
            "news_failed": (
                "select count(*) from kit_delivery where id > %s and state <> 'done'", [self.marks["kit_delivery"]]
            ),
        }  # fmt: skip
        found = {}
        with connection.cursor() as cursor:
            for name, (question, given) in asked.items():
                cursor.execute(question, given)
                found[name] = int(cursor.fetchone()[0])
        return found


def _window(window: Window, people: Mapping[int, Person]) -> dict[str, Any]:
    mine = [each for each in people.values() if each.window == window.number]
    capacity = sum(each.capacity for each in mine)
    return asdict(window) | {
        "minutes": sum(each.minutes for each in mine),
        "load": _percent(sum(each.minutes for each in mine), capacity),
        "mean_wait": round(window.waited / window.served, 1) if window.served else 0,
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "key": person.key, "name": person.name, "post": person.post, "unit": person.unit, "window": person.window,
        "acts": person.acts, "minutes": person.minutes, "load": _percent(person.minutes, person.capacity),
        "longest_queue": person.longest_queue,
    }  # fmt: skip


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _moment(at: datetime | None) -> str:
    return at.astimezone(CHINA).isoformat(timespec="seconds") if at else ""


def _said(procedure: str, version: int, action: str | None) -> str:
    """The step's name as its procedure calls it."""
    try:
        return lifecycle.procedure(procedure, version).step(action or "").label
    except (LookupError, ValueError, TypeError):
        return action or ""
