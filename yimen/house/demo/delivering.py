"""The issuing window of 清河县: what waits on its shelves, a cabinet, parcels on their way, one that came back, one lost (R137)."""

from __future__ import annotations

from datetime import timedelta

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.refusals import Refusal
from yimen.house.demo.acting import Stage
from yimen.house.simulate.hurry import with_savepoints
from yimen.service.cases.models import Case
from yimen.service.delivery import services
from yimen.service.delivery.models import Parcel, Result
from yimen.service.delivery.services import Address

CLERK = "wendu"
PAST, WAITING = 160, 40
COURSE: tuple[tuple[str, ...], ...] = (
    ("accepted", "transit", "refused", "returned"), ("accepted", "lost"), ("accepted", "transit"), (),
)  # fmt: skip


def tell(stage: Stage) -> None:
    """What was handed over in the last months, what waits, what is on the road."""
    _past(stage)
    with with_savepoints():
        _waiting(stage)


def _past(stage: Stage) -> None:
    """Cases delivered before the window's register began: each ended in its own way, some by mail."""
    cases = (
        Case.objects.filter(delivered_at__isnull=False).exclude(decision="").select_related("matter")
        .defer("answers", "situation").order_by("-delivered_at")[:PAST]
    )  # fmt: skip
    rows, centre = [], stage.county.units["centre"]
    for number, case in enumerate(cases):
        by = "post" if number % 6 == 2 else ("holder", "code", "agent", "code", "cabinet")[number % 5]
        rows.append(Result(
            matter=case.matter, centre_id=case.matter.centre_id or centre.pk, department_id=case.matter.department_id,
            decision=case.decision, state="handed", way="post" if by == "post" else "window",
            registered_at=case.decided_at or stage.days.now,
            handed_at=case.delivered_at, handed_by="温渡", by=by, receiver=case.receiver, proof=case.delivery_proof,
        ))  # fmt: skip
    made = Result.objects.bulk_create(rows)
    mailed = [row for row in made if row.by == "post" and row.handed_at is not None]
    Parcel.objects.bulk_create([
        Parcel(
            code=f"YZ519911-{row.registered_at:%Y}-8{number:04d}", direction="out", matter=row.matter, result=row, centre_id=row.centre_id,
            name=row.receiver, phone="13800000000", address="清河县城关镇文澜路 20 号", contents="证照、决定书", courier="邮政特快专递",
            tracking=f"EX51990{number:04d}CN", state="delivered", cost_fen=1200, asked_at=row.registered_at, asked_by="温渡",
            ordered_at=row.registered_at, ended_at=row.handed_at, signed_by=row.receiver,
        )
        for number, row in enumerate(mailed)
    ])  # fmt: skip


def _waiting(stage: Stage) -> None:
    """On the shelf, in the cabinet, to be sent, on the road, come back, lost."""
    now, clerk = stage.days.now, stage.actor(CLERK)
    cabinet = services.add_cabinet(
        actor=SYSTEM,
        centre_id=stage.county.units["centre"].pk,
        name="一楼东侧柜",
        cells=24,
        at=now - timedelta(days=90),
    )
    found = (
        Case.objects.filter(matter__state__in=("granted", "refused")).exclude(decided_at=None).select_related("matter")
    )
    cell, sent = 0, 0
    for number, case in enumerate(found.order_by("-decided_at")[:WAITING]):
        at = min((case.decided_at or now) + timedelta(hours=1), now - timedelta(minutes=90 - number))
        row = services.register(case.matter.code, case.decided_at or now)
        if row is None or number % 5 == 4:
            continue
        try:
            if number % 2 == 0 and sent < len(COURSE):
                _mail(stage, row, sent)
                sent += 1
            elif number % 5 == 1:
                cell += 1
                services.shelve(result=row, actor=clerk, at=at, cabinet=cabinet, cell=cell)
            else:
                services.shelve(
                    result=row, actor=clerk, at=at, shelf=f"{'甲乙丙'[number % 3]} {number % 4 + 1} 排 {number + 1}"
                )
        except Refusal:
            continue  # an unpaid bill, a certificate not made yet: it waits, and its page says why
    services.take_notice(at=now, said={
        "event": "E20260007", "order": "YZ519911-2019-00003", "tracking": "EX40000001CN", "kind": "delivered",
        "happened_at": now - timedelta(hours=5), "signed_by": "门卫",
    })  # fmt: skip


def _mail(stage: Stage, row: Result, number: int) -> None:
    """A parcel on its way, as far as its course goes."""
    now, clerk = stage.days.now, stage.actor(CLERK)
    at = now - timedelta(minutes=80 - number)
    applicant = row.matter.applicant
    name = applicant.legal_representative or applicant.name if applicant is not None else "李禾"
    home = Address(name, "13812340021", f"清河县城关镇文澜路 {20 + number} 号")
    services.choose_way(result=row, way="post", actor=clerk, at=at, address=home)
    row.refresh_from_db()
    made = services.post(result=row, actor=clerk, at=at, contents="证照、决定书")
    if not COURSE[number]:
        return
    services.record_order(
        parcel=made, tracking=f"EX60000{number:03d}CN", cost_fen=1200, actor=clerk, at=at + timedelta(minutes=5)
    )
    for step, kind in enumerate(COURSE[number]):
        services.take_notice(at=now - timedelta(minutes=40 - step), said={
            "event": f"E2026{number:02d}{step:02d}", "order": made.code, "tracking": f"EX60000{number:03d}CN", "kind": kind,
            "happened_at": now - timedelta(minutes=41 - step), "signed_by": "本人" if kind == "delivered" else "",
        })  # fmt: skip
