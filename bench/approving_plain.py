"""The flow as a good Django project writes it: a service a step, one transaction each, the ORM for every read and write."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.db import transaction

from bench.approving import APPROVALS, Stage, event_of, said, text
from yimen.ground.calendar.models import CalendarVersion
from yimen.ground.calendar.selectors import business_closes, work_calendar
from yimen.ground.identity.rules import Actor, stood_in
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.models import OutboxEvent
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.matters import lifecycle, policies
from yimen.ground.matters.clocks import NEVER, ClockMark, clock_row
from yimen.ground.matters.models import Hold, Matter, Step, Unsealed


def flow(stage: Stage) -> None:
    """One matter from start to finish."""
    matter = start(stage, stage.actors[0])
    for approval, actor in zip(APPROVALS, stage.actors[1:], strict=False):
        advance(matter.pk, approval, actor, said(approval))
    advance(matter.pk, "finish", stage.actors[4], {})


@transaction.atomic
def start(stage: Stage, actor: Actor) -> Matter:
    """Open a matter and take its first step."""
    at = now()
    rule = lifecycle.procedure("bench").step("start")
    matter = Matter.objects.create(
        procedure="bench", procedure_version=1, code=uuid4().hex, title="三级审批", applicant_name="李明",
        department_id=stage.department, division_id=stage.division, channel="window", opened_at=at, sort_at=NEVER,
    )  # fmt: skip
    mark = ClockMark(at=at, effect="start", name="handling", limit=10, legal=20, law="行政许可法第四十二条")
    _write(matter, rule, actor, at, {}, mark, [mark])
    return matter


@transaction.atomic
def advance(matter_id: int, action: str, actor: Actor, facts: dict[str, Any]) -> Matter:
    """Take one step: lock, may they, is it open, is it held, clock, write."""
    at = now()
    matter = Matter.objects.select_for_update().get(pk=matter_id)
    table = lifecycle.procedure(matter.procedure, matter.procedure_version)
    rule = table.step(action)
    policies.demand(actor, rule, matter, day_of(at))
    if matter.state not in table.origins(rule):
        raise Conflict("这一步现在不能办。")
    if rule.reason_needed and not facts.get("reason"):
        raise Invalid("要写明理由。")
    if rule.power == "decide":
        reviewing = [each.action for each in table.steps if each.power == "review"]
        mine = Step.objects.filter(matter=matter, action__in=reviewing, actor_uid=actor.uid)
        if any(actor.stands_for or stood_in(name) for name in mine.values_list("actor_name", flat=True)):
            raise Conflict("这件事的审查是您自己办的。")
    for hold in Hold.objects.filter(matter=matter, lifted_at__isnull=True):
        if hold.point == rule.hold_point:
            raise Conflict(hold.reason)
    marks = [ClockMark.read(step.clock, step.seq) for step in matter.steps.exclude(clock="").order_by("seq")]
    mark = ClockMark(at=at, effect=rule.clock) if rule.clock else None
    if table.state(rule.to or matter.state).phase == "closed":
        matter.closed_at, matter.outcome = at, rule.to or ""
    _write(matter, rule, actor, at, facts, mark, [*marks, mark] if mark else [])
    if matter.closed_at:
        name, payload = outbox.as_row(event_of(matter.pk, at))
        OutboxEvent.objects.create(name=name, payload=json.loads(payload), module=name.partition(".")[0])
    return matter


def _write(
    matter: Matter,
    rule: Any,
    actor: Actor,
    at: Any,
    facts: dict[str, Any],
    mark: ClockMark | None,
    marks: list[ClockMark],
) -> None:
    step = Step.objects.create(
        matter=matter, seq=matter.last_seq + 1, action=rule.action, from_state=matter.state, to_state=rule.to,
        actor_uid=actor.uid, actor_name=actor.name, actor_post=f"{actor.department} {actor.post}", happened_at=at,
        recorded_at=None, clock=mark.text() if mark else "", facts=text(facts), documents="[]", procedure=matter.procedure,
        division=matter.division_id, link=matter.last_link,
    )  # fmt: skip
    step.refresh_from_db(fields=["link", "recorded_at"])
    matter.state, matter.version = rule.to, matter.version + 1
    matter.last_seq, matter.last_link = step.seq, step.link
    if mark:
        version = CalendarVersion.objects.get(pk=1).version
        row = clock_row(marks, work_calendar(version), business_closes(matter.centre_id, version), 1)
        matter.clock, matter.due_on, matter.due_at = row.clock, row.due_on, row.due_at
        matter.legal_due_on, matter.warn_at, matter.stopped_since = row.legal_due_on, row.warn_at, row.stopped_since
        matter.provisional, matter.sort_at = row.provisional, row.sort_at
    matter.save()
    Unsealed.objects.create(step_id=step.pk)
    audit.record(f"bench.{rule.action}", actor=actor, target_kind="matter", target=matter.code)
