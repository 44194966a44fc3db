"""What the pages of a matter and its lists are given by this module."""

from __future__ import annotations

from functools import partial

from yimen.ground.matters.desk.listing import Listing
from yimen.ground.matters.desk.page import Kind
from yimen.ground.matters.desk.timeline import told_unit
from yimen.service.windows import selectors

own_kind = partial(
    Kind, space="windows", words=selectors.words_of, file=selectors.file_of, what=told_unit("ask", "offer")
)
own_list = partial(Listing, space="windows")
