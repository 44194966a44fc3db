"""What may be told to a case. One verb each: lock, may they, is the step open, change, record, announce.

Every verb takes `code` (the case's number), `actor`, `at` (the moment that counts) and, from a page, `seen` (the version
the page showed). Each is one transaction: what must hold together is inside it, what can follow is an event.
"""

from yimen.service.cases.credentials import Credential, NoSuchCredential, register_credentials
from yimen.service.cases.indicators import Indicator, register_indicator
from yimen.service.cases.services.acceptance import accept_case
from yimen.service.cases.services.across import counterparts_of_case, hand_across
from yimen.service.cases.services.controlled import end_prohibited, register_prohibited
from yimen.service.cases.services.decision import grant, grant_at_once, refuse, return_to_review
from yimen.service.cases.services.delivery import archive, deliver
from yimen.service.cases.services.drafts import (
    attach_file,
    detach_file,
    discard_draft,
    save_draft,
    start_draft,
    submit_draft,
)
from yimen.service.cases.services.effects import undo_abandoned, undo_deemed
from yimen.service.cases.services.extending import drop_extension_terms, set_extension_terms
from yimen.service.cases.services.external import (
    hand_to_system,
    note_external,
    push_due,
    set_external_system,
    try_again,
)
from yimen.service.cases.services.hearings import (
    announce_hearing,
    call_off_hearing,
    challenge_host,
    notify_hearing,
    record_hearing,
    request_hearing,
    tell_hearing_right,
    waive_hearing,
)
from yimen.service.cases.services.intake import Submitted, submit_application
from yimen.service.cases.services.judging import check_material, check_rest
from yimen.service.cases.services.moving import (
    Wish,
    apply_move,
    discard_move,
    preview_move,
    undo_move,
    wish_for,
    work_through_move,
)
from yimen.service.cases.services.opinions import (
    answer_opinion,
    ask_opinion,
    extend_opinion,
    set_opinion_terms,
    undo_agreed,
    urge_opinion,
    withdraw_opinion,
)
from yimen.service.cases.services.path_reminders import remind_of_paths
from yimen.service.cases.services.priority import (
    clear_green,
    clear_special,
    declare_green,
    declare_special,
    end_project,
    register_project,
    set_path_terms,
)
from yimen.service.cases.services.promising import check_promise, sign_promise
from yimen.service.cases.services.public_query import look_up
from yimen.service.cases.services.receipt import (
    correct_on_spot,
    decline_case,
    find_not_required,
    request_correction,
    supplement,
    withdraw,
)
from yimen.service.cases.services.reminding import set_reminder_terms, urge_case
from yimen.service.cases.services.renewal import renew_draft
from yimen.service.cases.services.renewing import undo_renewed
from yimen.service.cases.services.reuse import reuse_file, use_credential
from yimen.service.cases.services.review import (
    extend_limit,
    pass_review,
    record_opinion,
    record_survey,
    request_review_correction,
    resume,
    suspend,
)
from yimen.service.cases.services.revoking import (
    finish_stating,
    keep_decision,
    lift_promise_bar,
    notify_revocation,
    recall_revocation,
    record_revocation_hearing,
    request_revocation_hearing,
    restore_decision,
    revoke_decision,
    state_case,
)
from yimen.service.cases.services.setting_up import make_promise, set_kinds, withdraw_promise
from yimen.service.cases.services.superior import (
    note_superior,
    report_up,
    superior_granted,
    superior_refused,
    superior_returned,
    urge_superior,
)
from yimen.service.cases.services.tolerating import (
    accept_tolerant,
    confirm_tolerated,
    end_untolerated,
    set_item_terms,
    supply_tolerated,
)

__all__ = [
    "Credential",
    "Indicator",
    "NoSuchCredential",
    "Submitted",
    "Wish",
    "accept_case",
    "accept_tolerant",
    "announce_hearing",
    "answer_opinion",
    "apply_move",
    "archive",
    "ask_opinion",
    "attach_file",
    "call_off_hearing",
    "challenge_host",
    "check_material",
    "check_promise",
    "check_rest",
    "clear_green",
    "clear_special",
    "confirm_tolerated",
    "correct_on_spot",
    "counterparts_of_case",
    "declare_green",
    "declare_special",
    "decline_case",
    "deliver",
    "detach_file",
    "discard_draft",
    "discard_move",
    "drop_extension_terms",
    "end_prohibited",
    "end_project",
    "end_untolerated",
    "extend_limit",
    "extend_opinion",
    "find_not_required",
    "finish_stating",
    "grant",
    "grant_at_once",
    "hand_across",
    "hand_to_system",
    "keep_decision",
    "lift_promise_bar",
    "look_up",
    "make_promise",
    "note_external",
    "note_superior",
    "notify_hearing",
    "notify_revocation",
    "pass_review",
    "preview_move",
    "push_due",
    "recall_revocation",
    "record_hearing",
    "record_opinion",
    "record_revocation_hearing",
    "record_survey",
    "refuse",
    "register_credentials",
    "register_indicator",
    "register_prohibited",
    "register_project",
    "remind_of_paths",
    "renew_draft",
    "report_up",
    "request_correction",
    "request_hearing",
    "request_review_correction",
    "request_revocation_hearing",
    "restore_decision",
    "resume",
    "return_to_review",
    "reuse_file",
    "revoke_decision",
    "save_draft",
    "set_extension_terms",
    "set_external_system",
    "set_item_terms",
    "set_kinds",
    "set_opinion_terms",
    "set_path_terms",
    "set_reminder_terms",
    "sign_promise",
    "start_draft",
    "state_case",
    "submit_application",
    "submit_draft",
    "superior_granted",
    "superior_refused",
    "superior_returned",
    "supplement",
    "supply_tolerated",
    "suspend",
    "tell_hearing_right",
    "try_again",
    "undo_abandoned",
    "undo_agreed",
    "undo_deemed",
    "undo_move",
    "undo_renewed",
    "urge_case",
    "urge_opinion",
    "urge_superior",
    "use_credential",
    "waive_hearing",
    "wish_for",
    "withdraw",
    "withdraw_opinion",
    "withdraw_promise",
    "work_through_move",
]
