"""What may be told to the reform. Each verb is one transaction, says who may, and leaves one audit row of its own."""

from yimen.service.reform.services.applying import apply_batch, undo_batch
from yimen.service.reform.services.changes import (
    BatchMoved,
    OwnReview,
    add_change,
    decide_batch,
    drop_batch,
    propose_batch,
    recall_batch,
    remove_change,
    review_batch,
    submit_batch,
)
from yimen.service.reform.services.cleanups import (
    check_items,
    close_cleanup,
    decide_lines,
    hand_in,
    open_cleanup,
    prompt,
)
from yimen.service.reform.services.comparisons import (
    batch_of_comparison,
    compare_list,
    discard_comparison,
    settle_rows,
)
from yimen.service.reform.services.duties import save_duty
from yimen.service.reform.services.measures import (
    end_simplification,
    put_into_class,
    record_rebuilding,
    save_class,
    save_wording,
    simplify,
    tag_items,
    take_out_of_class,
    withdraw_rebuilding,
)
from yimen.service.reform.services.proofs import cancel_proof, save_proof, stop_demand
from yimen.service.reform.services.standards import check_standard, issue_standard, mend, plan_standard

__all__ = [
    "BatchMoved",
    "OwnReview",
    "add_change",
    "apply_batch",
    "batch_of_comparison",
    "cancel_proof",
    "check_items",
    "check_standard",
    "close_cleanup",
    "compare_list",
    "decide_batch",
    "decide_lines",
    "discard_comparison",
    "drop_batch",
    "end_simplification",
    "hand_in",
    "issue_standard",
    "mend",
    "open_cleanup",
    "plan_standard",
    "prompt",
    "propose_batch",
    "put_into_class",
    "recall_batch",
    "record_rebuilding",
    "remove_change",
    "review_batch",
    "save_class",
    "save_duty",
    "save_proof",
    "save_wording",
    "settle_rows",
    "simplify",
    "stop_demand",
    "submit_batch",
    "tag_items",
    "take_out_of_class",
    "undo_batch",
    "withdraw_rebuilding",
]
