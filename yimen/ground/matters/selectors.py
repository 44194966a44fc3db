"""What may be asked of matters: one by its number, a work list, a timeline, why the date is the date."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from yimen.ground.calendar.rules import BusinessClose, WorkCalendar
from yimen.ground.calendar.selectors import business_closes, calendar_version, work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import CHINA, day_of, say_day
from yimen.ground.kit.postgresql.statements import Statement
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.matters import lifecycle, policies, rules
from yimen.ground.matters.clocks import Clock, clocks_of, ended
from yimen.ground.matters.clocks import ClockMark as ClockMark
from yimen.ground.matters.durations import Durations as Durations
from yimen.ground.matters.durations import durations
from yimen.ground.matters.effects import effect as effect
from yimen.ground.matters.effects import effect_standing as effect_standing
from yimen.ground.matters.effects import effects_that_came as effects_that_came
from yimen.ground.matters.effects import takes_effect_at as takes_effect_at
from yimen.ground.matters.lifecycle import ClockStart, Procedure, StepRule
from yimen.ground.matters.models import Behalf, Hold, Matter, Step
from yimen.ground.matters.tallies import closed_by_department as closed_by_department
from yimen.ground.matters.tallies import counted as counted
from yimen.ground.organisations import selectors as organisations

Box = Literal["mine", "window", "department", "centre"]

if TYPE_CHECKING:
    from yimen.ground.matters.deadlines import DateChange

CLOCK_LABELS: dict[str, str] = {"receipt": "收件审查", "handling": "办理", "delivery": "送达"}


def name_clocks(labels: Mapping[str, str]) -> None:
    """Say what an upper module's clocks are called, from its `apps.py`."""
    CLOCK_LABELS.update(labels)


def warn_days() -> int:
    """How many working days before the due day a matter is marked 预警 (a setting; one by default)."""
    return int(getattr(settings, "WARN_WORKDAYS", 1))


