"""The hands of the demo: who of the county does what, at which moment, through the services of cases."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.matters.services import claim
from yimen.ground.organisations.selectors import hall_of_department
from yimen.house.demo.accounts import CITIZENS
from yimen.house.demo.building import County
from yimen.house.demo.items import ITEMS
from yimen.house.demo.papers import paper
from yimen.house.simulate import people
from yimen.house.simulate.answering import fill
from yimen.service.cases import rules, services
from yimen.service.cases.editions import open_edition
from yimen.service.cases.selectors import case_by_code

if TYPE_CHECKING:
    from yimen.ground.identity.models import Account

DEPARTMENT = {item.key: item.department for item in ITEMS}


@dataclass(slots=True)
class Days:
    """Working days around today, and moments on them that are never after now."""

    now: datetime

    def back(self, working_days: int) -> date:
        """The working day so many working days before today (today itself, if worked, for 0)."""
        calendar = work_calendar()
        day = calendar.previous_workday_on_or_before(day_of(self.now))
        return self.before(day, working_days)

    def due_target(self) -> date:
        """Today, or the next working day if nobody works today."""
        return work_calendar().next_workday_on_or_after(day_of(self.now))

    def before(self, day: date, working_days: int) -> date:
        """The working day so many working days before a working day."""
        calendar = work_calendar()
        for _ in range(working_days):
            day = calendar.previous_workday_on_or_before(date.fromordinal(day.toordinal() - 1))
        return day

    def after(self, day: date) -> date:
        """The working day after a day."""
        return work_calendar().nth_workday_after(day, 1)

    def at(self, day: date, hour: int, minute: int) -> datetime:
        """That moment; where it lies ahead, an early minute of now's own past."""
        moment = datetime.combine(day, time(hour, minute), tzinfo=CHINA)
        return moment if moment < self.now else self.now.replace(second=0, microsecond=0)


