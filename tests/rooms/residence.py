"""The addresses of the residence."""

from __future__ import annotations

from typing import Any

from yimen.service.residence.tests.stage import full

LIST = {
    f"residence:{name}"
    for name in (
        "report", "items", "entries", "functions", "attempts", "volumes", "outside", "adjustments", "propose", "directories",
        "directory", "demands", "plans", "lists", "candidates", "batch", "province", "tiers", "public_windows",
        "public_window", "public_lists", "public_list", "public_directory", "public_province", "public_demands",
    )
} | {"api:listed", "api:directory"}  # fmt: skip
QUESTIONS = {"residence:propose": "?kind=enter"}
CEILINGS: dict[str, tuple[str, int]] = {}

_MANAGER = {
    "report": 8, "report_export": 6, "report_picture": 6, "findings_print": 8, "items": 9, "items_export": 6, "item": 14,
    "department": 18, "entries": 10, "entries_export": 6, "take_over": 6, "functions": 9, "new_function": 8,
    "end_function": 7, "attempts": 7, "attempts_export": 5, "volumes": 12, "volumes_export": 8, "outside": 8,
    "outside_export": 6, "adjustments": 10, "propose": 14, "adjustment": 14, "decide": 9, "decline": 7, "take_back": 7,
    "directories": 8, "new_directory": 8, "directory": 16, "directory_export": 6, "remove_line": 7, "upload": 6,
    "directory_upload": 8, "publish_directory": 6, "discard_directory": 6, "demands": 9, "demands_export": 7,
    "answer_demand": 9, "plans": 7, "plan": 18, "plan_print": 16, "accept_plan": 7, "return_plan": 7, "review_plan": 8,
    "lists": 16, "lists_export": 10, "lists_picture": 10, "candidates": 14, "new_batch": 6, "batch": 7, "publish_batch": 6,
    "put_in_force": 6, "drop_batch": 6, "unlist": 6, "province": 9, "province_export": 6, "designate_window": 8,
    "designate_item": 7, "new_field": 6, "end_designation": 7, "tiers": 8, "tiers_export": 7, "settings": 10,
    "new_point": 6, "end_point": 6,
}  # fmt: skip
CEILINGS |= {f"residence:{name}": ("manager", most) for name, most in _MANAGER.items()}
CEILINGS |= {f"residence:{name}": ("he", most) for name, most in {
    "opinion": 7, "new_plan": 17, "edit_plan": 20, "file_plan": 7, "take_back_plan": 7,
}.items()}  # fmt: skip
CEILINGS |= {"residence:handle_attempt": ("sun", 6)}
CEILINGS |= {f"residence:{name}": ("li", most) for name, most in {
    "public_windows": 8, "public_window": 11, "public_window_print": 7, "public_lists": 12, "public_directory": 8,
    "public_directory_export": 6, "public_province": 7, "public_demands": 8, "ask_wish": 5, "ask_item": 6, "public_list": 13,
    "public_list_print": 5, "public_list_export": 5,
}.items()}  # fmt: skip
CEILINGS |= {"api:places": ("li", 5), "api:listed": ("li", 5), "api:directory": ("li", 6)}

OPEN = {
    "api:places": "where an item is handled is public",
    "api:listed": "the lists are public",
    "residence:ask_item": "any citizen may ask for an item",
    **dict.fromkeys(
        (f"residence:public_{name}" for name in ("window", "window_print", "list", "list_print", "list_export")),
        "public",
    ),
    **dict.fromkeys(
        (f"residence:{name}" for name in ("directory", "directory_export", "candidates", "batch")),
        "directory and lists are the county's, read by whoever may look at the residence",
    ),
}
"""Objects that are nobody's alone."""

_made: dict[int, dict[str, Any]] = {}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """One of everything about the market department's item."""
    if id(world) not in _made:
        _made.clear()
        _made[id(world)] = full(world.cast, world.item)
    made = _made[id(world)]
    leave, draft, plan = {"uid": made["leave"].uid}, {"pk": made["draft"].pk}, {"uid": made["plan"].uid}
    batch, kind, window = {"pk": made["batch"].pk}, {"kind": "one_window"}, {"pk": world.cast.windows["window3"].pk}
    said = {
        "item": {"code": made["item"].code},
        "ask_item": {"code": made["item"].code},
        "department": {"pk": world.cast.units["market"].pk},
        "end_function": {"pk": made["function"].pk},
        "handle_attempt": {"pk": made["attempt"].pk},
        **dict.fromkeys(("adjustment", "opinion", "decide", "decline", "take_back"), leave),
        **dict.fromkeys(("directory", "directory_export", "upload", "publish_directory", "discard_directory"), draft),
        "remove_line": {**draft, "line_id": made["line"].pk},
        "directory_upload": {**draft, "uid": made["upload"].uid},
        "answer_demand": {"kind": "w", "key": made["wish"].pk},
        **dict.fromkeys(
            (
                "plan",
                "edit_plan",
                "plan_print",
                "file_plan",
                "review_plan",
                "accept_plan",
                "return_plan",
                "take_back_plan",
            ),
            plan,
        ),
        **dict.fromkeys(("candidates", "new_batch", "public_list", "public_list_print", "public_list_export"), kind),
        **dict.fromkeys(("batch", "publish_batch", "put_in_force", "drop_batch"), batch),
        "unlist": {"pk": made["listed"].pk},
        "end_designation": {"kind": "window", "pk": made["served"].pk},
        "end_point": {"pk": made["point"].pk},
        **dict.fromkeys(("public_window", "public_window_print"), window),
    }
    return {
        **{f"residence:{name}": value for name, value in said.items()},
        "api:places": {"code": made["item"].code},
        "api:listed": kind,
    }