def closing_hours(centre_id: int | None = None, version: int | None = None) -> BusinessClose:
    """When the last day of a limit ends: the close of business of the centre (民法典第二百零三条)."""
    return business_closes(centre_id, version)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a step needs to know of its matter, read in one query."""

    id: int
    code: str
    procedure: str
    procedure_version: int
    state: str
    version: int
    subject: str
    applicant_id: int | None
    department_id: int
    window_id: int | None
    centre_id: int | None
    division_id: str
    person_id: int | None
    person_name: str
    calendar_version: int
    marks: tuple[ClockMark, ...]
    holds: tuple[tuple[str, str], ...]


ASKED = """m.id, m.code, m.procedure, m.procedure_version, m.state, m.version, m.subject, m.applicant_id, m.department_id,
       m.window_id, m.centre_id, m.division_id, m.person_id, m.person_name,
       (select version from calendar_calendarversion where id = 1),
       (select json_agg(json_build_array(s.seq, s.clock) order by s.seq)::text
          from matters_step s where s.matter_id = m.id and s.clock <> ''),
       (select json_agg(json_build_array(h.point, h.reason))::text
          from matters_hold h where h.matter_id = m.id and h.lifted_at is null)"""
"""The columns of `Asked` from `matters_matter m`, for a module that asks for more in the same query; see `read_asked`."""

_ASK = f"select {ASKED} from matters_matter m where m."  # noqa: S608 (a constant of ours)
_ASK_BY_ID, _ASK_BY_CODE = Statement(f"{_ASK}id = %s"), Statement(f"{_ASK}code = %s")


def ask(which: int | str) -> Asked:
    """Read a matter (by id or number), its version, clock marks and holds in one query; raises `NotFound`."""
    row = (_ASK_BY_ID if isinstance(which, int) else _ASK_BY_CODE).first([which])
    if row is None:
        raise NotFound("没有找到这件事。", next_step="请核对编号。")
    return read_asked(row)


_ASK_MANY = f"select {ASKED} from matters_matter m where m.id = any(%s)"  # noqa: S608 (a constant of ours)


def ask_many(ids: Sequence[int]) -> dict[int, Asked]:
    """The same for many matters in one query, by id; those that are not there are absent."""
    with connection.cursor() as cursor:
        cursor.execute(_ASK_MANY, [list(ids)])
        return {row[0]: read_asked(row) for row in cursor.fetchall()}


def read_asked(row: Sequence[Any]) -> Asked:
    """What the columns `ASKED` said."""
    plain: Any
    *plain, marks, holds = row
    plain += [
        tuple(ClockMark.read(text, seq) for seq, text in _marks.decode(marks)) if marks else (),
        _holds.decode(holds) if holds else (),
    ]
    return Asked(*plain)


_marks = msgspec.json.Decoder(list[tuple[int, str]])
_holds = msgspec.json.Decoder(tuple[tuple[str, str], ...])


def access_matter(actor: Actor, code: str, permission: str = "matters.view") -> Matter:
    """The matter with this number, if the actor may see it: a stranger gets `NotFound`, a colleague without right `NotAllowed`.

    The applicant may always see the own matter, and by that alone do nothing of what staff do with it.
    """
    matter = (
        Matter.objects.select_related("department", "window", "applicant", "centre").filter(code=str(code)[:60]).first()
    )
    if matter is not None:
        applicant = policies.is_applicant(actor, matter)
        if policies.may(actor, permission, matter) or (applicant and permission == "matters.view"):
            return matter
        if applicant or (permission != "matters.view" and policies.may(actor, "matters.view", matter)):
            raise NotAllowed("您可以查看这件事，但没有办理它的权限。", next_step="请由有权限的岗位办理。")
    # The same words for what is hidden and for what is not there: a stranger learns no number.
    raise NotFound("没有找到这件事。", next_step="请核对编号，或确认它是否由您的部门、窗口办理。")


@dataclass(frozen=True, slots=True)
class ClockFace:
    """What the clock chip says: `status` picks colour and shape, `text` the words (look: 时钟片)."""

    status: Literal["normal", "warning", "yellow", "red", "paused", "closed", "none"]
    text: str


def clock_face(matter: Matter, at: datetime, calendar: WorkCalendar | None = None) -> ClockFace:
    """How urgent a matter is at this moment, in the words of the work lists."""
    if matter.closed_at is not None:
        return ClockFace("closed", f"{say_day(day_of(matter.closed_at), day_of(at), weekday=False)} 办结")
    stopped = matter.stopped_since
    if stopped is not None and not (matter.due_at and matter.due_at < stopped):
        days = (day_of(at) - day_of(stopped)).days
        label = lifecycle.procedure(matter.procedure, matter.procedure_version).state(matter.state).label
        return ClockFace("paused", f"{label} {days} 日" if days else f"{label}")
    if matter.due_on is None or matter.due_at is None:
        return ClockFace("none", "没有时限")
    calendar = (calendar or work_calendar()).at(matter.division_id, matter.centre_id)
    today = day_of(at)
    if at > matter.due_at:
        # What was late when the clock stopped grows no later while it stands.
        late = max(1, calendar.workdays_between(matter.due_on, day_of(stopped) if stopped else today))
        return ClockFace("red", f"超期 {late} 个工作日" + ("，已停表" if stopped else ""))
    left = calendar.workdays_between(today, matter.due_on)
    if left == 0:
        ends = matter.due_at.astimezone(at.tzinfo)
        return ClockFace("yellow", f"今天 {ends:%H:%M} 到期" if ends.date() == today else "今天到期")
    return ClockFace("warning" if left <= warn_days() else "normal", f"剩 {left} 个工作日")


@dataclass(frozen=True)
class Shown:
    """A step as the timeline shows it."""

    seq: int
    action: str
    label: str
    public_label: str
    actor: str
    post: str
    window: str
    happened_at: datetime
    recorded_at: datetime
    basis: str
    facts: Mapping[str, Any]
    documents: Sequence[str]
    effect: str
    to_state: str

    @property
    def late_entry(self) -> bool:
        """Was it written down at another time than it happened? Then the timeline says so, and on what basis."""
        return bool(self.basis)

    def said_late(self, moment: str) -> str:
        """When and on what basis it was written down, with the moment in words; empty where that was at once."""
        if not self.basis:
            return ""
        if self.basis == BASES["statutory_effect"]:
            return f"{moment} 由系统记入"
        return f"{moment} 补记，依据：{self.basis}"


def documents_of(matter_id: int, seq: int) -> list[str]:
    """The codes of the letters that a step issued."""
    text = Step.objects.filter(matter=matter_id, seq=seq).values_list("documents", flat=True).first()
    return [str(code) for code in json.loads(text)] if text else []


BASES: dict[str, str] = {
    "postal_receipt": "邮件签收单",
    "offline_journal": "离线日志",
    "statutory_effect": "法定后果",
    "import": "导入",
}
"""What may support a step that is written down later than it happened."""


def timeline(matter: Matter) -> list[Shown]:
    """Every step of a matter, first to last."""
    table = lifecycle.procedure(matter.procedure, matter.procedure_version)
    shown = []
    for step in Step.objects.filter(matter=matter).order_by("seq"):
        rule = table.step(step.action)
        shown.append(
            Shown(
                seq=step.seq,
                action=step.action,
                label=rule.label,
                public_label=rule.public_label,
                actor=step.actor_name,
                post=step.actor_post,
                window=step.window,
                happened_at=step.happened_at,
                recorded_at=step.recorded_at,
                basis=BASES.get(step.basis, step.basis),
                facts=json.loads(step.facts or "{}"),
                documents=json.loads(step.documents or "[]"),
                effect=json.loads(step.clock)["effect"] if step.clock else "",
                to_state=step.to_state,
            )
        )
    return shown


@dataclass(frozen=True)
class ClockAccount:
    """One clock of a matter with its derivations: the promised limit's and the legal one's (None where not set)."""

    name: str
    label: str
    law: str
    source: str
    promised: rules.Derivation | None
    legal: rules.Derivation | None
    started_at: datetime
    current: bool
    unreckoned: str = ""
    """The limit in words where it stands in hours or months, which are stored and not reckoned yet."""

    @property
    def limited(self) -> bool:
        """Does any limit govern this clock?"""
        return self.promised is not None or self.legal is not None


@dataclass(frozen=True)
class DateMove:
    """A change of the calendar that moved the date, as its step of the ledger says it; `undone`: the change taken back."""

    at: datetime
    title: str
    document_number: str
    undone: bool
    old_due_on: date | None
    new_due_on: date | None
    why: str
    reason: str = ""

    @property
    def moved(self) -> bool:
        """Whether a day moved; otherwise the date became firm, or 暂定 again."""
        return self.old_due_on != self.new_due_on

    @property
    def document(self) -> str:
        """`《…通知》（国办发明电〔2026〕9号）`."""
        return f"《{self.title}》（{self.document_number}）"


@dataclass(frozen=True)
class Explanation:
    """期限账本: every clock a matter has had, day by day."""

    code: str
    title: str
    clocks: tuple[ClockAccount, ...]
    moves: tuple[DateMove, ...] = ()
    marks: tuple[ClockMark, ...] = ()
    calendar: WorkCalendar | None = None

    def durations(self, at: datetime) -> Durations | None:
        """Whose hands it was in up to `at`, or to its end; None without a clock."""
        return durations(self.marks, self.calendar, at) if self.calendar is not None else None

    @cached_property
    def current(self) -> ClockAccount | None:
        """The clock that runs or stands now, if one does."""
        return next((clock for clock in reversed(self.clocks) if clock.current), None)


def explain(matter: Matter, calendar: WorkCalendar | None = None) -> Explanation:
    """Why the date is the date: derived from the steps alone, never from the cached columns (R060)."""
    version = calendar_version()
    calendar = (calendar or work_calendar(version)).at(matter.division_id, matter.centre_id)
    close = closing_hours(matter.centre_id, version)
    steps = list(
        Step.objects.filter(~Q(clock="") | Q(action="recalculate"), matter=matter)
        .order_by("seq")
        .values_list("seq", "clock", "action", "happened_at", "facts")
    )
    marks = tuple(ClockMark.read(text, seq) for seq, text, *_ in steps if text)
    clocks = ended(clocks_of(marks))
    accounts = [_account(clock, clock is clocks[-1], calendar, close) for clock in clocks]
    moves = [_move(at, facts) for _, _, action, at, facts in steps if action == "recalculate"]
    return Explanation(matter.code, matter.title, tuple(accounts), tuple(moves), marks, calendar)


def _move(at: datetime, facts: str) -> DateMove:
    said = json.loads(facts)

    def day(name: str) -> date | None:
        return date.fromisoformat(said[name]) if said.get(name) else None

    return DateMove(
        at, said["title"], said["document_number"], said["undo"], day("old_due_on") or day("old_legal_due_on"),
        day("new_due_on") or day("new_legal_due_on"), said["why"], said.get("reason", ""),
    )  # fmt: skip


def foretell(
    start: ClockStart, at: datetime, centre_id: int | None, version: int, division: str = ""
) -> rules.Derivation | None:
    """How a clock that begins at `at` will run if nothing stops it: the promised limit, else the legal; None without one."""
    # Only the day of a start counts, so the slips of a day share one derivation.
    midnight = datetime.combine(day_of(at), time(), tzinfo=CHINA)
    calendar = work_calendar(version).at(division, centre_id)
    return _foretold(start, midnight, calendar, closing_hours(centre_id, version))


@lru_cache(maxsize=1024)
def _foretold(start: ClockStart, at: datetime, calendar: WorkCalendar, close: BusinessClose) -> rules.Derivation | None:
    clock = Clock(ClockMark.of_start(start, at))
    return clock.derivation(clock.terms(close) or clock.terms(close, legal=True), calendar)


def _account(clock: Clock, last: bool, calendar: WorkCalendar, close: BusinessClose) -> ClockAccount:
    return ClockAccount(
        name=clock.start.name,
        label=CLOCK_LABELS.get(clock.start.name, clock.start.name),
        law=clock.start.law,
        source=clock.start.source,
        promised=clock.derivation(clock.terms(close), calendar),
        legal=clock.derivation(clock.terms(close, legal=True), calendar),
        started_at=clock.start.at,
        current=last and not (clock.marks and clock.marks[-1].effect == "finish"),
        unreckoned="，".join(_unreckoned(clock.start)),
    )


def _unreckoned(start: ClockMark) -> Iterator[str]:
    promised, legal = (start.limit, start.unit), (start.legal, start.legal_unit)
    # Where nothing was promised the clock is set to the legal limit.
    for name, (limit, unit) in (("承诺", promised), ("法定", legal)) if promised != legal else (("法定", legal),):
        if limit is not None and unit in ("hour", "month"):
            yield f"{name} {limit} {rules.UNITS[unit]}"


@dataclass(frozen=True, slots=True)
class NextStep:
    """A button: the rule, and why it cannot be pressed now (empty where it can)."""

    rule: StepRule
    closed_because: str = ""


def next_steps(matter: Matter, actor: Actor, on: date) -> list[NextStep]:
    """The steps of the procedure that the actor could take now, in order; those stopped by a hold or a missing letter say why."""
    table = procedure_of(matter)
    holds = {hold.point: hold.reason for hold in open_holds(matter)}
    found = []
    for rule in table.steps_from(matter.state):
        if not rule.shown or rule.by == "system":
            continue
        applicant = policies.is_applicant(actor, matter)
        if rule.by == "applicant" and not applicant:
            continue
        if rule.by == "staff" and (actor.kind != "staff" or not policies.may(actor, rule.permission, matter)):
            continue
        why = policies.open_to(actor, rule, matter, on)
        if why and rule.power and policies.may(actor, rule.permission, matter):
            became = organisations.why_no_letter(actor.post_id, matter.department_id, rule.power, on)
            why += f"授权委托书 {became}。" if became else ""
        if not why and rule.hold_point in holds:
            why = holds[rule.hold_point]
        if not why and rule.power:
            why = _objection(matter, rule, actor, on)
        found.append(NextStep(rule, why))
    return found


def _objection(matter: Matter, rule: StepRule, actor: Actor, on: date) -> str:
    """What the check point of steps would say to this step, so that no button is offered that the service refuses."""
    try:
        lifecycle.run_checks(
            lifecycle.STEP_POINT, matter=matter, rule=rule, actor=actor, at=datetime.combine(on, time(), tzinfo=CHINA)
        )
    except NotAllowed as refusal:
        return f"{refusal.message}{refusal.next_step}"
    return ""


@dataclass(frozen=True, slots=True)
class Taker:
    """A colleague to whom a matter may be handed, and the post in which they would work on it."""

    account_id: int
    name: str
    post_id: int | None


def takers(matter: Matter | Asked, on: date) -> list[Taker]:
    """Who could take this matter over on a day, by name: whoever may see it, claim it and take a step of its present state.

    All three in one post, in a scope that the matter lies in. Of a state that waits for the applicant the steps count
    that staff may enter for them. Letters are not asked: they may be signed after the hand-over, and the step asks.
    """
    table = lifecycle.procedure(matter.procedure, matter.procedure_version)
    rules_here = [rule for rule in table.steps_from(matter.state) if rule.shown and rule.by in ("staff", "either")]
    work = {rule.permission for rule in rules_here if rule.by == "staff"} or {rule.permission for rule in rules_here}
    needed = {"matters.view", "matters.claim"}
    place = organisations.Place(matter.department_id, matter.window_id, matter.centre_id, matter.division_id)
    found = organisations.holders(needed | work, place, on)
    everywhere: dict[int, frozenset[str]] = {each.account_id: each.codes for each in found if each.post_id is None}
    able: dict[int, Taker] = {}
    for each in found:
        held = each.codes | everywhere.get(each.account_id, frozenset())
        if needed <= held and held & work:
            able.setdefault(each.account_id, Taker(each.account_id, each.name, each.post_id))
    return list(able.values())


def procedure_of(matter: Matter) -> Procedure:
    """The table that this matter follows, in its pinned version."""
    return lifecycle.procedure(matter.procedure, matter.procedure_version)


def open_holds(matter: Matter) -> QuerySet[Hold]:
    """The holds that stop a step of this matter now."""
    return Hold.objects.filter(matter=matter, lifted_at__isnull=True).order_by("placed_at")


def box(actor: Actor, which: Box) -> QuerySet[Matter]:
    """The open matters of one box of the inbox, most urgent first (page with `kit.paging` by `sort_at`, `id`)."""
    places: dict[Box, Q] = {
        "mine": Q(person=actor.account_id) | Q(person=actor.stands_for)
        if actor.stands_for
        else Q(person=actor.account_id),
        "window": Q(window=actor.window_id),
        "department": policies.departments_of(actor),
        "centre": Q(centre=actor.centre_id),
    }
    if which != "mine" and (getattr(actor, f"{which}_id") is None):
        return Matter.objects.none()
    seen = policies.scope(actor, "matters.view")
    return Matter.objects.filter(places[which], seen, closed_at__isnull=True).order_by("sort_at", "id")


def of_applicant(party_id: int) -> QuerySet[Matter]:
    """A person's matters, newest first."""
    return Matter.objects.filter(applicant=party_id).order_by("-opened_at", "-id")


