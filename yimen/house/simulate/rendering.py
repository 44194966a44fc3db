"""From stories to rows: played through the lifecycle table, put into words, linked, clocked, ready for COPY.

Runs in worker processes: it reads no database. What a row says is what the services would have written for the same
acts; tests hold both against each other.
"""

from __future__ import annotations

import gc
import random
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from json import JSONEncoder
from typing import Any
from uuid import UUID

from yimen.ground.documents.rules import ALPHABET, CODE_LENGTH, checked_facts, facts_text, kind_of, title_of
from yimen.ground.kit import keyring
from yimen.ground.kit.masking import mask_id_number
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters import rules as clock_rules
from yimen.ground.matters.clocks import NEVER, ClockMark, ClockRow, clock_row, clocks_of
from yimen.ground.matters.lifecycle import COMMON_STEPS, ClockStart
from yimen.house.simulate import people
from yimen.house.simulate.copying import line, moment_text
from yimen.house.simulate.ledger_text import field as ledger_field
from yimen.house.simulate.ledger_text import fields, link
from yimen.house.simulate.plotting import Act, Story, hand_of
from yimen.house.simulate.wording import CaseParty, MaterialLine, SimCase, china_day, facts_of, letter_facts, note
from yimen.house.simulate.world import Hand, SimItem, World
from yimen.service.cases import rules
from yimen.service.cases.lifecycle import LICENCE
from yimen.service.cases.services.acceptance import why_that_day
from yimen.service.cases.services.letters import SERIES_WORDS, words_of

RULES = {rule.action: rule for rule in (*LICENCE.steps, *COMMON_STEPS)}
PHASES = {state.code: state.phase for state in LICENCE.states}
CORRECTIONS = {"request_correction": "correction", "request_review_correction": "review_correction"}
ORIGINS = {action: frozenset(LICENCE.origins(rule)) for action, rule in RULES.items()}
DAY = 86400
CLOSED = ClockRow("", None, None, None, None, None, False, NEVER)
LETTERS = {
    "submit": "materials_receipt",
    "accept": "acceptance_slip",
    "request_correction": "correction_notice",
    "request_review_correction": "correction_notice",
    "find_not_required": "not_required_notice",
    "decline": "not_accepted_notice",
    "suspend": "suspension_notice",
    "extend_limit": "extension_notice",
    "grant": "decision_grant",
    "grant_at_once": "decision_grant",
    "refuse": "decision_refuse",
    "deliver": "delivery_receipt",
}
"""The letter that each act's service issues."""


class BrokenStory(ValueError):
    """An act that the lifecycle table does not allow in this state."""


@dataclass(slots=True)
class Batch:
    """Stories to be rendered, with the ids they take. `parties` are numbers of invented people, aligned with their ids."""

    stories: list[Story]
    matter_ids: list[int]
    parties: list[tuple[str, int]]
    party_ids: list[int]
    letters: bool
    seed: int


@dataclass(slots=True)
class Rendered:
    """Rows for COPY by table, and each step's line (without its id) with its link, in order."""

    tables: dict[str, bytes]
    steps: list[bytes]
    links: list[bytes]
    closed: int


def series_of(item: SimItem, action: str) -> str:
    """The series of letters in which an act's letter is counted."""
    return f"{item.series_word}{SERIES_WORDS[LETTERS[action]]}"


_world: World | None = None


def begin(world: World, *, alone: bool = False) -> None:
    """Give this process the world to render in. A process of its own has no circles to collect while it renders."""
    global _world
    _world = world
    if not alone:
        gc.freeze()
        gc.set_threshold(200_000, 50, 50)


def render(batch: Batch) -> Rendered:
    """Render a batch in the world that was given to `begin`."""
    if _world is None:
        raise RuntimeError("begin() has not been called in this process")
    return _Renderer(_world, batch).run()


