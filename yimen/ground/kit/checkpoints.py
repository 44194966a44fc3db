"""Named points at which a lower module asks whether anybody above objects.

A lower module runs the checks of a point (`run_checks("organisations.window_changes", window=…)`); an upper one registers
its check in its `apps.py` and raises a `Refusal` to say no.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_checks: dict[str, list[Callable[..., Any]]] = {}


def register_check(point: str, check: Callable[..., Any]) -> None:
    """Let an upper module add a check at a named point; the check raises a `Refusal` to say no."""
    checks = _checks.setdefault(point, [])
    if check not in checks:
        checks.append(check)


def run_checks(point: str, **facts: Any) -> None:
    """Run every check of a point with these facts; the first refusal is raised."""
    for check in _checks.get(point, ()):
        check(**facts)
