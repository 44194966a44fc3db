"""Acceptance (art. 32 (5), R063): the act that clerks do all day, so it asks once and tells once.

Ask: one query reads matter, case, materials and applicant. Think: may they, is anything lacking, what will the
slip and the clock say. Tell: one statement, `cases_accept`, writes slip, seal use, step, clock, outbox, audit and case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from yimen.ground.documents.services import PreparedLetter
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import masked_number
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.kit.postgresql.statements import Statement
from yimen.ground.kit.refusals import Conflict
from yimen.ground.matters import selectors as matters
from yimen.ground.matters import services as thread
from yimen.ground.matters.lifecycle import ClockStart
from yimen.ground.matters.rules import Derivation
from yimen.ground.organisations.selectors import Letterhead, letterhead
from yimen.service.cases import rules
from yimen.service.cases.editions import EditionCard, pinned_edition
from yimen.service.cases.events import CaseAccepted
from yimen.service.cases.services.letters import agent_words, prepare
from yimen.service.cases.services.open_case import no_such_case


class MaterialsLacking(Conflict):
    """Required materials are missing or returned: accept is not open, a correction notice is."""

    code = "materials_lacking"


def accept_case(
    *,
    code: str,
    actor: Actor,
    at: datetime,
    seen: int | None = None,
    basis: str = "",
    recorded_at: datetime | None = None,
) -> thread.Taken:
    """Accept: give the slip (R063), start the handling clock with the pinned limits.

    Raises `MaterialsLacking` while a required material is missing or returned, besides what `take_step` raises.
    """

    def attempt() -> thread.Taken | None:
        case = _ask(code, at)
        rule = thread.admit(case.matter, "accept", actor, at, seen)
        _refuse_lacking(case.materials)
        clock = rules.handling_clock(case.edition.terms, case.kind)
        slip = _slip(case, clock, actor, at)
        thought = thread.think(
            case.matter, rule, actor, at, clock=clock, basis=basis,
            facts={"kind": case.kind},
        )  # fmt: skip
        under = thread.under_letter(case.matter, rule, actor, at)
        return _tell(case, thought, slip, actor, at, basis, recorded_at, under)

    return thread.twice(attempt)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A case that waits for acceptance, as one query found it."""

    matter: matters.Asked
    title: str
    kind: str
    edition: EditionCard
    materials: list[rules.MaterialLine]
    applicant: str
    applicant_kind: str
    applicant_number: str
    head: Letterhead
    agent: str
    mandate: str


_ASK = Statement(f"""
select {matters.ASKED}, m.title, c.kind, c.edition_id, c.agent_name, c.mandate_number, p.name, p.kind, p.id_number,
       (select json_agg(json_build_array(l."order", l.name, l.required, l.state) order by l."order")::text
          from cases_casematerial l where l.case_id = c.matter_id),
       (select stamp from organisations_stamp where id = 1)
  from matters_matter m
  join cases_case c on c.matter_id = m.id
  join identity_party p on p.id = m.applicant_id
 where m.code = %s
""")  # noqa: S608 (a constant of ours)
_materials = msgspec.json.Decoder(list[tuple[int, str, bool, str]])


def _ask(code: str, at: datetime) -> _Waiting:
    """Everything that acceptance must know, in one query where the letterhead is known; raises `NotFound`."""
    row = _ASK.first([code[:60]])
    if row is None:
        raise no_such_case()
    *asked, title, kind, edition_id, agent, mandate, name, sort, number, materials, stamp = row
    matter = matters.read_asked(asked)
    return _Waiting(
        matter=matter,
        title=title,
        kind=kind,
        edition=pinned_edition(edition_id),
        materials=[rules.MaterialLine(*line) for line in _materials.decode(materials)] if materials else [],
        applicant=name,
        applicant_kind=sort,
        applicant_number=masked_number(number),
        head=letterhead(matter.department_id, day_of(at), stamp),
        agent=agent,
        mandate=mandate,
    )


def _refuse_lacking(materials: Sequence[rules.MaterialLine]) -> None:
    lacking = rules.lacking(materials)
    if lacking:
        names = "、".join(line.name for line in lacking[:5]) + ("等" if len(lacking) > 5 else "")
        raise MaterialsLacking(
            f"还有 {len(lacking)} 份必须提交的材料不齐：{names}。",
            next_step="请一次告知补正；已收到纸质件的，请先在材料核对里勾选。",
        )


def _slip(case: _Waiting, clock: ClockStart, actor: Actor, at: datetime) -> PreparedLetter:
    edition = case.edition
    ahead = matters.foretell(clock, at, case.matter.centre_id, case.matter.calendar_version, case.matter.division_id)
    return prepare(
        "acceptance_slip", code=case.matter.code, title=case.title, applicant=case.applicant,
        applicant_kind=case.applicant_kind, applicant_number=case.applicant_number, head=case.head, edition=edition,
        actor=actor, at=at,
        accepted_on=say_date(day_of(at)), limit=edition.promise_label or "未作承诺",
        legal_limit=edition.legal_label or "没有规定", **why_that_day(ahead), **agent_words(case.agent, case.mandate),
    )  # fmt: skip


@lru_cache(maxsize=1024)
def why_that_day(ahead: Derivation | None) -> dict[str, Any]:
    """The last day and the ledger behind it, as the slip prints them; nothing where no limit governs."""
    if ahead is None or ahead.due_on is None:
        return {}
    rows, year = [], 0
    for run in ahead.runs():
        # The year stands where it begins, and again where it changes: the table is read from above.
        days = say_date(run.first, weekday=False, year=run.first.year != year)
        if run.days > 1:
            days += f"至{say_date(run.last, weekday=False, year=run.last.year != run.first.year)}"
        year = run.last.year
        rows.append((days, run.why, f"计 {run.days} 日，累计 {run.number}" if run.counted else "不计", run.law))
    provisional = "（暂定）" if ahead.provisional else ""
    return {"due_on": say_date(ahead.due_on) + provisional, "derivation": tuple(rows)}


_ACCEPT = Statement(
    "select verdict, step_id, seq, recorded_at from cases_accept("
    "%s, %s, %s::text[], %s, %s::jsonb, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s::jsonb, %s, %s, %s)"
)


def _tell(
    case: _Waiting,
    thought: thread.Thought,
    slip: PreparedLetter,
    actor: Actor,
    at: datetime,
    basis: str,
    recorded_at: datetime | None,
    under: str,
) -> thread.Taken | None:
    """Write it; None where the case moved between reading and writing."""
    context = audit.current()
    event = thread.event_json(CaseAccepted(matter_id=case.matter.id, code=case.matter.code, slip_number="", at=at))
    with thread.said_in_chinese(at):
        written = _ACCEPT.one(
            [
                case.matter.id,
                case.matter.version,
                thought.origins,
                thought.to,
                _under(slip.text, under),
                case.kind,
                actor.uid,
                actor.name,
                thread.post_of(actor),
                actor.window,
                at,
                basis,
                thought.clock,
                thought.clock_row,
                thought.change,
                event,
                context.request_id,
                context.ip,
                thread.recorded(at, recorded_at),
            ]
        )
    return thought.taken(*written)


def _under(letter: str, under: str) -> str:
    """The prepared letter with the authorisation letter that the step is taken under, for the facts of the step."""
    return f'{letter[:-1]},"under":{thread.as_json(under)}}}' if under else letter
