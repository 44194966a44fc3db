"""The verbs of 效能监督. Each is one transaction: may they, is it open, change, record, announce."""

from __future__ import annotations

from yimen.watch.efficiency.services import complainant, complaints, corrections, faults
from yimen.watch.efficiency.services.checks import assign_check, judge, report_check, urge_check, withdraw_check
from yimen.watch.efficiency.services.complaints import Given, lodge, register, reveal
from yimen.watch.efficiency.services.corrections import open_correction
from yimen.watch.efficiency.services.faults import begin_ladder, record_fault, take_rung
from yimen.watch.efficiency.services.papers import publish_paper
from yimen.watch.efficiency.services.registers import (
    close_entry,
    issue_notice,
    note_entry,
    record_entry,
    set_settings,
    withdraw_entry,
)
from yimen.watch.efficiency.services.rewards import approve_reward, deny_reward, pay_reward, propose_reward

__all__ = [
    "Given",
    "approve_reward",
    "assign_check",
    "begin_ladder",
    "close_entry",
    "complainant",
    "complaints",
    "corrections",
    "deny_reward",
    "faults",
    "issue_notice",
    "judge",
    "lodge",
    "note_entry",
    "open_correction",
    "pay_reward",
    "propose_reward",
    "publish_paper",
    "record_entry",
    "record_fault",
    "register",
    "report_check",
    "reveal",
    "set_settings",
    "take_rung",
    "urge_check",
    "withdraw_check",
    "withdraw_entry",
]
