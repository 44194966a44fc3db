"""The figures of registered users (R017) are those of an independent count, and each number opens its list."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection

from tests.cast import PASSWORD, Cast
from yimen.ground.identity import services
from yimen.ground.identity.models import Account
from yimen.ground.identity.views.registered import months
from yimen.ground.kit.moments import CHINA, day_of, now

pytestmark = pytest.mark.django_db


def test_equal_to_an_independent_count(cast: Cast) -> None:
    for number, month in (("E12345678", 9), ("E12345679", 9), ("E12345680", 10)):
        services.register_natural(
            name="郑和平", id_type="passport", id_number=number, phone="13700001111", sign_in_name="z" + number,
            password=PASSWORD, at=datetime(2026, month, 30, 23, 59, tzinfo=CHINA),
        )  # fmt: skip
    Account.objects.filter(sign_in_name="zE12345678").update(
        is_active=False, closed_at=datetime(2026, 10, 5, 9, tzinfo=CHINA)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "select to_char(opened_at at time zone 'Asia/Shanghai', 'YYYY-MM'), p.kind, count(*) from identity_account a "
            "join identity_party p on p.id = a.party_id where a.kind = 'citizen' group by 1, 2"
        )
        counted = {(month, kind): number for month, kind, number in cursor.fetchall()}
        cursor.execute(
            "select p.kind, count(*) from identity_account a join identity_party p on p.id = a.party_id "
            "where a.kind = 'citizen' and a.closed_at is null group by 1"
        )
        standing = dict(cursor.fetchall())
    rows = months(day_of(now()))
    shown = {(row.key, kind): getattr(row, kind) for row in rows for kind in ("natural", "legal") if getattr(row, kind)}
    assert shown == counted
    assert (rows[0].natural_in_all, rows[0].legal_in_all) == (standing["natural"], standing["legal"])
    assert {row.key: row.closed for row in rows if row.closed} == {"2026-10": 1}
    client = cast.client("manager")
    page = client.get("/manage/registered/list/?month=2026-09&kind=natural").content.decode()
    assert "自然人 2 个" in page
    assert "郑和平" not in page
    assert "郑" in page
    assert client.get("/manage/registered/").status_code == 200
    assert client.get("/manage/registered/?export=1")["Content-Disposition"].startswith("attachment")
    assert client.get("/manage/registered/list/?month=2026-99").status_code == 422
    assert cast.client("wang").get("/manage/registered/").status_code == 403


def test_the_manager_finds_the_page_in_the_menu(cast: Cast) -> None:
    assert 'href="/manage/registered/"' in cast.client("manager").get("/manage/").content.decode()
    assert 'href="/manage/registered/"' not in cast.client("he").get("/manage/").content.decode()
