"""Settings come from the environment, typed; nonsense is refused with one Chinese line each, and no password in it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from yimen.house.config import Config, ConfigError


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("YIMEN_", "DATABASE_")):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("YIMEN_MODE", "prod", "YIMEN_MODE：只能是"),
        ("YIMEN_MOD", "production", "是否想写 YIMEN_MODE"),
        ("YIMEN_DEBUG", "maybe", "YIMEN_DEBUG：须是 1 或 0"),
        ("YIMEN_PORT", "70000", "YIMEN_PORT：不能大于 65535"),
        ("YIMEN_PORT", "http", "YIMEN_PORT：须是整数"),
        ("YIMEN_ORIGIN", "one.example", "YIMEN_ORIGIN：须是网站的地址"),
        ("YIMEN_ORIGIN", "https://one.example/path", "YIMEN_ORIGIN：须是网站的地址"),
        ("YIMEN_HOSTS", "https://one.example", "YIMEN_HOSTS：只写主机名"),
        ("YIMEN_VAR", "/etc/passwd", "YIMEN_VAR：须是目录"),
        ("DATABASE_URL", "mysql://li:geheim@one/db", "DATABASE_URL：须是 postgresql://"),
        ("DATABASE_URL", "postgresql://li:geheim@one:five/db", "DATABASE_URL：读不懂"),
        ("DATABASE_URL", "postgresql://li:geheim@one:5432x/db", "DATABASE_URL：读不懂"),
        ("YIMEN_TRUSTED_PROXIES", "proxy.example", "YIMEN_TRUSTED_PROXIES：proxy.example 不是"),
        ("YIMEN_TRUSTED_PROXIES", "10.0.0.1,0.0.0.0/0", "0.0.0.0/0 不是代理的"),
        ("YIMEN_TRUSTED_PROXIES", "10.0.0.1/24", "10.0.0.1/24 不是代理的"),
        ("YIMEN_EMAIL_URL", "mail.example", "YIMEN_EMAIL_URL：应形如 smtp://"),
        ("YIMEN_EMAIL_URL", "smtp://li:geheim@mail:x", "YIMEN_EMAIL_URL：应形如 smtp://"),
        ("YIMEN_LOG_LEVEL", "LOUD", "YIMEN_LOG_LEVEL：只能是"),
    ],
)
def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as refused:
        Config.read()
    assert said in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_every_fault_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIMEN_MODE", "x")
    monkeypatch.setenv("YIMEN_PORT", "0")
    with pytest.raises(ConfigError, match=r"(?s)YIMEN_MODE.*YIMEN_PORT"):
        Config.read()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("YIMEN_DEBUG", "1", "YIMEN_DEBUG 须关闭"),
        ("YIMEN_ORIGIN", "http://one.example", "https://"),
        ("YIMEN_HOSTS", "*", "不能用 *"),
        ("YIMEN_HOSTS", "localhost,two.example", "须包括 YIMEN_ORIGIN 的主机名 one.example"),
        ("YIMEN_SECRET_KEY", "short", "至少 32"),
    ],
)
def test_production_is_stricter(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv("YIMEN_MODE", "production")
    monkeypatch.setenv("YIMEN_ORIGIN", "https://one.example")
    monkeypatch.setenv("YIMEN_HOSTS", "one.example")
    assert Config.read().mode == "production"
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as refused:
        Config.read()
    assert said in str(refused.value)


@pytest.mark.parametrize("hosts", ["one.example", "localhost, ONE.example", ".example"])
def test_production_answers_to_its_own_name(monkeypatch: pytest.MonkeyPatch, hosts: str) -> None:
    monkeypatch.setenv("YIMEN_MODE", "production")
    monkeypatch.setenv("YIMEN_ORIGIN", "https://one.example")
    monkeypatch.setenv("YIMEN_HOSTS", hosts)
    assert Config.read().hosts == hosts


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("YIMEN_MODE", "")
    assert (Config.read().database_url, Config.read().mode) == ("", "trial")


def test_the_signing_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    config = Config(var=tmp_path)
    first = config.secret()
    assert len(first) >= 64
    assert config.secret() == first
    assert stat.S_IMODE((tmp_path / "keys" / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["secret_key"]
