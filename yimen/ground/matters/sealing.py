"""Seals over the ledger, and the proof that nothing in it was changed.

A step is written with a queue row; a sealer takes the queue every few seconds, makes an HMAC-SM3 over each step's link and
runs them into one SM3 head, which is SM2-signed. Keys live outside the database. So a changed, deleted, inserted or
re-ordered step is found even where somebody with all rights on the database has mended the links.
"""

from __future__ import annotations

import hmac
import struct
import threading
from collections.abc import Iterator, Sequence
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


def mac_of(key: bytes, step_id: int, link: bytes) -> bytes:
    """HMAC-SM3 over the step's id and link; the link covers all the rest."""
    return hmac.digest(key, struct.pack(">q", step_id) + link, "sm3")


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
        macs = [mac_of(key.secret, step_id, link) for step_id, link in steps]
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


# Links, numbering and time, checked by the database in one pass over each matter's steps in order.
_CHAIN = """
select id, matter_id, code, seq, prior_seq, link_ok, state_ok, recorded_at < prior_recorded as earlier, late_ok from (
    select s.id, s.matter_id, m.code, s.seq, s.recorded_at,
           lag(s.seq) over w as prior_seq,
           s.link = matters_link(coalesce(lag(s.link) over w, ''::bytea), s) as link_ok,
           s.from_state = coalesce(lag(s.to_state) over w, '') as state_ok,
           lag(s.recorded_at) over w as prior_recorded,
           (s.basis <> '' or s.happened_at >= s.recorded_at - interval '2 minutes')
               and s.happened_at <= s.recorded_at + interval '2 minutes' as late_ok
      from matters_step s join matters_matter m on m.id = s.matter_id
    window w as (partition by s.matter_id order by s.seq)
) c
where not link_ok or not state_ok or seq <> coalesce(prior_seq, 0) + 1 or recorded_at < prior_recorded or not late_ok
order by matter_id, seq limit 1000
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
        for step_id, _matter, code, seq, prior, link_ok, state_ok, earlier, late_ok in cursor.fetchall():
            row = f"步骤 {step_id}（{code} 第 {seq} 步）"
            if seq != (prior or 0) + 1:
                verdict.faults.append(
                    Fault("gap", row, f"前一步应是第 {seq - 1} 步，账上是第 {prior or 0} 步：中间的步骤被删除")
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
    entries = _entries()
    waiting = next(entries, None)
    for seal_id, count, kept_previous, head, mac_key, signature in seals:
        purpose, version = mac_key.rsplit(":", 1)
        key = ring.version(purpose, int(version)).secret
        macs: list[bytes] = []
        while waiting is not None and waiting[0] == seal_id:
            _seal, position, step_id, mac, link = waiting
            if position != len(macs):
                verdict.faults.append(Fault("reordered", f"封 {seal_id} 第 {position} 条", "封存条目缺失或次序不对"))
            if link is not None and mac_of(key, step_id, link) != mac:
                verdict.faults.append(Fault("changed", f"步骤 {step_id}", "与封存时的消息鉴别码不符：被改动"))
            macs.append(mac)
            waiting = next(entries, None)
        if len(macs) != count:
            verdict.faults.append(Fault("seal", f"封 {seal_id}", f"应有 {count} 条，账上 {len(macs)} 条"))
        if bytes(kept_previous) != previous or head_after(previous, macs) != bytes(head):
            verdict.faults.append(Fault("seal", f"封 {seal_id}", "封首与条目不符：封存记录被改动、删除或调换次序"))
        if not keyring.check_signature(bytes(head), bytes(signature).decode(), purpose=SIGN_PURPOSE):
            verdict.faults.append(Fault("signature", f"封 {seal_id}", "签名不符"))
        previous = bytes(head)
    while waiting is not None:
        verdict.faults.append(Fault("seal", f"步骤 {waiting[2]}", "封存条目没有封首：封存记录被删除"))
        waiting = next(entries, None)


def _entries() -> Iterator[tuple[int, int, int, bytes, bytes | None]]:
    """Every seal entry in order with its step's link, streamed."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "copy (select e.seal_id, e.position, e.step_id, e.mac, s.link from matters_sealentry e"
            " left join matters_step s on s.id = e.step_id order by e.seal_id, e.position) to stdout (format binary)"
        ) as copy,
    ):
        copy.set_types(["int8", "int4", "int8", "bytea", "bytea"])
        yield from copy.rows()