class _Renderer:
    def __init__(self, world: World, batch: Batch) -> None:
        self.world, self.batch = world, batch
        self.rng = random.Random(batch.seed)  # noqa: S311  (an invented story, nothing secret)
        self.tables: dict[str, list[str]] = {
            name: [] for name in ("party", "matter", "case", "material", "opinion", "letter", "seal_use")
        }
        self.steps: list[bytes] = []
        self.links: list[bytes] = []
        self.closed = 0
        self.known_since = moment_text(min(story.opened_at for story in batch.stories))
        self.close = {name: keyring.encrypting(bound_to=place) for name, place in world.places.items()}
        self.reasons: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.reckoned: dict[tuple[Any, ...], tuple[int, datetime | None]] = {}

    def run(self) -> Rendered:
        parties = [
            self._party(kind, number, party_id)
            for (kind, number), party_id in zip(self.batch.parties, self.batch.party_ids, strict=True)
        ]
        for story, matter_id in zip(self.batch.stories, self.batch.matter_ids, strict=True):
            self._case(story, matter_id, parties[story.party])
        tables = {name: "".join(lines).encode() for name, lines in self.tables.items()}
        return Rendered(tables, self.steps, self.links, self.closed)

    def _uid(self) -> str:
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    def _party(self, kind: str, number: int, party_id: int) -> CaseParty:
        invented = people.person(number) if kind == "natural" else people.enterprise(number)
        uid = self._uid()
        self.tables["party"].append(
            line(
                party_id, uid, invented.kind, invented.name, invented.id_type,
                self.close["id_number"](invented.id_number),
                keyring.blind_index(invented.id_number, kind="id_number"),
                keyring.blind_index(invented.id_number[-4:], kind="id_tail"),
                self.close["phone"](invented.phone),
                keyring.blind_index(invented.phone, kind="phone"), "",
                self.close["address"](invented.address), invented.legal_representative, "window",
                self.known_since,
            )
        )  # fmt: skip
        return CaseParty(party_id, uid, invented, mask_id_number(invented.id_number), invented.phone)

    def _case(self, story: Story, matter_id: int, party: CaseParty) -> None:
        item = self.world.items[story.item]
        code = rules.case_code(item.code31, china_day(story.opened_at), story.serial)
        brought = "paper" if story.channel == "window" else "provided"
        case = SimCase(
            story, item, matter_id, code, party,
            [MaterialLine(need, "exempt" if need.exempt else brought if need.required else "missing")
             for need in item.variants[story.variant].materials],
        )  # fmt: skip
        for act, letter in zip(story.acts, story.letters, strict=True):
            self._play(case, act, letter)
        self._write_matter(case)
        self._write_case(case)

    def _play(self, case: SimCase, act: Act, letter: tuple[int, int]) -> None:
        """One act through the table: state, clock, words, letter, link."""
        rule = RULES[act.action]
        if case.state not in ORIGINS[act.action]:
            raise BrokenStory(f"{act.action} in state {case.state!r}: {[each.action for each in case.story.acts]}")
        hand = hand_of(case.item, act)
        number, letter_code = "", ""
        if letter[0]:
            number = f"{series_of(case.item, act.action)}〔{letter[1]}〕{letter[0]}号"
            letter_code = "".join(self.rng.choices(ALPHABET, k=CODE_LENGTH)) if self.batch.letters else ""
        mark = self._mark(case, act, rule.clock)
        facts, said = facts_of(case, act, hand, number)
        target = case.state if rule.to is None else rule.to
        before, case.seq = case.state, case.seq + 1
        self._step(case, act, hand, before, target, mark, _json(facts), _json([letter_code] if letter_code else []))
        if act.action in ("grant", "grant_at_once", "refuse"):
            case.work_days, case.on_time = self._result(case, act)
        if mark is not None:
            case.marks.append(mark)
        case.state = target
        if PHASES[target] == "closed" and PHASES.get(before) != "closed":
            case.closed_at, case.outcome = act.at, target
        note(case, act, hand, number, said)
        if letter_code:
            self._letter(case, act, hand, letter, number, letter_code, said)
        kind = OPINIONS.get(act.action)
        if kind and hand:
            people_named = str(facts.get("people") or hand.name)
            self.tables["opinion"].append(
                line(
                    case.matter_id, case.seq, kind, str(facts.get("conclusion") or facts.get("decision") or ""), said["reason"],
                    people_named, hand.uid, hand.author, moment_text(act.at),
                )
            )  # fmt: skip

    def _mark(self, case: SimCase, act: Act, effect: str) -> ClockMark | None:
        if not effect:
            return None
        at = datetime.fromtimestamp(act.at, tz=CHINA)
        if effect != "start":
            why = CORRECTIONS.get(act.action) or (act.why if act.action == "suspend" else "")
            return ClockMark(at=at, effect=effect, by=act.days if effect == "extend" else 0, why=why)
        clock = _clock(case.item, act.action)
        return ClockMark(
            at=at, effect="start", name=clock.name, limit=clock.limit, unit=clock.unit, legal=clock.legal,
            legal_unit=clock.legal_unit, law=clock.law, source=clock.source,
        )  # fmt: skip

    def _step(
        self, case: SimCase, act: Act, hand: Hand | None, before: str, target: str, mark: ClockMark | None, facts: str,
        documents: str,
    ) -> None:  # fmt: skip
        who, who_row = _who(hand) if hand else _names(case.party.uid, case.party.invented.name, "", "")
        move, move_row = _move(act.action, before, target)
        clock = mark.text() if mark else ""
        moment = ledger_field(f"{act.at}000000")
        text = (
            f"{ledger_field(str(case.matter_id))}{ledger_field(str(case.seq))}{move}{who}{moment}{moment}0:,"
            f"{ledger_field(clock)}{ledger_field(facts)}{ledger_field(documents)}{_tail(case.item.power.procedure, case.item.division)}"
        )
        case.last_link = link(case.last_link, text)
        when = moment_text(act.at)
        said = facts.replace("\\", "\\\\") if "\\" in facts else facts
        self.steps.append(
            f"{case.matter_id}\t{case.seq}\t{move_row}\t{who_row}\t{when}\t{when}\t\t{clock}\t{said}\t{documents}\t"
            f"{case.item.power.procedure}\t{case.item.division}\t\\\\x{case.last_link.hex()}\n".encode()
        )
        self.links.append(case.last_link)

    def _result(self, case: SimCase, act: Act) -> tuple[int | None, bool | None]:
        """What `matters.handling_result` stores at the decision: days used, and whether in time."""
        last = clocks_of(case.marks)[-1]
        close = self.world.closes[case.item.centre_id]
        terms = last.terms(close) or last.terms(close, legal=True)
        if terms is None:
            return None, None
        at = datetime.fromtimestamp(act.at, tz=CHINA)
        marks = (last.start, *last.marks)
        key = (terms, at.date(), *((mark.effect, mark.at.date()) for mark in marks))
        if case.extended or key not in self.reckoned:
            finish = clock_rules.ClockEvent(at, "finished")
            state = clock_rules.due(terms, [*last.events(terms, self.world.calendar), finish], self.world.calendar)
            if case.extended:
                return state.counted, state.on_time
            self.reckoned[key] = state.counted, state.due_at
        counted, due_at = self.reckoned[key]  # days decide, but for the hour at which the last one ends
        return counted, due_at is None or at <= due_at

    def _letter(
        self,
        case: SimCase,
        act: Act,
        hand: Hand | None,
        letter: tuple[int, int],
        number: str,
        code: str,
        said: dict[str, Any],
    ) -> None:
        item, kind = case.item, LETTERS[act.action]
        said_in_it = checked_facts(
            kind_of(kind),
            {
                "code": case.code, "short_code": rules.short_code(case.code), "item": item.name,
                "applicant": case.party.invented.name, "applicant_id": case.party.masked, "department": item.department,
                "place": item.place, "phone": item.phone, "handler": hand.name if hand else case.party.invented.name,
                "review_body": item.review_body, "suit_court": item.suit_court, **words_of(item.power), **letter_facts(case, act, said),
                **(self._why_that_day(case) if act.action == "accept" else {}),
            }
        )  # fmt: skip
        facts = facts_text(said_in_it)
        when = moment_text(act.at)
        uid, name = (hand.uid, hand.name) if hand else (case.party.uid, case.party.invented.name)
        self.tables["letter"].append(
            line(
                self._uid(), code, kind, number, series_of(item, act.action), letter[1], letter[0], case.code, facts,
                item.seal_id, item.seal_text, when, uid, name, hand.account_id if hand else None, "", "", "",
            )
        )  # fmt: skip
        if item.seal_id is not None:
            user = (hand.uid, hand.name, hand.title) if hand else (str(UUID(int=0)), "一门系统", "系统")
            granted = hand.letters.get(item.department_id) if hand else None
            self.tables["seal_use"].append(
                line(item.seal_id, granted, when, *user, title_of(kind, words_of(item.power)), number)
            )

    def _why_that_day(self, case: SimCase) -> dict[str, Any]:
        """The last day and the ledger behind it, as the acceptance slip prints them."""
        clock = clocks_of(case.marks)[-1]
        close = self.world.closes[case.item.centre_id]
        key = (clock.start.limit, clock.start.unit, clock.start.legal, clock.start.legal_unit, clock.start.at.date())
        if key not in self.reasons:
            terms = clock.terms(close) or clock.terms(close, legal=True)
            self.reasons[key] = why_that_day(clock.derivation(terms, self.world.calendar))
        return self.reasons[key]

    def _write_matter(self, case: SimCase) -> None:
        story, item = case.story, case.item
        row = self._clock_row(case)
        self.closed += case.closed_at is not None
        desk = item.desks[story.desk]
        self.tables["matter"].append(
            line(
                case.matter_id, self._uid(), item.power.procedure, LICENCE.version, case.code, item.name, item.code31, case.state,
                case.seq, case.seq, case.last_link, case.party.id, case.party.invented.name, item.department_id,
                case.person.post_id if case.person else None, case.person.account_id if case.person else None,
                case.person.name if case.person else "", desk.window_id, item.centre_id, item.division, story.channel,
                moment_text(story.opened_at), row.clock, row.due_on, row.due_at, row.legal_due_on, row.warn_at,
                row.stopped_since, row.provisional, row.sort_at, row.watch_at,
                None if case.closed_at is None else moment_text(case.closed_at), case.outcome, case.work_days, case.on_time,
            )
        )  # fmt: skip

    def _clock_row(self, case: SimCase) -> ClockRow:
        """What the reckoning says of every clock that has ended is known; only a year without notice differs (暂定)."""
        if case.closed_at is not None:
            due_by = case.closed_at + 100 * DAY if case.decided_at is None else case.decided_at + 40 * DAY
            last = china_day(max(due_by, case.closed_at))
            if self.world.calendar.span_confirmed(china_day(case.story.opened_at), last):
                return CLOSED
        return clock_row(case.marks, self.world.calendar, self.world.closes[case.item.centre_id], self.world.warn_days)

    def _write_case(self, case: SimCase) -> None:
        story, item = case.story, case.item
        answers = _json(item.variants[story.variant].filled.for_party(case.party.invented))
        posted = story.delivery == "post"
        self.tables["case"].append(
            line(
                case.matter_id, item.item_id, item.edition_id, item.form_version, item.kind,
                self.close["answers"](answers), case.party.invented.name,
                self.close["contact_phone"](case.party.phone), story.delivery,
                self.close["delivery_address"](case.party.invented.address) if posted else "", case.slip,
                _when(case.accepted_at), case.corrections, case.extended, _when(case.decided_at), case.decision,
                case.decision_number, case.decision_reason, _when(case.delivered_at), case.receiver, case.proof,
            )
        )  # fmt: skip
        for order, each in enumerate(case.materials, 1):
            self.tables["material"].append(
                line(
                    case.matter_id, order, each.need.material_id, each.need.name, each.need.required, each.state, each.note,
                    each.by, _when(each.at),
                )
            )  # fmt: skip