def own(actor: Actor) -> QuerySet[Matter]:
    """The matters of whom the actor acts for, as far as the actor may see them as applicant, newest first."""
    return Matter.objects.filter(policies.own(actor)).order_by("-opened_at", "-id")


def behalf_of(matter_id: int) -> Behalf | None:
    """Who handles a matter for its applicant; None where the applicant does."""
    return Behalf.objects.filter(matter=matter_id).first()


def handled_by(account_id: int, applicant_id: int) -> QuerySet[Matter]:
    """The open matters that an account handles for a party."""
    return Matter.objects.filter(applicant=applicant_id, behalf__account=account_id, closed_at__isnull=True)


def visible(actor: Actor, permission: str = "matters.view") -> QuerySet[Matter]:
    """Every matter within the scope in which the actor holds this permission (may see it), newest first."""
    return Matter.objects.filter(policies.scope(actor, permission)).order_by("-opened_at", "-id")


def by_uid(uid: UUID) -> Matter:
    """The matter with this uid, without any check of access: for handlers and jobs only. Raises `NotFound`."""
    matter = Matter.objects.filter(uid=uid).first()
    if matter is None:
        raise NotFound("没有找到这件事。")
    return matter


def by_code(code: str) -> Matter:
    """The matter with this number, without any check of access: for commands on the server only. Raises `NotFound`."""
    matter = Matter.objects.filter(code=code.strip()[:60]).first() if code.isprintable() else None
    if matter is None:
        raise NotFound("没有找到这个编号。", next_step="请核对编号是否完整。")
    return matter


