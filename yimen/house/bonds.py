"""A part of Yimen does not outlive what started it, not even after kill -9."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when its parent dies (Linux; elsewhere nothing happens).

    Called first thing in a part, from its main thread. If the parent died in between, the part ends at once.
    """
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    expected = os.environ.get("YIMEN_PARENT", "")
    if expected and expected != str(parent):
        os.kill(os.getpid(), number)
