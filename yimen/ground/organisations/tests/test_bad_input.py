"""Whatever is typed into whatever form: a page that says what is wrong, never a failure of ours."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from yimen.ground.organisations.tests.test_pages_open import HEAD, MANAGER, PAGES, SECURITY, SYSTEM, address

HOSTILE = (
    "",
    "a\x00b",
    "\ud842",
    "长" * 3_000,
    "'\"><svg onload=alert(1)>",
    "{{ 7*7 }}",
    "../../etc/passwd",
    "1e309",
    "-0",
    "0000-00-00",
    "9999-12-31",
    "2026-02-30",
    "99999999999999999999",
    "𠮷䶮",
    "\u202egpj.exe",
)
FIELDS = re.findall(
    r"\w+",
    """name short_name kind division credit_code use_level phone address order parent number departments duty title
    window account on until reason code scope scope_unit scope_window scope_division role scopes days post powers items
    valid_from valid_to seal text keeper sign_in_name password again old email q state sort after before actor action
    target result since until next min_length min_kinds history max_age_days""",
)


def filled(turn: int) -> dict[str, bytes]:
    """Every field with one of the values; in the next turn with another."""
    return {
        name: HOSTILE[(place + 3 * turn) % len(HOSTILE)].encode("utf-8", "surrogatepass")
        for place, name in enumerate(FIELDS)
    }


@pytest.mark.parametrize("turn", range(5))
@pytest.mark.parametrize("who", [SYSTEM, SECURITY, MANAGER, HEAD])
def test_every_form_survives(cast: Cast, who: str, turn: int) -> None:
    client = cast.client(who)
    client.raise_request_exception = False
    for name, of, made_for in PAGES:
        if who not in made_for or name in CONFIRMATIONS:
            continue
        url = address(cast, name, of)
        assert client.post(url, filled(turn)).status_code < 500, url
        answer = client.get(url, filled(turn))
        assert answer.status_code < 500, url
        answer.getvalue()


CONFIRMATIONS = (
    # Pages without fields, which any POST confirms; they would end the very things the others need.
    "organisations:dissolve_unit",
    "organisations:close_window",
    "organisations:abolish_post",
    "organisations:end_admin_role",
    "organisations:close_account",
    "organisations:end_seal",
)


@pytest.mark.parametrize("turn", range(5))
def test_the_doors_survive(cast: Cast, turn: int) -> None:
    client = Client(raise_request_exception=False)
    for name in ("register", "sign_in", "staff_sign_in", "use_code"):
        url = reverse(f"identity:{name}")
        assert client.post(url, filled(turn)).status_code < 500, name
        assert client.get(url, filled(turn)).status_code < 500, name


@pytest.mark.parametrize("field", ["name", "password", "code", "id_number"])
def test_a_megabyte_in_one_field(cast: Cast, field: str) -> None:
    client = Client(raise_request_exception=False)
    for name in ("register", "sign_in", "staff_sign_in", "use_code"):
        assert 400 <= client.post(reverse(f"identity:{name}"), {field: "长" * 333_333}).status_code < 500, name


@pytest.mark.parametrize(
    "path",
    [
        "/manage/units/0/",
        "/manage/units/99999999999999999999999/",
        "/manage/posts/9223372036854775808/",
        "/manage/staff/00000000-0000-0000-0000-000000000000/",
        "/manage/letters/9223372036854775807/",
        "/manage/seals/18446744073709551616/",
    ],
)
def test_an_address_of_nothing_is_not_found(cast: Cast, path: str) -> None:
    client = cast.client(SYSTEM)
    client.raise_request_exception = False
    assert client.get(path).status_code in (400, 404)
