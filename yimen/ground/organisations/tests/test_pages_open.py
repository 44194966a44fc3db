"""Every page of identity and the organisation opens for whom it is made, and for nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast

MANAGER, HEAD, SYSTEM, SECURITY, AUDIT = "manager", "he", "system", "security", "audit"
PAGES: tuple[tuple[str, str | None, tuple[str, ...]], ...] = (
    ("organisations:units", None, (MANAGER, HEAD, SYSTEM, SECURITY, AUDIT)),
    ("organisations:units_export", None, (MANAGER, HEAD, SYSTEM, SECURITY, AUDIT)),
    ("organisations:new_root", None, (SYSTEM,)),
    ("organisations:unit", "market", (HEAD, SYSTEM, SECURITY, AUDIT)),
    ("organisations:unit", "centre", (MANAGER, SYSTEM, SECURITY, AUDIT)),
    ("organisations:new_unit", "centre", (MANAGER, SYSTEM)),
    ("organisations:rename_unit", "market", (HEAD, SYSTEM)),
    ("organisations:move_unit", "market", (HEAD, SYSTEM)),
    ("organisations:dissolve_unit", "market", (HEAD, SYSTEM)),
    ("organisations:new_window", "centre", (MANAGER, SYSTEM)),
    ("organisations:new_post", "market", (HEAD, SYSTEM)),
    ("organisations:new_letter", "market", (HEAD,)),
    ("organisations:new_seal", "market", (HEAD,)),
    ("organisations:windows", None, (MANAGER, HEAD, SYSTEM, SECURITY, AUDIT)),
    ("organisations:set_window", "window3", (MANAGER, SYSTEM)),
    ("organisations:close_window", "window3", (MANAGER, SYSTEM)),
    ("organisations:post", "wang", (MANAGER, SYSTEM, SECURITY, AUDIT)),
    ("organisations:appoint", "wang", (MANAGER, SYSTEM)),
    ("organisations:end_post", "wang", (MANAGER, SYSTEM)),
    ("organisations:abolish_post", "wang", (MANAGER, SYSTEM)),
    ("organisations:give_grant", "wang", (SECURITY,)),
    ("organisations:give_usual_grants", "wang", (SECURITY,)),
    ("organisations:grants", None, (SYSTEM, SECURITY, AUDIT)),
    ("organisations:admin_roles", None, (SYSTEM, SECURITY, AUDIT)),
    ("organisations:give_admin_role", None, (SECURITY,)),
    ("organisations:end_admin_role", "account:audit", (SECURITY,)),
    ("organisations:staff", None, (MANAGER, HEAD, SYSTEM, SECURITY, AUDIT)),
    ("organisations:staff_export", None, (MANAGER, HEAD, SYSTEM, SECURITY, AUDIT)),
    ("organisations:open_account", None, (SYSTEM,)),
    ("organisations:staff_member", "account:wang", (MANAGER, SYSTEM, SECURITY, AUDIT)),
    ("organisations:rename_account", "account:wang", (SYSTEM,)),
    ("organisations:disable_account", "account:wang", (SYSTEM, SECURITY)),
    ("organisations:enable_account", "account:wang", (SYSTEM,)),
    ("organisations:close_account", "account:wang", (SYSTEM,)),
    ("organisations:reset_password", "account:wang", (SECURITY,)),
    ("organisations:unlock", "account:wang", (SECURITY,)),
    ("organisations:end_sessions", "account:wang", (SYSTEM, SECURITY)),
    ("organisations:grant_account", "account:wang", (SECURITY,)),
    ("organisations:issue_token", "account:wang", (SECURITY,)),
    ("organisations:letters", None, (MANAGER, HEAD, SYSTEM, SECURITY, AUDIT)),
    ("organisations:letter", "market_wang", (HEAD, SYSTEM, SECURITY, AUDIT, "wang")),
    ("organisations:revoke_letter", "market_wang", (HEAD,)),
    ("organisations:seals", None, (MANAGER, HEAD, SYSTEM, SECURITY, AUDIT)),
    ("organisations:seal", "seal:market", (HEAD, SYSTEM, SECURITY, AUDIT)),
    ("organisations:end_seal", "seal:market", (HEAD,)),
    ("identity:security", None, (SECURITY,)),
    ("identity:audit", None, (AUDIT,)),
    ("identity:audit_export", None, (AUDIT,)),
)
WHO = ("manager", "he", "system", "security", "audit", "wang", "qian_staff", "sun", "li", "qian")


def address(cast: Cast, name: str, of: str | None) -> str:
    if of is None:
        return reverse(name)
    kind, _, key = of.rpartition(":")
    for shelf in [cast.accounts] if kind == "account" else [cast.seals] if kind == "seal" else []:
        thing = shelf[key]
        return reverse(name, args=[thing.uid if kind == "account" else thing.pk])
    if kind == "account":
        return reverse(name, args=[cast.accounts[key].uid])
    shelves: list[dict[str, Any]] = [cast.seals] if kind else [cast.units, cast.windows, cast.letters, cast.posts]
    return reverse(name, args=[next(shelf[key].pk for shelf in shelves if key in shelf)])


@pytest.mark.parametrize("who", WHO)
def test_each_page_opens_for_whom_it_is_made(cast: Cast, who: str) -> None:
    client = cast.client(who)
    wrong = []
    for name, of, made_for in PAGES:
        response = client.get(address(cast, name, of))
        response.getvalue()
        opened = response.status_code == 200
        # A unit manager's kind of page that is outside the subtree is 404, a page of another office 403.
        if opened != (who in made_for) or (not opened and response.status_code not in (403, 404)):
            wrong.append((name, of, response.status_code))
    assert wrong == []


def test_the_head_of_another_department_does_not_see_that_it_exists(cast: Cast) -> None:
    client = cast.client("tang")
    for name, of, made_for in PAGES:
        if of is None or HEAD not in made_for:
            continue
        assert client.get(address(cast, name, of)).status_code == 404, name
        assert client.post(address(cast, name, of), {"reason": "试一试"}).status_code == 404, name


def test_nobody_comes_in_without_signing_in(cast: Cast) -> None:
    client = Client()
    for name, of, _ in PAGES:
        url = address(cast, name, of)
        response = client.get(url)
        assert response.status_code == 302, url
        door = "/staff/sign-in/" if url.startswith(("/desk/", "/manage/")) else "/sign-in/"
        assert response["Location"].startswith(f"{door}?next="), url


@pytest.mark.parametrize("who", ["li", "wang"])
def test_ones_own_pages_open(cast: Cast, who: str) -> None:
    client = cast.client(who)
    names = ["identity:account", "identity:password", "identity:sign_out"]
    names += ["identity:reveal", "identity:contact", "identity:close"] if who == "li" else ["organisations:switch_post"]
    for name in names:
        response = client.get(reverse(name))
        assert response.status_code == 200, name
        assert "text/html" in response["Content-Type"]


def test_the_doors_open_for_everybody(cast: Cast) -> None:
    for url in (
        "/register/",
        "/register/?kind=legal",
        "/sign-in/",
        "/staff/sign-in/",
        "/sign-in/code/",
        "/sign-in/forgotten/",
    ):
        assert Client().get(url).status_code == 200, url
