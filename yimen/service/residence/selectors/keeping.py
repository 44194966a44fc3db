"""What is judged of the whole catalogue is kept (`kit.keeping`) until something moves that it rests on.

A digest of the few columns that are judged costs some milliseconds; the judgement itself a tenth of a second or more.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from yimen.service.catalogue import selectors as catalogue

_DIGEST = """
select
    (select bit_xor(hash_record_extended(row(id, item_id, window_id, from_on, to_on, left_by_id), 0)) from residence_entry),
    (select bit_xor(hash_record_extended(row(id, state, document_on), 0)) from residence_directory),
    (select row(count(*), count(undone_at), max(id))::text from residence_linemove),
    (select bit_xor(hash_record_extended(row(id, state, in_force_on, moved), 0)) from residence_listbatch),
    (select bit_xor(hash_record_extended(row(id, kind, closed_on, centre_id), 0)) from organisations_window),
    (select bit_xor(hash_record_extended(row(id, kind, "order", dissolved_on), 0)) from organisations_unit)
"""
"""Lines of a directory are not asked: once it is published only a reorganisation changes them, and leaves a move of each.
Those of a list move the counter of their batch."""


def mark() -> tuple[Any, ...]:
    """Where catalogue and residence stand. Ask for it before reading: what moves meanwhile then makes what was read newer
    than its mark, never older.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST)
        return (catalogue.version(), *cursor.fetchone())