@dataclass(slots=True)
class Stage:
    """Everything an act needs: the county, item codes by key, parties and accounts of the citizens."""

    county: County
    codes: dict[str, str]
    parties: dict[str, int]
    days: Days
    rng: random.Random
    _actors: dict[str, Actor] = field(default_factory=dict)
    _last: dict[str, datetime] = field(default_factory=dict)

    def actor(self, sign_in_name: str) -> Actor:
        """A member of staff, as a request of theirs would know them."""
        if sign_in_name not in self._actors:
            self._actors[sign_in_name] = self.county.actor(sign_in_name, self.days.now)
        return self._actors[sign_in_name]

    def citizen(self, sign_in_name: str) -> Actor:
        """A citizen or enterprise that has an account."""
        account: Account = get_user_model()._default_manager.get(sign_in_name=sign_in_name)
        return Actor(
            uid=account.uid, name=account.name, kind="citizen", account_id=account.pk, party_id=account.party_id
        )

    def duty(self, item: str, duty: str, number: int = 0) -> Actor:
        """The first (or n-th) holder of a duty in the department of an item."""
        names = self.county.by_duty[DEPARTMENT[item], duty]
        return self.actor(names[number % len(names)])

    def clerk(self, item: str) -> Actor:
        """The clerk of the window where online applications for an item go."""
        hall = hall_of_department(self.county.units[DEPARTMENT[item]].pk)
        for number, window in self.county.windows.items():
            if window.pk == hall.window_id:
                return self.actor(self.county.clerks[number])
        raise LookupError(f"no window accepts {item}")

    def last(self, code: str) -> datetime:
        """When the case's last act was."""
        return self._last[code]

    def moment(self, code: str, at: datetime) -> datetime:
        """The moment, or just after the case's last act where it would come before it."""
        last = self._last.get(code)
        if last is not None and at <= last:
            at = max(last, min(self.days.now, last + timedelta(minutes=3)))
        self._last[code] = at
        return at

    # Acts

    def apply(
        self, item: str, who: str, at: datetime, *, walk_in: bool = False, lacking: Collection[str] = (),
        spared: Mapping[str, str] | None = None, **said: str,
    ) -> str:  # fmt: skip
        """An application by a citizen with an account, online or at the window; returns the case's number.

        `said` are answers, `lacking` the names of materials that are not handed in, `spared` says which certificate stands for
        the material of a name.
        """
        applicant = self.citizen(who)
        edition = open_edition(self.codes[item], at)
        file = self._file(who)
        filled = fill(edition.form, file.kind, self.rng)
        answers = filled.for_party(file) | said
        actor = self.clerk(item) if walk_in else applicant
        needed = [
            each for each in edition.materials(answers, day_of(at)) if not each.exempt and each.name not in lacking
        ]
        stands = {each.id: spared[each.name] for each in needed if spared and each.name in spared}
        needed = [each for each in needed if each.id not in stands]
        files = {} if walk_in else {each.id: [paper(each.name, actor, at)] for each in needed}
        submitted = services.submit_application(
            item_code=self.codes[item], party_id=self.parties[who], answers=answers, actor=actor, at=at,
            channel="window" if walk_in else "web", files=files, paper=[each.id for each in needed] if walk_in else (),
            contact_name=file.legal_representative or file.name, contact_phone=file.phone, credentials=stands,
        )  # fmt: skip
        self._last[submitted.code] = at
        return submitted.code

    def _file(self, who: str) -> people.Invented:
        known = next(each for each in CITIZENS if each.sign_in_name == who)
        made = people.enterprise(known.number) if known.operator else people.person(known.number)
        return people.Invented(
            made.kind, known.name, made.id_type, made.id_number, made.phone, made.address, known.legal_representative
        )

    def accept(self, code: str, item: str, at: datetime) -> None:
        """The window accepts."""
        services.accept_case(code=code, actor=self.clerk(item), at=self.moment(code, at))

    def correct(self, code: str, item: str, at: datetime, problem: str, *, order: int = 0) -> None:
        """The window tells once what is lacking: the material of this order, or the first that had to be handed in."""
        order = order or self.own_material(code)
        services.request_correction(
            code=code, items=[(order, problem)], actor=self.clerk(item), at=self.moment(code, at)
        )

    def supplement(self, code: str, who: str, at: datetime) -> None:
        """The applicant hands in online what was asked for."""
        case, actor = case_by_code(code), self.citizen(who)
        at = self.moment(code, at)
        lacking = case.materials.filter(state__in=("returned", "missing"), required=True)
        files = {line.order: [paper(line.name, actor, at)] for line in lacking}
        services.supplement(code=code, actor=actor, at=at, files=files)

    def take_at_window(self, code: str, item: str, at: datetime) -> None:
        """The window's clerk takes the case into hand."""
        claim(matter_id=case_by_code(code).pk, actor=self.clerk(item), at=self.moment(code, at))

    def take(self, code: str, item: str, at: datetime, number: int = 0) -> None:
        """A reviewer takes the case into hand."""
        claim(matter_id=case_by_code(code).pk, actor=self.duty(item, "reviewer", number), at=self.moment(code, at))

    def opinion(self, code: str, item: str, at: datetime, text: str, number: int = 0) -> None:
        """A reviewer writes an opinion."""
        services.record_opinion(
            code=code, text=text, actor=self.duty(item, "reviewer", number), at=self.moment(code, at)
        )

    def survey(self, code: str, item: str, at: datetime, text: str, names: str) -> None:
        """Two people look at the place."""
        services.record_survey(
            code=code, text=text, people=names, actor=self.duty(item, "reviewer"), at=self.moment(code, at)
        )

    def suspend(self, code: str, item: str, at: datetime, procedure: str, days: int, reason: str) -> None:
        """A special procedure begins."""
        services.suspend(
            code=code, procedure=procedure, days_needed=days, reason=reason, actor=self.duty(item, "reviewer"),
            at=self.moment(code, at),
        )  # fmt: skip

    def resume(self, code: str, item: str, at: datetime, reason: str) -> None:
        """It ends."""
        services.resume(code=code, reason=reason, actor=self.duty(item, "reviewer"), at=self.moment(code, at))

    def passed(self, code: str, item: str, at: datetime, *, conclusion: str = "grant") -> None:
        """The reviewer finds every material right and sends the case to decision."""
        at, actor = self.moment(code, at), self.duty(item, "reviewer")
        for line in rules.unchecked(self._lines(code)):
            services.check_material(code=code, order=line.order, state="accepted", actor=actor, at=at)
        words = (
            "材料真实，现场与图纸一致，符合条件，建议准予。"
            if conclusion == "grant"
            else "不符合许可条件，建议不予许可。"
        )
        services.pass_review(code=code, text=words, actor=actor, at=at, conclusion=conclusion)

    def grant(self, code: str, item: str, at: datetime) -> None:
        """The approver grants."""
        services.grant(code=code, actor=self.duty(item, "approver"), at=self.moment(code, at))

    def at_once(self, code: str, item: str, at: datetime) -> None:
        """The chief representative grants an immediate case at the window."""
        services.grant_at_once(code=code, actor=self.duty(item, "chief"), at=self.moment(code, at))

    def refuse(self, code: str, item: str, at: datetime, reason: str) -> None:
        """The approver refuses, with the reason."""
        services.refuse(code=code, reason=reason, actor=self.duty(item, "approver"), at=self.moment(code, at))

    def extend(self, code: str, item: str, at: datetime, days: int, reason: str) -> None:
        """The head of the department extends the limit."""
        services.extend_limit(
            code=code, days=days, reason=reason, actor=self.duty(item, "head"), at=self.moment(code, at)
        )

    def deliver(self, code: str, item: str, at: datetime, receiver: str) -> None:
        """The result is handed over at the window."""
        services.deliver(
            code=code, method="signature", receiver=receiver, actor=self.clerk(item), at=self.moment(code, at)
        )

    def archive(self, code: str, item: str, at: datetime) -> None:
        """The case goes into the archive."""
        services.archive(code=code, actor=self.clerk(item), at=self.moment(code, at))

    def _lines(self, code: str) -> list[rules.MaterialLine]:
        return [
            rules.MaterialLine(order, name, required, state)
            for order, name, required, state in case_by_code(code).materials.values_list(
                "order", "name", "required", "state"
            )
        ]

    def own_material(self, code: str) -> int:
        """The order of the first material that the applicant had to hand in."""
        return next((line.order for line in self._lines(code) if line.state != "exempt"), 1)
