"""Efficiency: an order to the market department, a complaint of Li's about it, a fault of Wang's, a ladder, an inspection, entries."""

from __future__ import annotations

from typing import Any

from django.core import signing

from tests.cast import Cast
from yimen.ground.documents.services import draw_letter, store_file
from yimen.ground.kit import keyring
from yimen.ground.kit.moments import now
from yimen.watch.efficiency import services
from yimen.watch.efficiency.models import EntryCheck
from yimen.watch.efficiency.rules import POINTS
from yimen.watch.efficiency.tests import stage

_LISTS = ("corrections", "complaints", "faults", "my_faults", "ladders", "entry_checks", "register", "my_complaints")
LIST = {f"efficiency:{name}" for name in _LISTS}

_BY_SUN = {
    "corrections": 13, "new_correction": 12, "correction_letter": 11, "correction": 19, "correction_clock": 13,
    "correction_file": 11, "correction_act": 18, "complaints": 15, "register_complaint": 11, "reveal": 25,
    "complaint_material": 14, "propose_reward": 19, "approve_reward": 15, "deny_reward": 15, "pay_reward": 15,
    "complaint": 25, "complaint_clock": 16, "complaint_file": 14, "complaint_act": 25, "faults": 13, "my_faults": 12,
    "new_fault": 12, "fault": 18, "fault_clock": 12, "fault_file": 11, "fault_act": 18, "ladders": 13, "new_ladder": 12,
    "ladder": 18, "ladder_clock": 12, "ladder_act": 18, "entry_checks": 13, "new_check": 12, "entry_check": 19,
    "entry_check_clock": 12, "entry_check_file": 11, "entry_check_act": 18, "board": 16, "figures": 13, "settings": 11,
    "registers": 10, "register": 13, "new_entry": 11, "entry": 16, "note_entry": 11, "notice_entry": 11,
    "close_entry": 11, "withdraw_entry": 11, "entry_file": 10, "entry_letter": 11,
}  # fmt: skip
CEILINGS: dict[str, tuple[str, int]] = {
    **{f"efficiency:{name}": ("sun", ceiling) for name, ceiling in _BY_SUN.items()},
    "efficiency:complain": ("li", 10),
    "efficiency:new_complaint": ("li", 9),
    "efficiency:lodged": ("li", 7),
    "efficiency:track": ("li", 6),
    "efficiency:tracked": ("li", 11),
    "efficiency:track_act": ("li", 6),
    "efficiency:my_complaints": ("li", 7),
    "efficiency:my_complaint": ("li", 6),
    "api:lodge_complaint": ("li", 12),
    "api:complaint_status": ("li", 10),
}

