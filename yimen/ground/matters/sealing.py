"""Seals over the ledger, and the proof that nothing in it was changed.

A step is written with a queue row; a sealer takes the queue every few seconds, makes an HMAC-SM3 over each step's link and
runs them into one SM3 head, which is SM2-signed. Keys live outside the database. So a changed, deleted, inserted or
re-ordered step is found even where somebody with all rights on the database has mended the links.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection, transaction

from yimen.ground.kit import keyring
from yimen.ground.kit.crypto import sm3

BATCH = 5000
PAUSE_SECONDS = 2.0
MAC_PURPOSE = "ledger"
SIGN_PURPOSE = "seal"
SEAL_LOCK = 20260102
LATE = timedelta(minutes=30)
"""A step sealed later than this after its recording is reported: either the sealer stood still, or it was slipped in."""


def covered(step_id: int, link: bytes) -> bytes:
    """What a mac covers of a step: its id and its link, which covers all the rest."""
    return struct.pack(">q", step_id) + link


def mac_of(key: bytes, step_id: int, link: bytes) -> bytes:
    """HMAC-SM3 over the step's id and link."""
    return hmac.digest(key, covered(step_id, link), "sm3")


def macs_of(key: bytes, texts: Iterable[bytes]) -> Iterator[bytes]:
    """HMAC-SM3 (RFC 2104) of many short texts: the two keyed halves are begun once and copied, three times as fast."""
    padded = (key if len(key) <= 64 else sm3(key)).ljust(64, b"\0")
    inner, outer = (hashlib.new("sm3", bytes(octet ^ pad for octet in padded)) for pad in (0x36, 0x5C))
    for text in texts:
        first = inner.copy()
        first.update(text)
        second = outer.copy()
        second.update(first.digest())
        yield second.digest()


def head_after(previous: bytes, macs: Iterator[bytes] | list[bytes]) -> bytes:
    """The running SM3 over the previous head and the macs in order."""
    return sm3(previous + b"".join(macs))


def seal_once(limit: int = BATCH) -> int:
    """Seal up to `limit` waiting steps; returns how many. One sealer works at a time, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            "with taken as (delete from matters_unsealed where step_id in (select step_id from matters_unsealed"
            " order by step_id limit %s for update skip locked) returning step_id)"
            " select s.id, s.link from taken join matters_step s on s.id = taken.step_id order by s.id",
            [limit],
        )
        steps = [(step_id, bytes(link)) for step_id, link in cursor.fetchall()]
        if not steps:
            return 0
        append_seal(steps)
    return len(steps)


def append_seal(steps: Sequence[tuple[int, bytes]]) -> None:
    """Put one seal over these (step id, link), in this order. The caller holds `SEAL_LOCK` in an open transaction."""
    with connection.cursor() as cursor:
        key = keyring.ring().current(MAC_PURPOSE)
        macs = list(macs_of(key.secret, (covered(step_id, link) for step_id, link in steps)))
        cursor.execute("select head from matters_seal order by id desc limit 1")
        last = cursor.fetchone()
        previous = bytes(last[0]) if last else b""
        head = head_after(previous, macs)
        signature = keyring.sign(head, purpose=SIGN_PURPOSE)
        cursor.execute(
            "insert into matters_seal (sealed_at, count, previous_head, head, mac_key, signature, signature_key, algorithm)"
            " values (clock_timestamp(), %s, %s, %s, %s, %s, %s, %s) returning id",
            [
                len(steps),
                previous,
                head,
                f"{key.purpose}:{key.version}",
                signature.encode(),
                ":".join(signature.split(":")[:2]),
                "hmac-sm3 sm3 sm2",
            ],
        )
        seal_id = cursor.fetchone()[0]
        rows = [
            f"{step_id}\t{seal_id}\t{position}\t\\\\x{mac.hex()}\n"
            for position, ((step_id, _link), mac) in enumerate(zip(steps, macs, strict=True))
        ]
        with cursor.copy("copy matters_sealentry (step_id, seal_id, position, mac) from stdin") as copy:
            copy.write("".join(rows))


def work(stop: threading.Event) -> None:
    """Seal until told to stop. What goes wrong is raised: the supervisor restarts the worker and the log says why."""
    while not stop.is_set():
        if seal_once() < BATCH:
            stop.wait(PAUSE_SECONDS)


def lag() -> tuple[int, float]:
    """How many steps wait for their seal, and for how many seconds the oldest of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), coalesce(extract(epoch from clock_timestamp() - min(s.recorded_at)), 0)"
            " from (select step_id from matters_unsealed limit 100000) u join matters_step s on s.id = u.step_id"
        )
        waiting, seconds = cursor.fetchone()
    return int(waiting), float(seconds)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something the ledger cannot explain. `row` names it: a step, a seal or a matter."""

    kind: str
    row: str
    says: str


@dataclass(slots=True)
class Verdict:
    """What `verify` found."""

    steps: int = 0
    seals: int = 0
    unsealed: int = 0
    synthetic: bool = False
    faults: list[Fault] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Is there nothing to explain?"""
        return not self.faults


