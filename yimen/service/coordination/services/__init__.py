"""The verbs of coordination. Each is one transaction: may they, is it open, change, record, announce."""

from __future__ import annotations

from yimen.service.coordination.services.briefing import checked_span, send_briefing
from yimen.service.coordination.services.groups import (
    add_member,
    change_group,
    dissolve_group,
    end_member,
    found_group,
    hand_in_report,
    set_reporting,
)
from yimen.service.coordination.services.issues import (
    answer,
    assign,
    close_unsolved,
    confirm,
    extend_answer,
    instruct,
    raise_issue,
    redirect,
    return_answer,
    send_across,
    solve_on_spot,
    urge,
    withdraw,
)
from yimen.service.coordination.services.leaders import (
    add_charge,
    end_charge,
    end_leader,
    end_stationing,
    leader_of,
    may_keep,
    register_leader,
    station,
)
from yimen.service.coordination.services.liaisons import appoint_liaison, end_liaison
from yimen.service.coordination.services.papers import (
    answer_dispatch,
    send_dispatch,
    sign_receipt,
    urge_receipt,
    withdraw_dispatch,
)
from yimen.service.coordination.services.reminders import remind_of_limits
from yimen.service.coordination.services.reporting import report_issues
from yimen.service.coordination.services.roster import (
    clear_shift,
    copy_roster,
    set_shift,
    swap_shifts,
    take_over_shift,
)
from yimen.service.coordination.services.terms import TermsGiven, set_terms
from yimen.service.coordination.services.visits import (
    cancel_visit,
    conclude_return_visit,
    move_visit,
    plan_visit,
    plan_visits,
    record_return_visit,
    record_visit,
    withdraw_return_visit,
)

__all__ = [
    "TermsGiven",
    "add_charge",
    "add_member",
    "answer",
    "answer_dispatch",
    "appoint_liaison",
    "assign",
    "cancel_visit",
    "change_group",
    "checked_span",
    "clear_shift",
    "close_unsolved",
    "conclude_return_visit",
    "confirm",
    "copy_roster",
    "dissolve_group",
    "end_charge",
    "end_leader",
    "end_liaison",
    "end_member",
    "end_stationing",
    "extend_answer",
    "found_group",
    "hand_in_report",
    "instruct",
    "leader_of",
    "may_keep",
    "move_visit",
    "plan_visit",
    "plan_visits",
    "raise_issue",
    "record_return_visit",
    "record_visit",
    "redirect",
    "register_leader",
    "remind_of_limits",
    "report_issues",
    "return_answer",
    "send_across",
    "send_briefing",
    "send_dispatch",
    "set_reporting",
    "set_shift",
    "set_terms",
    "sign_receipt",
    "solve_on_spot",
    "station",
    "swap_shifts",
    "take_over_shift",
    "urge",
    "urge_receipt",
    "withdraw",
    "withdraw_dispatch",
    "withdraw_return_visit",
]
