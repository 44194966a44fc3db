"""Windows: a pull of window 3, first contacts of Wang's, a paper of the window and its started plan."""

from __future__ import annotations

from typing import Any

from django.core import signing

from tests.cast import Cast
from yimen.ground.documents.services import store_file
from yimen.ground.kit import keyring
from yimen.ground.kit.moments import now
from yimen.service.windows import services
from yimen.service.windows.tests import stage

LIST = {f"windows:{name}" for name in ("pulls", "first_asks", "papers", "contingencies", "paper_gaps", "kinds")} | {
    "api:pulls"
}

_BY_WANG = {
    "pulls": 14, "new_pull": 15, "pull": 20, "pull_clock": 14, "pull_file": 12, "pull_act": 20, "first_asks": 15, "record": 12,
    "recorded": 12, "link_case": 12, "first_ask": 24, "first_ask_clock": 14, "first_ask_file": 12, "first_ask_act": 20,
    "papers": 18, "new_paper": 15, "paper": 22, "paper_print": 12, "paper_file": 10, "change_paper": 12, "paper_act": 12,
    "contingencies": 14, "start": 12, "end": 12,
}  # fmt: skip
CEILINGS: dict[str, tuple[str, int]] = {
    **{f"windows:{name}": ("wang", ceiling) for name, ceiling in _BY_WANG.items()},
    "windows:kinds": ("manager", 14),
    "windows:settings": ("manager", 11),
    "windows:kind": ("manager", 14),
    "windows:paper_gaps": ("manager", 18),
    "windows:figures": ("manager", 14),
    "windows:find": ("li", 10),
    "windows:track": ("li", 6),
    "windows:tracked": ("li", 10),
    "api:pulls": ("wang", 8),
    "api:ask_pull": ("wang", 8),
    "api:pull": ("wang", 9),
    "api:record_first_ask": ("wang", 8),
    "api:first_ask_status": ("li", 10),
    "api:window_services": ("li", 8),
}

NO_ACT = {
    "windows:settings": "what is not changed is not written",
    "windows:track": "the query changes nothing; how often one may ask is limited",
}
_SCREENS = "yimen/service/windows/tests/test_screens.py::"
ELSEWHERE = {
    "windows:new_pull": f"{_SCREENS}test_a_pull_about_a_case",
    "windows:record": f"{_SCREENS}test_a_first_ask_from_window_to_query",
    "windows:link_case": f"{_SCREENS}test_a_first_ask_becomes_a_case",
    "windows:kind": f"{_SCREENS}test_the_centre_sets_kinds_and_limits",
    "windows:new_paper": f"{_SCREENS}test_a_paper_from_draft_to_reading",
    "windows:change_paper": f"{_SCREENS}test_a_paper_from_draft_to_reading",
    "windows:start": f"{_SCREENS}test_a_paper_from_draft_to_reading",
}
OPEN = {
    "windows:tracked": "the signed address is itself the right, given for number and secret, and names nobody who asked",
}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """One of each, made on first asking."""
    held = getattr(world, "_windows", None) or _build(world.cast)
    world._windows = held
    pull, asked, paper = {"code": held["pull"]}, {"code": held["asked"]}, {"uid": held["paper"]}
    file, secret = {"uid": held["file"]}, keyring.encrypt(held["secret"], bound_to="windows.recorded")
    kept = {"c": held["asked"], "s": secret}
    found: dict[str, dict[str, Any]] = {
        "pull": pull, "pull_clock": pull, "pull_file": pull | file, "pull_act": pull | {"action": "urge"},
        "first_ask": asked, "first_ask_clock": asked, "first_ask_file": asked | file, "link_case": asked,
        "first_ask_act": asked | {"action": "note"},
        "recorded": {"token": signing.dumps(kept, salt="windows.recorded", compress=True)},
        "tracked": {"token": signing.dumps(held["asked"], salt="windows.track", compress=True)},
        "paper": paper, "paper_print": paper, "paper_file": paper, "change_paper": {"uid": held["draft"]},
        "paper_act": {"uid": held["draft"], "action": "submit"}, "end": {"uid": held["activation"]},
        "kind": {"window_id": world.cast.windows["window3"].pk},
    }  # fmt: skip
    return {**{f"windows:{name}": given for name, given in found.items()}, "api:pull": pull}


def _build(cast: Cast) -> dict[str, Any]:
    from tests.rooms.coord import picture

    wang = cast.actor("wang")
    file = store_file(picture(), actor=wang, at=now())
    pull = stage.asked(cast, files=[file])
    made = stage.recorded(cast, name="郭小雨", phone="13700001234")
    services.contacts.note(
        asked=stage.first_ask_again(made.asked), actor=wang, reason="已问审批股室。", files=[file], at=now()
    )
    paper = stage.approved(cast, file=file)
    draft = stage.draft(cast, "workflow")
    activation = services.start_contingency(actor=wang, window=cast.windows["window3"], reason="停电。", at=now())
    return {
        "pull": pull.matter.code, "asked": made.code, "secret": made.secret, "file": file.uid, "paper": paper.uid,
        "draft": draft.uid, "activation": activation.uid,
    }  # fmt: skip


def more(world: Any, count: int) -> None:
    """So many more of what the lists show."""
    for _ in range(count):
        stage.asked(world.cast)
        stage.offered(world.cast)
