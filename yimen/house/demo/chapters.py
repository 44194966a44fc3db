"""Chapters of the county's story beside its cases: one function of the stage each, told in this order after the cases."""

from __future__ import annotations

from collections.abc import Callable

from yimen.house.demo import (
    booking,
    calendar_and_messages,
    catalogue,
    certifying,
    charging,
    coordinating,
    delivering,
    drilling,
    efficiency,
    entering,
    hall,
    life,
    mandates,
    moving,
    offlining,
    paths,
    promises,
    pulling,
    reform,
    reminding,
    reorganising,
    staff_rights,
    supervising,
    surveying,
    trusting,
)
from yimen.house.demo.acting import Stage

CHAPTERS: tuple[Callable[[Stage], None], ...] = (
    promises.tell,
    catalogue.tell,
    coordinating.tell,
    mandates.tell,
    paths.tell,
    trusting.tell,
    life.tell,
    entering.tell,
    staff_rights.tell,
    moving.tell,  # after the cases whose editions change and the promises that are broken
    reform.tell,
    pulling.tell,
    charging.tell,
    offlining.tell,
    certifying.tell,  # over what the cases brought
    delivering.tell,  # what of it waits at the issuing window
    calendar_and_messages.tell,
    reorganising.tell,  # after all that moves items and windows, so that its preview is not stale
    surveying.tell,
    hall.tell,
    booking.tell,
    reminding.tell,  # when the chains are named
    supervising.tell,  # its lights shine over everything there is
    efficiency.tell,
    drilling.tell,  # of the county as it stands at the end
)