OPINIONS = {
    "record_opinion": "review",
    "record_survey": "survey",
    "pass_review": "review",
    "grant": "decision",
    "grant_at_once": "decision",
    "refuse": "decision",
    "return_to_review": "return",
}
"""The acts that leave an opinion, and its kind."""


def _clock(item: SimItem, action: str) -> ClockStart:
    if action == "submit":
        return rules.receipt_clock(licence=item.power.licence)
    if action == "accept":
        return rules.handling_clock(item.terms)
    return rules.delivery_clock(licence=item.power.licence)


_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@lru_cache(maxsize=4096)
def _names(uid: str, name: str, post: str, window: str) -> tuple[str, str]:
    """Who acts, as the ledger's text has it and as COPY has it."""
    return fields(uid, name, post, window), f"{uid}\t{name}\t{post}\t{window}"


def _who(hand: Hand) -> tuple[str, str]:
    return _names(hand.uid, hand.name, hand.post, hand.window)


@lru_cache(maxsize=256)
def _move(action: str, before: str, target: str) -> tuple[str, str]:
    """What is done, from where to where, in both forms."""
    return fields(action, before, target), f"{action}\t{before}\t{target}"


@lru_cache(maxsize=64)
def _tail(procedure: str, division: str) -> str:
    return fields(procedure, division)


def _when(at: int | None) -> str | None:
    return None if at is None else moment_text(at)