# Links, numbering and time: each step beside the one before it. A join, which PostgreSQL does in parallel, where a window
# over the sorted ledger would take four times as long. Only steps with a fault come back.
_CHAIN = """
select s.id, coalesce(m.code, ''), s.seq,
       case when b.seq is null and s.seq > 1 then
           (select coalesce(max(e.seq), 0) from matters_step e where e.matter_id = s.matter_id and e.seq < s.seq) end,
       s.link = matters_link(coalesce(b.link, ''::bytea), s), s.from_state = coalesce(b.to_state, ''),
       s.recorded_at < coalesce(b.recorded_at, s.recorded_at),
       (s.basis <> '' or s.happened_at >= s.recorded_at - interval '2 minutes')
           and s.happened_at <= s.recorded_at + interval '2 minutes'
  from matters_step s
  left join matters_step b on b.matter_id = s.matter_id and b.seq = s.seq - 1
  left join matters_matter m on m.id = s.matter_id
 where s.link <> matters_link(coalesce(b.link, ''::bytea), s) or s.from_state <> coalesce(b.to_state, '')
    or s.recorded_at < b.recorded_at or (b.seq is null) <> (s.seq = 1)
    or s.happened_at > s.recorded_at + interval '2 minutes'
    or (s.basis = '' and s.happened_at < s.recorded_at - interval '2 minutes')
 order by s.matter_id, s.seq limit 1000
"""

# The head a matter keeps must be its last step: a cut tail shows here.
_TAIL = """
select m.id, m.code, m.last_seq, coalesce(t.seq, 0) from matters_matter m
left join lateral (select s.seq, s.link, s.to_state from matters_step s
                   where s.matter_id = m.id order by s.seq desc limit 1) t on true
where m.last_seq <> coalesce(t.seq, 0) or m.last_link <> coalesce(t.link, ''::bytea)
   or m.state <> coalesce(t.to_state, '') or m.version <> m.last_seq
order by m.id limit 1000
"""

# Every step is sealed or waits for its seal; every seal entry has its step.
_COVER = """
select 'missing_seal', s.id, m.code, s.seq from matters_step s join matters_matter m on m.id = s.matter_id
 where not exists (select 1 from matters_sealentry e where e.step_id = s.id)
   and not exists (select 1 from matters_unsealed u where u.step_id = s.id)
union all
select 'missing_step', e.step_id, '', 0 from matters_sealentry e
 where not exists (select 1 from matters_step s where s.id = e.step_id)
order by 1, 2 limit 1000
"""

_SEALED_LATE = """
select s.id, m.code, s.seq, s.recorded_at, z.sealed_at from matters_seal z
join matters_sealentry e on e.seal_id = z.id join matters_step s on s.id = e.step_id
join matters_matter m on m.id = s.matter_id
where s.recorded_at < z.sealed_at - make_interval(secs => %s)
order by s.id limit 1000
"""


def verify() -> Verdict:
    """Read the whole ledger and say what in it cannot be right; every finding names its row.

    Links, numbers, states and times are recomputed by the database; MACs and signatures here, with the keys of the ring.
    """
    verdict = Verdict()
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute("set local work_mem = '64MB'")
        cursor.execute("select synthetic from matters_ledgerhead where id = 1")
        verdict.synthetic = bool(cursor.fetchone()[0])
        cursor.execute("select count(*) from matters_unsealed")
        verdict.unsealed = cursor.fetchone()[0]
        _verify_chain(verdict)
        _verify_seals(verdict)
    return verdict


def _verify_chain(verdict: Verdict) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from matters_step")
        verdict.steps = cursor.fetchone()[0]
        cursor.execute(_CHAIN)
        for step_id, code, seq, prior, link_ok, state_ok, earlier, late_ok in cursor.fetchall():
            row = f"步骤 {step_id}（{code} 第 {seq} 步）"
            if prior is not None:
                verdict.faults.append(
                    Fault("gap", row, f"前一步应是第 {seq - 1} 步，账上是第 {prior} 步：中间的步骤被删除")
                )
            if not link_ok:
                verdict.faults.append(Fault("changed", row, "内容与链值不符：这一步或它的前一步被改动、删除或插入"))
            if not state_ok:
                verdict.faults.append(Fault("state", row, "原状态与前一步的新状态不符"))
            if earlier:
                verdict.faults.append(Fault("order", row, "记录时间早于前一步：被倒签或调换次序"))
            if not late_ok:
                verdict.faults.append(Fault("backdated", row, "发生时间与记录时间不符，且没有依据：被倒签"))
        cursor.execute(_TAIL)
        for matter_id, code, last_seq, seq in cursor.fetchall():
            verdict.faults.append(
                Fault(
                    "tail",
                    f"事 {matter_id}（{code}）",
                    f"应有 {last_seq} 步，账上最后是第 {seq} 步，或末步与事的状态不符",
                )
            )
        cursor.execute(_COVER)
        for kind, step_id, code, seq in cursor.fetchall():
            if kind == "missing_seal":
                verdict.faults.append(
                    Fault(
                        "inserted",
                        f"步骤 {step_id}（{code} 第 {seq} 步）",
                        "既没有封存也不在待封队列：不是经系统写入的",
                    )
                )
            else:
                verdict.faults.append(Fault("deleted", f"步骤 {step_id}", "已封存的步骤不见了：被删除"))
        if not verdict.synthetic:
            cursor.execute(_SEALED_LATE, [LATE.total_seconds()])
            for step_id, code, seq, recorded, sealed in cursor.fetchall():
                says = (
                    f"记录于 {recorded:%Y-%m-%d %H:%M}，却到 {sealed:%Y-%m-%d %H:%M} 才封存：封存停顿过，或是事后插入"
                )
                verdict.faults.append(Fault("sealed_late", f"步骤 {step_id}（{code} 第 {seq} 步）", says))


