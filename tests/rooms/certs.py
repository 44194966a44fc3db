"""Certificates: a type, one that Wu made, a draft, one of Li's, with files and copies."""

from __future__ import annotations

from typing import Any

from yimen.ground.kit.moments import now
from yimen.service.certificates import services
from yimen.service.certificates.tests import stage

LIST = {"certificates:register", "certificates:types", "certificates:own", "api:certificates"}

_BY_WU = {"register": 16, "draw_up": 12, "certificate": 20, "file": 14, "print": 14, "act": 16}
_BY_MANAGER = {"types": 12, "new_type": 14, "change_type": 18, "end_type": 12, "sample": 10}
_BY_LI = {"own": 10, "own_certificate": 12, "own_file": 14, "ask": 6, "verify": 10, "check": 14}
CEILINGS: dict[str, tuple[str, int]] = {
    **{f"certificates:{name}": ("wu", ceiling) for name, ceiling in _BY_WU.items()},
    **{f"certificates:{name}": ("manager", ceiling) for name, ceiling in _BY_MANAGER.items()},
    **{f"certificates:{name}": ("li", ceiling) for name, ceiling in _BY_LI.items()},
    "api:certificates": ("wu", 8),
    "api:certificate_by_uid": ("wu", 12),
    "api:verify_certificate": ("li", 8),
}

_SCREENS = "yimen/service/certificates/tests/test_screens.py::"
NO_ACT = {"certificates:check": "looks at a file and keeps nothing of it"}
ELSEWHERE = {
    "certificates:draw_up": f"{_SCREENS}test_a_certificate_from_hand",
    "certificates:act": f"{_SCREENS}test_a_certificate_from_hand",
    "certificates:new_type": f"{_SCREENS}test_the_centre_sets_up_a_type",
    "certificates:change_type": f"{_SCREENS}test_the_centre_sets_up_a_type",
}
QUESTIONS = {"api:verify_certificate": "?by=AAAABBBBCCCC"}
EXPECTED = {"api:verify_certificate": 404}
OPEN = {"certificates:verify": "whoever holds the code may see whether it is valid; the holder's name is masked"}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """One of each, made on first asking."""
    held = getattr(world, "_certificates", None) or _build(world.cast)
    world._certificates = held
    one, draft = {"uid": held["issued"]}, {"uid": held["draft"]}
    found: dict[str, dict[str, Any]] = {
        "certificate": one, "file": one | {"form": "pdf"}, "print": one, "act": draft | {"action": "issue"},
        "own_certificate": one, "own_file": one | {"form": "ofd"}, "verify": {"code": held["code"]},
        "change_type": {"uid": held["type"]}, "end_type": {"uid": held["type"]}, "sample": {"uid": held["type"]},
    }  # fmt: skip
    return {f"certificates:{name}": given for name, given in found.items()} | {"api:certificate_by_uid": one}


def _build(cast: Any) -> dict[str, Any]:
    row = stage.issued(cast)
    edition = stage.edition(row)
    for form in ("pdf", "ofd"):
        services.file_of(edition, form, now())
    services.record_print(certificate=row, reason="", actor=cast.actor("wu"), at=now())
    return {"issued": row.uid, "code": row.code, "draft": stage.drafted(cast).uid, "type": row.type.uid}


def more(world: Any, count: int) -> None:
    """So many more of what the lists show."""
    for number in range(count):
        stage.issued(world.cast)
        stage.kind(
            world.cast, code=f"11519911MB0000001X{number + 100}", series=f"清字{number}", name=f"第 {number} 种许可证"
        )
