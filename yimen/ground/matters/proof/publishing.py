"""Make, read and check digests: once a day, over all that was sealed since the one before.

A digest covers whole seals, and seals are made in one order by one sealer at a time: nothing slips between two digests. Its text
names the moment at which the one before was made, so that a step recorded earlier than that and sealed later shows itself.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from yimen.ground.kit import crypto, keyring
from yimen.ground.kit.moments import CHINA, day_of, local
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters.proof import tree
from yimen.ground.matters.proof.models import LedgerDigest

log = logging.getLogger(__name__)

PURPOSE = "digest"
HEAD = "一门账本摘要 1"
MOST_STEPS = 200_000
"""A digest covers about so many steps at most: what was imported at one stroke is published in several."""

DIGEST_LOCK = 20261122
NONE_BEFORE = "0" * 64


def fingerprint(public: bytes) -> str:
    """64 hex digits by which a published key is told: the SHA-256 of its 64 octets."""
    return hashlib.sha256(public).hexdigest()


def publish(at: datetime, *, all_of_it: bool = False) -> list[LedgerDigest]:
    """Publish what was sealed before today began (China); with `all_of_it` up to this moment. Empty where nothing is due.

    A day on which nothing was sealed gets a digest too: a gap in the numbers or days would be a sign.
    """
    today = day_of(at)
    day = today if all_of_it else today - timedelta(days=1)
    until = at if all_of_it else datetime.combine(today, time(), tzinfo=CHINA)
    made: list[LedgerDigest] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [DIGEST_LOCK])
        last = newest()
        if last is None and not _sealed_after(0, until):
            return []
        while seals := _sealed_after(last.last_seal if last else 0, until):
            last = _make(last, seals, day, at)
            made.append(last)
        if not made and last is not None and last.day < day:
            made.append(_make(last, (last.last_seal + 1, last.last_seal), day, at))
    return made


def _sealed_after(seal: int, until: datetime) -> tuple[int, int] | None:
    """First and last of the seals that the next digest covers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select min(id), max(id) from (select id, sum(count) over (order by id) - count as before from matters_seal"
            " where id > %s and sealed_at < %s) z where before < %s",
            [seal, until, MOST_STEPS],
        )
        first, last = cursor.fetchone()
    return (first, last) if first is not None else None


def _make(before: LedgerDigest | None, seals: tuple[int, int], day: date, at: datetime) -> LedgerDigest:
    leaves = [leaf for _code, leaf in leaves_between(*seals)]
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(sum(count), 0) from matters_seal where id between %s and %s", [*seals])
        steps = cursor.fetchone()[0]
        cursor.execute("select head from matters_seal where id <= %s order by id desc limit 1", [seals[1]])
        head = cursor.fetchone()
        cursor.execute("select installation, synthetic from matters_ledgerhead where id = 1")
        installation, synthetic = cursor.fetchone()
    key, root, number = keyring.ring().current(PURPOSE), tree.root_of(leaves), before.number + 1 if before else 1
    text = "\n".join(
        (
            HEAD,
            f"installation: {installation.hex}",
            f"number: {number}",
            f"day: {day.isoformat()}",
            f"made: {_said(at)}",
            f"since: {_said(before.made_at) if before else '-'}",
            f"seals: {seals[0]}-{seals[1]}",
            f"seal_head: {bytes(head[0]).hex() if head else ''}",
            f"matters: {len(leaves)}",
            f"steps: {steps}",
            f"root: {root.hex()}",
            f"previous: {hash_of(before.text) if before else NONE_BEFORE}",
            f"key: {fingerprint(key.public)}",
            f"synthetic: {'yes' if synthetic else 'no'}",
            "",
        )
    )
    changed = before is not None and before.public_key != key.public.hex()
    return LedgerDigest.objects.create(
        number=number, day=day, made_at=at, first_seal=seals[0], last_seal=seals[1], matters=len(leaves), steps=steps,
        root=root, text=text, signature=keyring.sign(text.encode(), purpose=PURPOSE),
        handed_on=_by_former(before, text) if changed and before else "", public_key=key.public.hex(),
    )  # fmt: skip


def _by_former(before: LedgerDigest, text: str) -> str:
    """The former key's signature over the first text of the new one; empty where this ring has lost the former key."""
    for key in keyring.ring().versions(PURPOSE):
        if key.public.hex() == before.public_key:
            return f"sm2:{key.version}:{crypto.sm2().sign(key.secret, key.public, text.encode()).hex()}"
    return ""


def _said(at: datetime) -> str:
    return local(at).isoformat(timespec="microseconds")


def hash_of(text: str) -> str:
    """By which the next digest names this one."""
    return hashlib.sha256(text.encode()).hexdigest()


def leaves_between(first: int, last: int) -> Iterator[tuple[str, bytes]]:
    """(number, leaf) of every matter with a step under these seals, in the order of the tree."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select m.code, sha256('\\x00'::bytea || convert_to(m.code || chr(10), 'UTF8')"
            " || string_agg(int4send(s.seq) || s.link, ''::bytea order by s.seq))"
            " from matters_sealentry e join matters_step s on s.id = e.step_id join matters_matter m on m.id = s.matter_id"
            ' where e.seal_id between %s and %s group by m.id, m.code order by m.code collate "C"',
            [first, last],
        )
        for code, leaf in cursor.fetchall():
            yield code, bytes(leaf)


def published() -> QuerySet[LedgerDigest]:
    """Every digest; page by `-number`."""
    return LedgerDigest.objects.all()


def newest() -> LedgerDigest | None:
    """The digest published last."""
    return LedgerDigest.objects.order_by("-number").first()


def digest(number: int) -> LedgerDigest:
    """One digest; raises `NotFound`."""
    found = LedgerDigest.objects.filter(number=number).first() if 0 < number < 2**31 else None
    if found is None:
        raise NotFound("没有这一号摘要。", next_step="请在公开摘要的列表里查找。")
    return found


@dataclass(frozen=True, slots=True)
class DigestFault:
    """A digest that the ledger does not bear out."""

    number: int
    says: str


def verify() -> list[DigestFault]:
    """Lay every digest beside the ledger as it stands: root, signature, order. Empty where all is borne out."""
    faults: list[DigestFault] = []
    before: LedgerDigest | None = None
    for each in LedgerDigest.objects.order_by("number"):
        said = fields_of(each.text)
        if before is not None and said.get("previous") != hash_of(before.text):
            faults.append(DigestFault(each.number, "没有接着前一号：中间的摘要被改动或删除"))
        if each.number != (before.number + 1 if before else 1) or said.get("number") != str(each.number):
            faults.append(DigestFault(each.number, "编号不连续"))
        if not crypto.sm2().verify(bytes.fromhex(each.public_key), each.text.encode(), _octets(each.signature)):
            faults.append(DigestFault(each.number, "签名与文本不符：文本被改动"))
        root = tree.root_of([leaf for _code, leaf in leaves_between(each.first_seal, each.last_seal)])
        if said.get("root") != root.hex():
            faults.append(DigestFault(each.number, f"账本与 {each.day} 公布的摘要不符：当日以前的步骤后来被改动"))
        before = each
    return faults


def fields_of(text: str) -> Mapping[str, str]:
    """The lines of a digest's text by their names."""
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def _octets(signature: str) -> bytes:
    return bytes.fromhex(signature.rsplit(":", 1)[-1])
