"""Signing in through the provincial identity, and every lie that its provider can tell: refused in words, with a row, and
nothing else written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils.html import escape

from tests.cast import LI_ID, Cast
from tests.one_sign_in.provider import SECRET, Running, provider
from yimen.ground.identity import oidc
from yimen.ground.identity import services as identity
from yimen.ground.identity.models import Account, ExternalIdentity, FederatedAttempt, FederatedSession, Party, Session
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import now

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with provider() as found:
        yield found


@pytest.fixture
def province(running: Running, settings: Any) -> Iterator[Running]:
    """The provider as the settings name it, well-behaved."""
    settings.IDENTITY_ISSUER, settings.IDENTITY_CLIENT_ID = running.issuer, "yimen"
    settings.IDENTITY_CLIENT_SECRET, settings.IDENTITY_NAME, settings.IDENTITY_LEVEL = SECRET, "省统一身份认证", 2
    oidc.forget()
    running.control(trouble="")
    yield running
    running.control(trouble="")
    oidc.forget()


def go(client: Client, province: Running, sub: str, trouble: str = "") -> Any:
    """Out and back: the answer to the browser that came back."""
    out = client.get("/sign-in/province/?next=/my/account/")
    assert out.status_code == 302
    back = urlsplit(province.choose(out["Location"], sub))
    province.control(trouble=trouble)
    return client.get(f"{back.path}?{back.query}")


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Party, Account, Session, ExternalIdentity, FederatedSession))


def test_a_new_person_gets_an_account_and_comes_back_to_it(cast: Cast, province: Running) -> None:
    client = Client()
    answer = go(client, province, "prov-wangfang")
    assert (answer.status_code, answer["Location"]) == (302, "/my/account/")
    account = ExternalIdentity.objects.get().account
    assert (account.name, account.has_usable_password()) == ("王小芳", False)
    assert account.party is not None
    assert account.party.assurance == "verified"
    assert "王小芳" in client.get("/my/account/").content.decode()
    assert go(Client(), province, "prov-wangfang").status_code == 302
    assert Account.objects.filter(name="王小芳").count() == 1
    assert AuditEntry.objects.filter(action="identity.federated_sign_in", result="ok").count() == 2


def test_a_file_seen_at_the_window_is_recognised_by_its_number(cast: Cast, province: Running) -> None:
    Party.objects.filter(pk=cast.parties["li"].pk).update(assurance="window")
    assert go(Client(), province, "prov-li").status_code == 302
    held = ExternalIdentity.objects.get()
    assert (held.account, held.linked_by) == (cast.accounts["li"], "number")


def test_an_account_opened_by_mere_claim_is_tied_by_its_owner_alone(cast: Cast, province: Running) -> None:
    before = counts()
    refused = go(Client(), province, "prov-li")
    assert refused.status_code == 403
    assert "当时没有核验过证件" in refused.content.decode()
    assert counts() == before
    client = cast.client("li")
    page = client.post("/my/account/province/")
    url = page.content.decode().split("url=", 1)[1].split('"', 1)[0].replace("&amp;", "&")
    back = urlsplit(province.choose(url, "prov-li"))
    assert client.get(f"{back.path}?{back.query}")["Location"] == "/my/account/"
    assert ExternalIdentity.objects.get().linked_by == "hand"
    assert go(Client(), province, "prov-li").status_code == 302


@pytest.mark.parametrize(
    ("trouble", "status", "said"),
    [
        ("wrong_issuer", 403, "颁发者不对"),
        ("other_audience", 403, "发给别的系统"),
        ("replayed_nonce", 403, "不是这一次登录"),
        ("expired", 403, "已过期"),
        ("not_yet_valid", 403, "还没有生效"),
        ("alg_none", 403, "签名算法不被接受"),
        ("public_key_as_secret", 403, "签名算法不被接受"),
        ("unknown_kid", 403, "密钥没有公布"),
        ("wrong_signature", 403, "签名不对"),
        ("other_sub", 403, "不是同一个人"),
        ("no_id_token", 403, "没有返回身份令牌"),
        ("low_level", 403, "实名等级还不够"),
        ("error_500", 503, "暂时不能使用"),
        ("garbage", 503, "读不懂"),
        ("slow", 503, "没有回应"),
    ],
)
def test_a_lie_is_refused_and_nothing_is_written(
    cast: Cast, province: Running, monkeypatch: pytest.MonkeyPatch, trouble: str, status: int, said: str
) -> None:
    monkeypatch.setattr(oidc, "SECONDS", 2.0)
    before = counts()
    answer = go(Client(), province, "prov-wangfang", trouble)
    page = answer.content.decode()
    assert answer.status_code == status, page
    assert escape(said) in page
    assert "本站" in page  # what to do instead
    assert counts() == before
    row = AuditEntry.objects.latest("id")
    assert (row.result, said in row.reason) == ("refused", True)


def test_a_discovery_that_leads_elsewhere_is_not_followed(cast: Cast, province: Running) -> None:
    province.control(trouble="elsewhere")
    answer = go(Client(), province, "prov-wangfang", "elsewhere")
    assert answer.status_code == 403
    assert "不在它自己的网站上" in answer.content.decode()


def test_away_at_the_first_step_leads_back_to_the_ordinary_door(cast: Cast, settings: Any) -> None:
    settings.IDENTITY_ISSUER, settings.IDENTITY_CLIENT_ID = "http://127.0.0.1:1", "yimen"
    settings.IDENTITY_CLIENT_SECRET, settings.IDENTITY_NAME, settings.IDENTITY_LEVEL = "x", "省统一身份认证", 2
    oidc.forget()
    answer = Client().get("/sign-in/province/", follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-in/"
    assert "暂时没有回应" in answer.content.decode()
    assert AuditEntry.objects.filter(result="refused", reason__contains="没有回应").count() == 1


def test_a_new_key_is_read_when_it_is_first_met(cast: Cast, province: Running) -> None:
    assert go(Client(), province, "prov-wangfang").status_code == 302
    province.control(rotate="1")
    assert go(Client(), province, "prov-wangfang").status_code == 302


def test_the_way_back_is_used_once_by_the_browser_that_began(cast: Cast, province: Running) -> None:
    client = Client()
    out = client.get("/sign-in/province/")
    assert {"state", "nonce", "code_challenge"} <= set(parse_qs(urlsplit(out["Location"]).query))
    back = urlsplit(province.choose(out["Location"], "prov-wangfang"))
    here = f"{back.path}?{back.query}"
    stranger = Client().get(here)
    assert stranger.status_code == 403
    assert "不是从本浏览器开始的" in stranger.content.decode()
    assert FederatedAttempt.objects.get().used_at is None
    assert client.get(here).status_code == 302
    assert client.get(here).status_code == 403
    assert Client().get("/sign-in/province/back/?state=guessed&code=x").status_code == 403


def test_leaving_there_ends_it_here_and_leaving_here_leads_there(cast: Cast, province: Running) -> None:
    client = Client()
    go(client, province, "prov-wangfang")
    answer = client.post("/sign-out/")
    assert answer.status_code == 200
    assert f"{province.issuer}/logout" in answer.content.decode()
    assert not Session.objects.filter(account__name="王小芳").exists()
    assert Client().post("/sign-in/province/signed-out/", {"logout_token": "x.y.z"}).status_code == 403


def test_staff_and_enterprises_are_not_tied(cast: Cast, province: Running) -> None:
    assert cast.client("wang").get("/my/account/province/").status_code == 403
    client = cast.client("teahouse")
    page = client.post("/my/account/province/")
    url = page.content.decode().split("url=", 1)[1].split('"', 1)[0].replace("&amp;", "&")
    back = urlsplit(province.choose(url, "prov-li"))
    assert "单位账号不能关联" in client.get(f"{back.path}?{back.query}").content.decode()
    assert not ExternalIdentity.objects.exists()


def test_without_a_provider_the_door_is_not_there(cast: Cast) -> None:
    assert Client().get("/sign-in/province/").status_code == 404
    assert "统一身份认证登录" not in Client().get("/sign-in/").content.decode()
    assert LI_ID not in str(list(AuditEntry.objects.values_list("facts", flat=True)))
    assert identity.sign_in(name="li_citizen", password="Lantern-Bridge-2026", kind="citizen", at=now())