def _verify_seals(verdict: Verdict) -> None:
    ring = keyring.ring()
    previous = b""
    with connection.cursor() as cursor:
        cursor.execute("select id, count, previous_head, head, mac_key, signature from matters_seal order by id")
        seals = cursor.fetchall()
    verdict.seals = len(seals)
    known = {seal_id for seal_id, *_ in seals}
    suspects: list[tuple[int, bytes]] = []
    batches = _batches()
    batch = next(batches, None)
    for seal_id, count, kept_previous, head, mac_key, signature in seals:
        purpose, version = mac_key.rsplit(":", 1)
        key = ring.version(purpose, int(version)).secret
        while batch is not None and batch.seal_id < seal_id:
            batch = next(batches, None)
        held = batch if batch is not None and batch.seal_id == seal_id else _Batch(seal_id, 0, -1, b"", b"")
        if held.entries != count:
            verdict.faults.append(Fault("seal", f"封 {seal_id}", f"应有 {count} 条，账上 {held.entries} 条"))
        if held.last != held.entries - 1:
            verdict.faults.append(Fault("reordered", f"封 {seal_id}", "封存条目缺失或次序不对"))
        if b"".join(macs_of(key, held.steps())) != held.macs:
            suspects.append((seal_id, key))
        if bytes(kept_previous) != previous or head_after(previous, [held.macs]) != bytes(head):
            verdict.faults.append(Fault("seal", f"封 {seal_id}", "封首与条目不符：封存记录被改动、删除或调换次序"))
        if not keyring.check_signature(bytes(head), bytes(signature).decode(), purpose=SIGN_PURPOSE):
            verdict.faults.append(Fault("signature", f"封 {seal_id}", "签名不符"))
        previous = bytes(head)
    # The connection is busy while it streams, so what needs questions of its own comes after, and the stream is read to its
    # end: one left half-read is cancelled, and a cancellation that comes late strikes whatever is asked next.
    for _ in batches:
        pass
    for seal_id, key in suspects:
        verdict.faults.extend(_changed(seal_id, key))
    with connection.cursor() as cursor:
        cursor.execute(
            "select step_id from matters_sealentry where seal_id <> all(%s) order by step_id limit 1000", [list(known)]
        )
        for (step_id,) in cursor.fetchall():
            verdict.faults.append(Fault("seal", f"步骤 {step_id}", "封存条目没有封首：封存记录被删除"))


@dataclass(frozen=True, slots=True)
class _Batch:
    """The entries of one seal, run together in order: their number, the last position, the macs, and what they cover."""

    seal_id: int
    entries: int
    last: int
    macs: bytes
    covered: bytes

    def steps(self) -> Iterator[bytes]:
        """What each mac covers: the step's id and its link, 40 octets. A changed length shows in the macs."""
        return (self.covered[at : at + 40] for at in range(0, len(self.covered), 40))


def _batches() -> Generator[_Batch, None, None]:
    """The entries of every seal in order, one row a seal, streamed."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "copy (select e.seal_id, count(*)::int, max(e.position), string_agg(e.mac, ''::bytea order by e.position),"
            " string_agg(int8send(e.step_id) || coalesce(s.link, ''::bytea), ''::bytea order by e.position)"
            " from matters_sealentry e left join matters_step s on s.id = e.step_id group by e.seal_id order by e.seal_id)"
            " to stdout (format binary)"
        ) as copy,
    ):
        copy.set_types(["int8", "int4", "int4", "bytea", "bytea"])
        for row in copy.rows():
            yield _Batch(*row)


def _changed(seal_id: int, key: bytes) -> Iterator[Fault]:
    """Which steps of a seal are not those that were sealed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select e.step_id, e.mac, s.link from matters_sealentry e join matters_step s on s.id = e.step_id"
            " where e.seal_id = %s order by e.position",
            [seal_id],
        )
        for step_id, mac, link in cursor.fetchall():
            if mac_of(key, step_id, bytes(link)) != bytes(mac):
                yield Fault("changed", f"步骤 {step_id}", "与封存时的消息鉴别码不符：被改动")
