"""The file of one matter's history, for the one whose it is: what an offline verifier needs, and nothing else.

What the authority says within itself before it decides (内部审议, 政府信息公开条例第十六条) stays closed: of such a step the file holds
the link alone. So its wording is fixed like every other, though it cannot be read.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection

from yimen.ground.kit import keyring
from yimen.ground.kit.moments import local
from yimen.ground.matters import lifecycle
from yimen.ground.matters.models import LedgerDigest, Matter, Step
from yimen.ground.matters.proof import tree
from yimen.ground.matters.proof.publishing import PURPOSE, fingerprint, leaves_between

log = logging.getLogger(__name__)

FORMAT = "yimen-history-1"
CODE_DIGITS = 20
"""Hex digits of a link on a letter: 80 bits, which nobody finds a second text for."""


def history_of(matter: Matter, at: datetime) -> dict[str, Any]:
    """The file as plain data. Steps that no digest covers yet carry `digest` null."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select s.seq, s.action, encode(s.link, 'hex'), matters_step_text(s), d.number"
            " from matters_step s left join matters_sealentry e on e.step_id = s.id"
            " left join matters_ledgerdigest d on e.seal_id between d.first_seal and d.last_seal"
            " where s.matter_id = %s order by s.seq",
            [matter.pk],
        )
        rows = cursor.fetchall()
    table = lifecycle.procedure(matter.procedure, matter.procedure_version)
    steps = [
        {"seq": seq, "link": link, "text": text if _open(table.step(action)) else None,
         "label": table.step(action).public_label or "内部办理", "digest": number}
        for seq, action, link, text, number in rows
    ]  # fmt: skip
    numbers = sorted({number for *_, number in rows if number})
    digests = {each.number: each for each in LedgerDigest.objects.filter(number__in=numbers)}
    return {
        "format": FORMAT, "code": matter.code, "title": matter.title, "site": settings.ORIGIN,
        "made_at": local(at).isoformat(timespec="seconds"), "states": {state.code: state.label for state in table.states},
        "digests": [_digest_row(digests[number], matter.code) for number in numbers],
        "keys": _handed_on(digests[numbers[0]], digests[numbers[-1]]) if numbers else [],
        "steps": steps,
    }  # fmt: skip


def _open(rule: lifecycle.StepRule) -> bool:
    return bool(rule.public_label) and not rule.withheld


def _digest_row(each: LedgerDigest, code: str) -> dict[str, Any]:
    places, rows, root = _tree_of(each.first_seal, each.last_seal, bytes(each.root))
    if root != bytes(each.root):
        # The citizen's verifier will say so too; the file is given all the same, for it is the evidence. Nothing of it is
        # kept: what is mended or restored must show at once.
        _tree_of.cache_clear()
        log.error("the ledger does not bear out digest %s", each.number)
    way = tree.way_up(rows, places[code]) if code in places else []
    return {
        "number": each.number, "text": each.text, "signature": each.signature.rsplit(":", 1)[-1],
        "public_key": each.public_key, "way": [str(beside) for beside in way],
    }  # fmt: skip


@lru_cache(maxsize=16)
def _tree_of(first: int, last: int, published: bytes) -> tuple[dict[str, int], list[list[bytes]], bytes]:
    """The tree over these seals, kept for a while under the root that was published: what that covers never changes."""
    codes, leaves = [], []
    for code, leaf in leaves_between(first, last):
        codes.append(code)
        leaves.append(leaf)
    return {code: place for place, code in enumerate(codes)}, tree.levels(leaves), tree.root_of(leaves)


def _handed_on(first: LedgerDigest, last: LedgerDigest) -> list[dict[str, str]]:
    """The digests between these two with which the key was handed on."""
    between = LedgerDigest.objects.filter(number__gt=first.number, number__lte=last.number).exclude(handed_on="")
    rows = list(between.order_by("number"))
    former = dict(
        LedgerDigest.objects.filter(number__in=[each.number - 1 for each in rows]).values_list("number", "public_key")
    )
    return [
        {
            "text": each.text, "handed_on": each.handed_on.rsplit(":", 1)[-1], "public_key": each.public_key,
            "former": former[each.number - 1],
        }
        for each in rows
    ]  # fmt: skip


def grouped(digits: str) -> str:
    """Hex digits as people copy them from paper: capitals, in fours."""
    digits = digits.upper()
    return "-".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def footing(letter_code: str, matter_code: str) -> dict[str, str]:
    """What a letter says about the ledger: the place and link of the step that issued it, and the key that publishes."""
    if not matter_code:
        return {}
    found = Step.objects.filter(matter__code=matter_code, documents__contains=f'"{letter_code}"')
    step = found.order_by("seq").values_list("seq", "link").first()
    if step is None:
        return {}
    key = fingerprint(keyring.ring().current(PURPOSE).public)
    return {
        "proof": f"{step[0]}-{grouped(bytes(step[1]).hex()[:CODE_DIGITS])}",
        "proof_key": grouped(key[:CODE_DIGITS]),
    }
