"""What the pages of a matter and its lists are given by this module."""

from __future__ import annotations

from functools import partial

from yimen.ground.matters.desk.listing import Listing
from yimen.ground.matters.desk.page import Kind
from yimen.ground.matters.selectors import Shown
from yimen.watch.efficiency import selectors


def _measure_or_reason(step: Shown) -> str:
    return str(step.facts.get("rung") or step.facts.get("sanction") or step.facts.get("reason") or "")


own_kind = partial(Kind, space="efficiency", words=selectors.words_of, file=selectors.file_of, note=_measure_or_reason)
own_list = partial(Listing, space="efficiency")
