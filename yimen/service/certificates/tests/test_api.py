"""Certificates over the interface."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.service.certificates import services
from yimen.service.certificates.tests import stage

pytestmark = pytest.mark.django_db


def asked(cast: Cast, who: str, path: str = "", **query: str) -> Any:
    return Client().get(f"/api/v1/certificates{path}", query, headers={"authorization": f"Bearer {cast.token(who)}"})


def test_the_holder_reads_the_own_and_nobody_else_s(cast: Cast) -> None:
    row, draft = stage.issued(cast), stage.drafted(cast)
    (line,) = asked(cast, "li").json()["certificates"]
    assert (line["uid"], line["number"], line["state_label"]) == (str(row.uid), row.number, "有效")
    whole = asked(cast, "li", f"/{row.uid}").json()
    assert {"label": "字号名称", "value": "听泉茶馆"} in whole["fields"]
    assert asked(cast, "li", f"/{draft.uid}").status_code == 404, "a draft is not the holder's yet"
    assert asked(cast, "qian").json()["certificates"] == []
    assert asked(cast, "qian", f"/{row.uid}").status_code == 404


def test_staff_read_the_register_of_their_office(cast: Cast) -> None:
    row, _draft = stage.issued(cast), stage.drafted(cast)
    assert len(asked(cast, "wu").json()["certificates"]) == 2
    assert len(asked(cast, "wu", box="draft").json()["certificates"]) == 1
    assert len(asked(cast, "wu", q=row.number).json()["certificates"]) == 1
    assert asked(cast, "wu", box="zz").status_code == 422
    assert asked(cast, "wu", f"/{row.uid}").json()["identifier"] == row.identifier
    assert asked(cast, "qian_approver").json()["certificates"] == []
    assert asked(cast, "qian_approver", f"/{row.uid}").status_code == 404
    assert Client().get("/api/v1/certificates").status_code == 401


def test_anybody_asks_whether_it_is_valid(cast: Cast) -> None:
    row, visitor = stage.issued(cast), Client()
    for by in (row.identifier, row.code):
        said = visitor.get("/api/v1/certificates/verify", {"by": by}).json()
        assert said["valid"] and said["number"] == row.number and said["holder"] == "李*"
    services.move(
        certificate=row,
        action="revoke",
        reason="以欺骗取得。",
        document="清市监〔2026〕9号",
        actor=cast.actor("chen"),
        at=now(),
    )
    said = visitor.get("/api/v1/certificates/verify", {"by": row.identifier})
    assert not said.json()["valid"] and "已被撤销" in said.json()["says"] and "李明" not in said.text
    assert visitor.get("/api/v1/certificates/verify", {"by": "AAAABBBBCCCC"}).status_code == 404
    assert visitor.get("/api/v1/certificates/verify").status_code == 422
