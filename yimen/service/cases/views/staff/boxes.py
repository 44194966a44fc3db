"""Which boxes of the inbox a member of staff has."""

from __future__ import annotations

from yimen.ground.identity.rules import Actor
from yimen.ground.matters.selectors import Box


def open_boxes(actor: Actor) -> list[Box]:
    """The boxes that this actor has, the usual one first; none for somebody who sees no matters.

    Whoever issues for the whole centre begins with the centre, a window with itself, a section with its department.
    """
    scopes = {held.scope for held in actor.held("matters.view")}
    if not scopes:
        return []
    found: list[Box] = []
    if "centre" in scopes and actor.centre_id is not None:
        found.append("centre")
    if actor.window_id is not None:
        found.append("window")
    if "department" in scopes and actor.department_id is not None:
        found.append("department")
    return [*found[:1], "mine", *found[1:]] if found else ["mine"]


def usual_box(actor: Actor) -> Box:
    """The box that this actor's work usually stands in."""
    return next(iter(open_boxes(actor)), "mine")
