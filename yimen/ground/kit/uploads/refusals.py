"""The one way in which the gate says no."""

from __future__ import annotations

from yimen.ground.kit.refusals import Invalid


class FileRefused(Invalid):
    """This file is not let in; the message says why, `next_step` how to bring it all the same."""

    code = "file_refused"