NO_ACT = {
    "efficiency:track": "the query changes nothing; how often one may ask is limited",
    "efficiency:new_fault": "the first of its two forms only chooses the unit",
}
_SCREENS = "yimen/watch/efficiency/tests/test_screens.py::"
ELSEWHERE = {
    "efficiency:new_complaint": f"{_SCREENS}test_a_complaint_from_form_to_rating",
    "efficiency:new_correction": f"{_SCREENS}test_an_order_is_given_on_the_desk",
    "efficiency:register_complaint": f"{_SCREENS}test_a_call_is_taken_down",
    "efficiency:new_entry": f"{_SCREENS}test_every_register_has_its_form",
}
OPEN = {
    "efficiency:register": "a register's name is no object; its list shows each reader only what is theirs to see",
    "efficiency:tracked": "the signed address is itself the right, given for number and secret, and names nobody",
    "efficiency:track_act": "as the page it stands on",
    "efficiency:lodged": "the signed address is itself the right, given to whoever has just lodged the complaint",
}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """One of each, made on first asking."""
    held = getattr(world, "_efficiency", None) or _build(world.cast)
    world._efficiency = held
    order, complaint, fault = {"code": held["order"]}, {"code": held["complaint"]}, {"code": held["fault"]}
    ladder, check, report = {"code": held["ladder"]}, {"code": held["check"]}, {"code": held["report"]}
    file, entry = {"uid": held["file"].uid}, {"uid": held["entry"].uid}
    token = {"token": signing.dumps(held["complaint"], salt="efficiency.track", compress=True)}
    secret = {"c": held["complaint"], "s": keyring.encrypt(held["secret"], bound_to="efficiency.lodged")}
    found: dict[str, dict[str, Any]] = {
        "correction": order, "correction_clock": order, "correction_letter": order, "correction_file": order | file,
        "correction_act": order | {"action": "urge"},
        "complaint": complaint, "complaint_clock": complaint, "complaint_file": complaint | file,
        "complaint_act": complaint | {"action": "note"}, "reveal": complaint, "complaint_material": complaint | file,
        "propose_reward": report, "approve_reward": report, "deny_reward": report, "pay_reward": report,
        "fault": fault, "fault_clock": fault, "fault_file": fault | file,
        "fault_act": fault | {"action": "record_statement"},
        "ladder": ladder, "ladder_clock": ladder, "ladder_act": ladder | {"action": "relieve"},
        "entry_check": check, "entry_check_clock": check, "entry_check_file": check | file,
        "entry_check_act": check | {"action": "judge"},
        "register": {"key": "visit"}, "new_entry": {"key": "visit"},
        **dict.fromkeys(("entry", "note_entry", "notice_entry", "close_entry", "withdraw_entry"), entry),
        "entry_file": entry | {"file_uid": held["file"].uid}, "entry_letter": entry | {"code": held["letter"]},
        "lodged": {"token": signing.dumps(secret, salt="efficiency.lodged", compress=True)},
        "tracked": token, "track_act": token | {"action": "supplement"}, "my_complaint": complaint,
    }  # fmt: skip
    return {f"efficiency:{name}": given for name, given in found.items()}


def _build(cast: Cast) -> dict[str, Any]:
    from tests.rooms.coord import picture

    sun = cast.actor("sun")
    file = store_file(picture(), actor=sun, at=now())
    order = stage.ordered(cast, files=[file])
    letter = order.letter_code
    made = stage.lodged(cast, owner="li", files=[file])
    complaint = stage.complaint_again(made.complaint)
    services.complaints.accept(complaint=complaint, actor=sun, at=now())
    services.complaints.note(
        complaint=stage.complaint_again(complaint), actor=sun, text="调看监控。", files=[file], at=now()
    )
    report = stage.found(cast, kind="report", wants_reward=True)
    fault = stage.fault(cast, files=[file])
    ladder = stage.ladder(cast)
    check = stage.check(cast)
    services.report_check(
        check=check,
        actor=cast.actor("he"),
        said=dict.fromkeys(POINTS, "到位"),
        reason="自查完毕。",
        files=[file],
        at=now(),
    )
    entry = stage.entry(cast, "project", files=[file])
    note = services.issue_notice(entry=entry, actor=sun, text="请按周报进度。", at=now())
    from yimen.ground.documents.models import Letter

    for each in Letter.objects.filter(code__in=(letter, note.letter_code)):
        draw_letter(each.pk)
    return {
        "order": order.matter.code, "complaint": made.code, "secret": made.secret, "report": report.matter.code,
        "fault": fault.matter.code, "ladder": ladder.matter.code, "file": file, "entry": entry,
        "check": EntryCheck.objects.select_related("matter").get(pk=check.pk).matter.code, "letter": note.letter_code,
    }  # fmt: skip


def more(world: Any, count: int) -> None:
    """So many more of what the lists show."""
    cast = world.cast
    units = [
        key
        for key in cast.units
        if key not in ("government", "intake", "market_section", "health_section", "supervision")
    ]
    for number in range(count):
        stage.ordered(cast)
        stage.lodged(cast, owner="li")
        stage.fault(cast)
        stage.entry(cast)
        if number < len(units) and cast.units[units[number]].kind == "department":
            stage.check(cast, units[number])
