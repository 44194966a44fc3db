"""The public query: the tries at one number are counted together, whichever door and however the number is written."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.documents.selectors import letters_of
from yimen.ground.kit.ratelimit import TooFast
from yimen.ground.kit.refusals import NotFound
from yimen.service.cases import services
from yimen.service.cases.services.public_query import TRIES_OF_A_NUMBER
from yimen.service.cases.tests.stage import submitted

pytestmark = pytest.mark.django_db


def test_many_addresses_get_no_more_tries_at_one_number(cast: Cast) -> None:
    code = submitted(cast)
    on_paper = letters_of(code)[0].code
    for turn in range(TRIES_OF_A_NUMBER):
        with pytest.raises(NotFound):
            typed = (code.lower(), f" {code} ", on_paper)[turn % 3]
            services.look_up(code=typed, tail="0000", address=f"192.0.2.{turn}")
    with pytest.raises(TooFast):
        services.look_up(code=code, tail="0029", address="192.0.2.99")
    asked = Client().get("/api/v1/query", {"code": code, "tail": "0029"}, REMOTE_ADDR="192.0.2.100")
    assert asked.status_code == 429