def derivation_of(asked: Asked) -> tuple[rules.Derivation | None, rules.Derivation | None]:
    """The present clock day by day, promised and legal, from the marks alone; None where there is no such limit."""
    clocks = clocks_of(asked.marks)
    if not clocks:
        return None, None
    close = closing_hours(asked.centre_id, asked.calendar_version)
    calendar = work_calendar(asked.calendar_version).at(asked.division_id, asked.centre_id)
    clock = clocks[-1]
    return clock.derivation(clock.terms(close), calendar), clock.derivation(clock.terms(close, legal=True), calendar)


def running_since(matter_id: int) -> datetime:
    """When the matter's present clock began, or was last resumed: the day after it is the first that counts."""
    clock = clocks_of(ask(matter_id).marks)[-1]
    back = [mark.at for mark in clock.marks if mark.effect == "resume"]
    return back[-1] if back else clock.start.at


def deadline_history(matter: Matter) -> list[DateChange]:
    """Every date that ever applied to a matter, in order, each with what brought it about."""
    from yimen.ground.matters.deadlines import deadline_history as history  # it stands on this module

    return history(matter)


# What judges clocks again stands on what is above.
from yimen.ground.matters.rereading import Taken as Taken  # noqa: E402
from yimen.ground.matters.rereading import also_open as also_open  # noqa: E402
from yimen.ground.matters.rereading import annulled_clocks as annulled_clocks  # noqa: E402
from yimen.ground.matters.rereading import backdated as backdated  # noqa: E402
from yimen.ground.matters.rereading import bursts as bursts  # noqa: E402
from yimen.ground.matters.rereading import by_ids as by_ids  # noqa: E402
from yimen.ground.matters.rereading import clock_at as clock_at  # noqa: E402
from yimen.ground.matters.rereading import clock_seq as clock_seq  # noqa: E402
from yimen.ground.matters.rereading import due_before as due_before  # noqa: E402
from yimen.ground.matters.rereading import last_step as last_step  # noqa: E402
from yimen.ground.matters.rereading import last_taken as last_taken  # noqa: E402
from yimen.ground.matters.rereading import untouched_since as untouched_since  # noqa: E402
