"""委托、单位人员和接入系统 in the county: who acts for whom, and one department's system that signs its people in here."""

from __future__ import annotations

from datetime import timedelta

from yimen.ground.identity import services as identity
from yimen.ground.identity.models import Account
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.identity.services import Agent, systems
from yimen.ground.kit.moments import day_of
from yimen.house.demo.acting import Stage
from yimen.house.simulate import people

LIHE, HEXIULAN, LIPEIRAN = 60_001, 60_002, 60_003


def tell(stage: Stage) -> None:
    """An old lady mandates a neighbour, a teahouse takes a young man on, the housing office lets staff in through us."""
    now = stage.days.now
    today, given = day_of(now), now - timedelta(days=3)
    young = Agent("李沛然", "resident", people.resident_number(LIPEIRAN))
    in_force = identity.give_mandate(
        actor=stage.citizen("hexiulan"), agent=young, powers=["apply", "correct", "collect", "look"],
        valid_from=day_of(given), valid_to=today + timedelta(days=180), at=given, note="腿脚不便，请邻居代办",
    )  # fmt: skip
    identity.accept_mandate(actor=stage.citizen("lipeiran"), uid=in_force.uid, at=given + timedelta(hours=2))
    identity.give_mandate(
        actor=stage.citizen("lihe"), agent=young, powers=["apply"], valid_from=today, valid_to=today + timedelta(days=30),
        at=now - timedelta(hours=1),
    )  # fmt: skip
    ended = identity.give_mandate(
        actor=stage.citizen("lipeiran"), agent=Agent("李禾", "resident", people.resident_number(LIHE)), powers=["collect"],
        valid_from=day_of(given), valid_to=today + timedelta(days=10), at=given,
    )  # fmt: skip
    identity.revoke_mandate(
        actor=stage.citizen("lipeiran"), uid=ended.uid, at=now - timedelta(hours=5), reason="自己去领"
    )
    owner = stage.citizen("tingquan")
    _, code = identity.invite_member(
        actor=owner,
        name="李沛然",
        id_type="resident",
        id_number=people.resident_number(LIPEIRAN),
        role="agent",
        at=given,
    )
    identity.accept_invitation(actor=stage.citizen("lipeiran"), code=code, at=given + timedelta(hours=1))
    identity.invite_member(
        actor=owner, name="李禾", id_type="resident", id_number=people.resident_number(LIHE), role="admin",
        at=now - timedelta(hours=2),
    )  # fmt: skip
    identity.propose_representative(
        actor=stage.citizen("qiming"), name="何秀兰", id_type="resident", id_number=people.resident_number(HEXIULAN),
        at=now - timedelta(hours=4),
    )  # fmt: skip
    systems.register_system(
        actor=SYSTEM, name="房产交易网签系统", owner="清河县住房和城乡建设局", audience="staff",
        redirect_uris=["https://fcjy.example.cn/signed-in"], scopes=["profile", "post"], reads_changes=True, at=given,
    )  # fmt: skip
    system, _ = systems.register_system(
        actor=SYSTEM, name="住房公积金网上大厅", owner="清河县住房公积金管理部", audience="citizen",
        redirect_uris=["https://gjj.example.cn/signed-in"], scopes=["profile", "phone", "id_number"], at=given,
    )  # fmt: skip
    account = Account.objects.get(sign_in_name="lihe")
    account.consents.create(system=system, scopes=["openid", "profile"], given_at=given)
