"""What may be told to the hall's residence. Each verb is one transaction, says who may, and leaves one audit row."""

from yimen.service.residence.services.adjustments import (
    decide_adjustment,
    decline_adjustment,
    give_opinion,
    propose,
    take_back,
    take_over,
)
from yimen.service.residence.services.attempts import handle_attempt, record_attempt
from yimen.service.residence.services.demands import answer_demand, ask
from yimen.service.residence.services.directories import (
    apply_upload,
    check_upload,
    discard_directory,
    new_directory,
    publish_directory,
    put_line,
    remove_line,
)
from yimen.service.residence.services.functions import end_function, record_function
from yimen.service.residence.services.lists import (
    drop_batch,
    list_items,
    new_batch,
    publish_batch,
    put_in_force,
    unlist_item,
)
from yimen.service.residence.services.plans import (
    accept_plan,
    draft_plan,
    file_plan,
    return_plan,
    review_plan,
    save_plan,
    take_back_plan,
)
from yimen.service.residence.services.province import designate_item, designate_window, end_item, end_window, put_field
from yimen.service.residence.services.readiness import end_point, mark_readiness, put_point
from yimen.service.residence.services.settings import set_value

__all__ = [
    "accept_plan",
    "answer_demand",
    "apply_upload",
    "ask",
    "check_upload",
    "decide_adjustment",
    "decline_adjustment",
    "designate_item",
    "designate_window",
    "discard_directory",
    "draft_plan",
    "drop_batch",
    "end_function",
    "end_item",
    "end_point",
    "end_window",
    "file_plan",
    "give_opinion",
    "handle_attempt",
    "list_items",
    "mark_readiness",
    "new_batch",
    "new_directory",
    "propose",
    "publish_batch",
    "publish_directory",
    "put_field",
    "put_in_force",
    "put_line",
    "put_point",
    "record_attempt",
    "record_function",
    "remove_line",
    "return_plan",
    "review_plan",
    "save_plan",
    "set_value",
    "take_back",
    "take_back_plan",
    "take_over",
    "unlist_item",
]
