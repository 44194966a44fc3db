"""The flow as a module of Yimen would write it."""

from __future__ import annotations

from uuid import uuid4

from bench.approving import APPROVALS, Stage, event_of, said
from yimen.ground.kit.moments import now
from yimen.ground.matters.lifecycle import ClockStart
from yimen.ground.matters.services import open_matter, take_step

CLOCK = ClockStart("handling", 10, legal=20, law="行政许可法第四十二条")


def flow(stage: Stage) -> None:
    """One matter from start to finish."""
    opened = open_matter(
        procedure="bench", action="start", code=uuid4().hex, title="三级审批", subject="", actor=stage.actors[0], at=now(),
        applicant_id=None, applicant_name="李明", department_id=stage.department, centre_id=None, division=stage.division,
        channel="window", clock=CLOCK,
    )  # fmt: skip
    for approval, actor in zip(APPROVALS, stage.actors[1:], strict=False):
        take_step(matter=opened.matter_id, action=approval, actor=actor, at=now(), facts=said(approval))
    at = now()
    take_step(
        matter=opened.matter_id, action="finish", actor=stage.actors[4], at=at, events=[event_of(opened.matter_id, at)]
    )
