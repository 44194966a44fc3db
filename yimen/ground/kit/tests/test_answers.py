"""Whatever goes wrong, the answer says what, why and what to do next, with the right status and the request's number."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from yimen.ground.kit import pages
from yimen.ground.kit.models import AuditEntry

pytestmark = pytest.mark.urls("yimen.ground.kit.tests.addresses")
KIT = "yimen.ground.kit.middleware."


@pytest.fixture(autouse=True)
def only_our_own(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither middleware nor footer of the modules above, so that nothing but an audit row needs the database."""
    monkeypatch.setattr(pages, "_footer", [])
    settings.MIDDLEWARE = [
        f"{KIT}RequestMiddleware",
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        f"{KIT}RefusalMiddleware",
    ]


@pytest.fixture
def browser_like() -> Client:
    return Client(raise_request_exception=False)


def text_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize(
    ("kind", "status"), [("conflict", 409), ("not-allowed", 403), ("not-found", 404), ("too-many", 429)]
)
def test_a_refusal_becomes_a_page(browser_like: Client, kind: str, status: int) -> None:
    response = browser_like.get(f"/{kind}/refused/")
    assert response.status_code == status
    page = text_of(response)
    assert '<html lang="zh-CN"' in page
    for said in ("这件事刚被王简改过。", "请重新打开。", "面积要填数字", response["X-Request-ID"]):
        assert said in page


def test_the_same_refusal_is_a_problem_for_programs(browser_like: Client) -> None:
    response = browser_like.get("/api/v1/conflict/refused/")
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content) == {
        "type": "about:blank",
        "title": "这件事刚被王简改过。",
        "detail": "请重新打开。",
        "status": 409,
        "code": "conflict",
        "errors": [{"field": "area", "message": "面积要填数字"}],
        "request_id": response["X-Request-ID"],
    }


def test_htmx_gets_the_words_alone(browser_like: Client) -> None:
    response = browser_like.get("/conflict/refused/", headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#main"
    assert "<html" not in text_of(response)
    assert "这件事刚被王简改过。" in text_of(response)


@pytest.mark.parametrize(
    ("address", "page"), [("/sign-in/refused/", "/sign-in/"), ("/desk/sign-in/refused/", "/staff/sign-in/")]
)
def test_a_visitor_is_led_to_the_sign_in_page_and_back(browser_like: Client, address: str, page: str) -> None:
    response = browser_like.get(address + "?q=茶馆")
    assert response.status_code == 302
    assert response["Location"].startswith(f"{page}?next=%2F")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/away/failed/", 503),
        ("/data/failed/", 400),
        ("/surrogate/failed/", 400),
        ("/denied/failed/", 403),
        ("/boom/failed/", 500),
        ("/nowhere/", 404),
        ("/?q=%00", 400),
        ("/%00/", 400),
        ("/?q=" + "长" * 3000, 400),
    ],
)
def test_failures_and_malformed_requests(browser_like: Client, address: str, status: int) -> None:
    response = browser_like.get(address)
    assert response.status_code == status
    page = text_of(response)
    assert "回首页" in page
    assert not re.search(r"Error|Traceback|异常|非法|系统繁忙", page)


def test_a_middleware_that_cannot_reach_the_database_is_503_too(browser_like: Client, settings: Any) -> None:
    settings.MIDDLEWARE += ["yimen.ground.kit.tests.addresses.FailingMiddleware"]
    assert browser_like.get("/received/").status_code == 503
    assert browser_like.get("/api/v1/x/refused/").json()["code"] == "unavailable"


@pytest.mark.django_db
def test_a_body_that_is_too_big_is_413(browser_like: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = browser_like.post("/received/", {"text": "茶" * 2000}, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413
    assert "压缩" in text_of(response)


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"--x", b"nothing", b"--x\r\nContent-Disposition: form-data\r\n\r\n"])
def test_a_broken_upload_is_4xx(browser_like: Client, body: bytes) -> None:
    response = browser_like.post("/received/", data=body, content_type="multipart/form-data; boundary=")
    assert response.status_code == 400


@pytest.mark.django_db
def test_too_many_fields_are_4xx(browser_like: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    assert browser_like.post("/received/", {f"f{n}": "1" for n in range(20)}).status_code == 400


def test_a_strange_host_is_400(browser_like: Client) -> None:
    assert browser_like.get("/received/", headers={"host": "evil.example"}).status_code == 400


def test_a_wrong_method_has_a_page_and_says_what_is_allowed(browser_like: Client) -> None:
    response = browser_like.get("/only-post/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "不能这样打开" in text_of(response)


@pytest.mark.django_db
def test_a_stale_form_is_told_that_nothing_is_lost() -> None:
    response = Client(enforce_csrf_checks=True).post("/received/", {"a": "1"})
    assert response.status_code == 403
    assert "您填写的内容还在" in text_of(response)
    assert AuditEntry.objects.filter(result="refused").count() == 1


@pytest.mark.django_db
def test_a_refused_act_leaves_one_audit_row(browser_like: Client) -> None:
    response = browser_like.post("/conflict/refused/")
    row = AuditEntry.objects.get()
    assert (row.result, row.reason, row.request_id) == ("refused", "这件事刚被王简改过。", response["X-Request-ID"])


def test_looking_at_what_is_not_there_leaves_none(browser_like: Client) -> None:
    assert browser_like.get("/not-found/refused/").status_code == 404  # no database was needed


def test_headers_of_every_page(browser_like: Client) -> None:
    response = browser_like.get("/received/")
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert "Cookie" in response["Vary"]


@pytest.mark.parametrize(
    ("given", "kept"), [("a1b2c3d4-e5f6", True), ("short", False), ("<script>alert(1)</script>", False)]
)
def test_a_proxys_number_is_kept_when_it_has_the_shape_of_one(browser_like: Client, given: str, kept: bool) -> None:
    response = browser_like.get("/received/", headers={"X-Request-ID": given})
    assert (response["X-Request-ID"] == given) is kept


def test_only_a_trusted_proxy_says_who_asks(settings: Any, rf: Any) -> None:
    from yimen.ground.kit.middleware import client_address

    request = rf.get("/", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    assert client_address(request) == "127.0.0.1"
    settings.TRUSTED_PROXIES = ("127.0.0.1",)
    assert client_address(request) == "198.51.100.7"
