"""Every address declares its access, the table is the reviewed one, and the server does what the table says."""

from __future__ import annotations

import os
import re

import pytest
from django.test import Client

from tests.access import matrix
from tests.cast import Cast
from tests.rooms import gathered

pytestmark = pytest.mark.django_db

SAMPLES = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "int": "987654321",
    "str": "NO-SUCH",
    "slug": "no-such",
    "path": "no",
}

OTHER_KEYS: set[str] = gathered("OTHER_KEYS")


def address(pattern: str) -> str:
    """An address of the pattern, of an object that does not exist."""
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or "str"], pattern)


def test_no_address_is_undeclared() -> None:
    undeclared = [view.pattern for view in matrix.views() if view.access is None]
    assert undeclared == []


def test_the_table_is_the_reviewed_one(cast: Cast) -> None:
    made = matrix.table(cast)
    if os.environ.get("WRITE_ACCESS_MATRIX"):
        matrix.REVIEWED.write_text(made, encoding="utf-8")
    assert matrix.REVIEWED.read_text(encoding="utf-8") == made, "review the change, then: make access-matrix"


@pytest.mark.parametrize("role", matrix.ROLES)
def test_the_server_does_what_the_table_says(cast: Cast, role: str) -> None:
    """Closed addresses are refused (401, 403 or the sign-in page); open ones never answer with 500."""
    actor = matrix.actors(cast)[role]
    client = Client(raise_request_exception=False) if actor is None else cast.client(role)
    client.raise_request_exception = False
    for view in matrix.views():
        if view.access is None or "sign-out" in view.pattern:
            continue
        api = view.pattern.startswith("/api/")
        headers = {}
        if actor is not None:
            # A part of a page is refused as a whole one is, and drawn in a fraction of the time.
            headers = {"authorization": f"Bearer {cast.token(role)}"} if api else {"hx-request": "true"}
        method = view.method or "GET"
        answer = client.generic(
            method, address(view.pattern), data="{}", content_type="application/json", headers=headers
        )
        where = f"{role} {method} {view.pattern} -> {answer.status_code}"
        assert answer.status_code < 500 or view.pattern in ("/readyz", "/offline/"), where  # both say 503 on purpose
        if view.access.admits(actor):
            to_sign_in = answer.status_code == 302 and "sign-in" in answer["location"]
            assert answer.status_code != 401 or view.name in OTHER_KEYS, where
            assert not (to_sign_in and actor is not None and "elder" not in view.pattern), where
        else:
            refused = answer.status_code in (401, 403) or (
                answer.status_code == 302 and "sign-in" in answer["location"]
            )
            assert refused, where
