"""Rows as PostgreSQL's COPY reads them, and the columns of each table that is filled. Pure."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from yimen.house.simulate.plotting import EAST, EPOCH

TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "party": (
        "identity_party",
        (
            "id", "uid", "kind", "name", "id_type", "id_number", "id_index", "id_tail", "phone", "phone_index", "email",
            "address", "legal_representative", "assurance", "created_at",
        ),
    ),
    "matter": (
        "matters_matter",
        (
            "id", "uid", "procedure", "procedure_version", "code", "title", "subject", "state", "version", "last_seq",
            "last_link", "applicant_id", "applicant_name", "department_id", "post_id", "person_id", "person_name",
            "window_id", "centre_id", "division_id", "channel", "opened_at", "clock", "due_on", "due_at", "legal_due_on",
            "warn_at", "stopped_since", "provisional", "sort_at", "watch_at", "closed_at", "outcome", "work_days", "on_time",
        ),
    ),
    "step": (
        "matters_step",
        (
            "id", "matter_id", "seq", "action", "from_state", "to_state", "actor_uid", "actor_name", "actor_post", "window",
            "happened_at", "recorded_at", "basis", "clock", "facts", "documents", "procedure", "division", "link",
        ),
    ),
    "case": (
        "cases_case",
        (
            "matter_id", "item_id", "edition_id", "form_version", "kind", "answers", "contact_name", "contact_phone",
            "delivery_method", "delivery_address", "slip_number", "accepted_at", "corrections", "extended_days",
            "decided_at", "decision", "decision_number", "decision_reason", "delivered_at", "receiver", "delivery_proof",
        ),
    ),
    "material": (
        "cases_casematerial",
        ("case_id", "order", "material_id", "name", "required", "state", "note", "checked_by", "checked_at"),
    ),
    "opinion": (
        "cases_opinion",
        ("case_id", "step_seq", "kind", "conclusion", "text", "people", "author_uid", "author", "written_at"),
    ),
    "letter": (
        "documents_letter",
        (
            "uid", "code", "kind", "number", "series", "year", "serial", "matter_code", "facts", "seal_id", "seal_text",
            "issued_at", "issued_by_uid", "issued_by", "issued_by_account_id", "signature", "voided_by", "void_reason",
        ),
    ),
    "seal_use": (
        "organisations_sealuse",
        ("seal_id", "letter_id", "used_at", "actor_uid", "actor_name", "actor_post", "document", "document_number"),
    ),
}  # fmt: skip
"""Short name → table and the columns in the order in which `rendering` writes them."""

Value = str | int | bool | bytes | date | datetime | None


def statement(name: str) -> str:
    """The COPY statement of a table."""
    table, columns = TABLES[name]
    quoted = ", ".join(f'"{column}"' for column in columns)
    return f"copy {table} ({quoted}) from stdin"


def line(*values: Value) -> str:
    """One row of COPY's text form. Texts are ours, and hold no line breaks or tabs; backslashes are doubled."""
    return "\t".join(map(_text, values)) + "\n"


def _text(value: Value) -> str:
    if type(value) is str:
        return value.replace("\\", "\\\\") if "\\" in value else value
    if value is None:
        return "\\N"
    if type(value) is bool:
        return "t" if value else "f"
    if type(value) is bytes:
        return f"\\\\x{value.hex()}"
    return str(value)


@lru_cache(maxsize=4096)
def _day_text(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def moment_text(at: int) -> str:
    """A second since 1970 as a moment on China's clock: `2026-09-24 10:00:00+08`."""
    day, second = divmod(at + EAST, 86400)
    minute, second = divmod(second, 60)
    return f"{_day_text(day + EPOCH)} {minute // 60:02d}:{minute % 60:02d}:{second:02d}+08"
