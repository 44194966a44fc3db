"""The rooms where staff prove who they are, stand in for each other, and have their rights looked through."""

from __future__ import annotations

from typing import Any

CEILINGS: dict[str, tuple[str, int]] = {
    "identity:prove_factor": ("li", 3),
    "identity:bind_factor_at_the_door": ("li", 3),
    "identity:second_factor": ("wang", 8),
    "identity:bind_factor": ("wang", 10),
    "identity:prove_again": ("wang", 5),
    "identity:renew_codes": ("wang", 6),
    "organisations:reset_factor": ("security", 6),
}

_CODE = "needs the code of an authenticator: identity/tests/test_second_factor.py"
ELSEWHERE = {
    "identity:prove_factor": _CODE,
    "identity:bind_factor_at_the_door": _CODE,
    "identity:bind_factor": _CODE,
    "identity:prove_again": _CODE,
    "identity:renew_codes": _CODE,
    "organisations:reset_factor": _CODE,
}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """Objects of the market department."""
    return {"organisations:reset_factor": {"uid": world.cast.accounts["zhao"].uid}}
