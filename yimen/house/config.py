"""Settings from the environment, typed, refusing nonsense.

Every variable is named here once. `Config.read()` raises `ConfigError` with one Chinese line for each
variable that cannot be used, so that an installation never starts half-configured.
"""

from __future__ import annotations

import os
import secrets
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from yimen.ground.kit.proxies import networks

ROOT = Path(__file__).resolve().parents[2]
UNSAID = {
    "database_url", "owner_database_url", "secret_key", "metrics_token", "email_url", "sms_url", "push_url", "bank_url",
    "courier_url", "identity_client_secret",
}  # fmt: skip
"""Their values may hold a password, and are never printed."""
BETWEEN_PARTS = ("YIMEN_PARENT", "YIMEN_PART", "YIMEN_TEST_", "YIMEN_BENCH_")
"""Variables that our own processes and tests pass on; not settings."""
SHORTEST_SECRET = 32

Port = Annotated[int, Field(ge=1, le=65535)]


class ConfigError(Exception):
    """The environment holds a value that cannot be used; the message lists each one, in Chinese."""


class Config(BaseSettings):
    """One installation's settings; `YIMEN_` is the prefix of all but `DATABASE_URL` and `DATABASE_OWNER_URL`."""

    model_config = SettingsConfigDict(env_prefix="YIMEN_", extra="ignore", populate_by_name=True, env_ignore_empty=True)

    mode: Literal["trial", "production"] = "trial"
    debug: bool = False
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    owner_database_url: str = Field(default="", validation_alias="DATABASE_OWNER_URL")
    as_owner: bool = False
    allow_embedded: bool = False
    pg_bin: Path | None = None
    var: Path = ROOT / "var"
    secret_key: str = ""
    hosts: str = "localhost,127.0.0.1,[::1]"
    origin: str = "http://localhost:8000"
    address: str = "127.0.0.1"
    port: Port = 8000
    live: Literal["", "off", "proxy", "direct"] = ""
    live_port: Port = 8001
    live_streams: Annotated[int, Field(ge=1, le=50_000)] = 2000
    web_workers: Annotated[int, Field(ge=1, le=64)] = 2
    web_threads: Annotated[int, Field(ge=1, le=64)] = 4
    centre_name: Annotated[str, Field(min_length=1, max_length=60)] = "清河县政务服务中心"
    warn_workdays: Annotated[int, Field(ge=0, le=10)] = 1
    late_receipt_next_day: bool = False
    email_url: str = ""
    email_from: str = "no-reply@yimen.example"
    sms_url: str = ""
    bank_url: str = ""
    courier_url: str = ""
    courier_name: Annotated[str, Field(max_length=40)] = "邮政特快专递"
    delivery_remind_workdays: Annotated[int, Field(ge=1, le=60)] = 5
    sms_sign: Annotated[str, Field(min_length=1, max_length=12)] = "一门政务"
    push_url: str = ""
    metrics_token: str = ""
    identity_issuer: str = ""
    identity_client_id: Annotated[str, Field(max_length=200)] = ""
    identity_client_secret: str = ""
    identity_name: Annotated[str, Field(min_length=1, max_length=40)] = "省统一身份认证"
    identity_level: Annotated[int, Field(ge=0, le=4)] = 2
    trusted_proxies: str = ""
    log_folder: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("database_url", "owner_database_url")
    @classmethod
    def _a_postgresql_url(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("postgresql", "postgres"):
            raise ValueError("须是 postgresql:// 开头的地址，一门只用 PostgreSQL")
        return value

    @field_validator("database_url", "owner_database_url")
    @classmethod
    def _an_address_that_can_be_read(cls, value: str) -> str:
        try:
            port = urlsplit(value).port
        except ValueError:
            raise ValueError(
                "读不懂；应形如 postgresql://用户:口令@主机:5432/库名，口令里的特殊字符须写成 %xx"
            ) from None
        if value and port == 0:
            raise ValueError("端口不能是 0")
        return value

    @field_validator("email_url")
    @classmethod
    def _a_mail_server(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            good = not value or (parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0)
        except ValueError:
            good = False
        if not good:
            raise ValueError("应形如 smtp://用户:口令@主机:587?tls=starttls 或 smtps://主机:465")
        return value

    @field_validator("sms_url", "push_url", "bank_url", "courier_url")
    @classmethod
    def _a_gateway(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            signed = bool(parts.username and parts.password and parts.hostname)
            good = not value or (parts.scheme in ("http", "https") and signed and parts.port != 0)
        except ValueError:
            good = False
        if not good:
            raise ValueError("应形如 https://账号:密钥@网关主机/路径")
        return value

    @field_validator("origin")
    @classmethod
    def _a_site(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("须是网站的地址，只含协议、主机和端口，例如 https://zwfw.example.cn")
        return value.rstrip("/")

    @field_validator("identity_issuer")
    @classmethod
    def _a_provider(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("须是统一身份认证的颁发者地址，例如 https://sfrz.example.cn/oidc")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: str) -> str:
        try:
            networks(value)
        except ValueError as wrong:
            raise ValueError(f"{wrong} 不是代理的 IP 地址或网段，或包括了所有地址；多个用逗号分隔") from None
        return value

    @field_validator("var")
    @classmethod
    def _a_full_path(cls, value: Path) -> Path:
        if value.exists() and not value.is_dir():
            raise ValueError("须是目录")
        return value.expanduser().absolute()

    @field_validator("hosts")
    @classmethod
    def _named_hosts(cls, value: str) -> str:
        if not [host for host in value.split(",") if host.strip()]:
            raise ValueError("至少写一个主机名，用逗号分隔")
        if any("/" in host or " " in host.strip() for host in value.split(",")):
            raise ValueError("只写主机名，不带协议和路径，用逗号分隔")
        return value

    @model_validator(mode="after")
    def _fit_for_production(self) -> Config:
        if self.mode != "production":
            return self
        faults = []
        if self.debug:
            faults.append("YIMEN_DEBUG 须关闭")
        if urlsplit(self.origin).scheme != "https":
            faults.append("YIMEN_ORIGIN 须是 https:// 地址")
        if self.identity_issuer and urlsplit(self.identity_issuer).scheme != "https":
            faults.append("YIMEN_IDENTITY_ISSUER 须是 https:// 地址")
        if "*" in self.hosts:
            faults.append("YIMEN_HOSTS 不能用 *，须写出主机名")
        elif not self.answers_to(urlsplit(self.origin).hostname or ""):
            faults.append(
                f"YIMEN_HOSTS 须包括 YIMEN_ORIGIN 的主机名 {urlsplit(self.origin).hostname}，否则每一页都被拒绝"
            )
        if self.secret_key and len(self.secret_key) < SHORTEST_SECRET:
            faults.append(f"YIMEN_SECRET_KEY 至少 {SHORTEST_SECRET} 个字符")
        if faults:
            raise ValueError("正式运行（YIMEN_MODE=production）要求：" + "；".join(faults))
        return self

    @model_validator(mode="after")
    def _a_whole_client(self) -> Config:
        if self.identity_issuer and not (self.identity_client_id and self.identity_client_secret):
            raise ValueError(
                "设了 YIMEN_IDENTITY_ISSUER，还要设 YIMEN_IDENTITY_CLIENT_ID 和 YIMEN_IDENTITY_CLIENT_SECRET"
            )
        return self

    @classmethod
    def read(cls) -> Config:
        """Read the environment; raise `ConfigError` naming each variable that is refused."""
        lines = _unknown_names(cls)
        try:
            config = cls()
        except ValidationError as refused:
            lines += [_explain(fault) for fault in refused.errors()]
        if lines:
            raise ConfigError("环境变量有误，请改正后再启动：\n" + "\n".join(f"  {line}" for line in lines))
        return config

    @property
    def plain_hosts(self) -> tuple[str, ...]:
        """The names of the site as a content policy can bear them: neither patterns nor IPv6 addresses."""
        named = [host.strip().lower() for host in self.hosts.split(",")]
        return tuple(host for host in named if host and host[0] not in ".*[")

    @property
    def live_way(self) -> str:
        """How browsers reach the live process: not at all, behind the site's proxy, or at a port of its own (make run)."""
        return self.live or ("proxy" if self.mode == "production" else "off")

    def answers_to(self, host: str) -> bool:
        """Whether the site may be called by this name."""
        named = [name.strip("[] ").lower() for name in self.hosts.split(",")]
        return any(host == name or (name.startswith(".") and (host + ".").endswith(name + ".")) for name in named)

    def secret(self) -> str:
        """The signing key: from the environment, else one made once and kept in `var/keys/`."""
        if self.secret_key:
            return self.secret_key
        path = self.var / "keys" / "secret_key"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            fresh = path.with_name(f"secret_key.{os.getpid()}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(64))
            try:
                path.hardlink_to(fresh)  # of several parts that start at once, the first one's key is everybody's
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text().strip()


def _unknown_names(config: type[Config]) -> list[str]:
    """A misspelt variable would otherwise be passed over in silence, `YIMEN_MOD=production` for example."""
    known = {f"YIMEN_{name.upper()}" for name in config.model_fields}
    lines = []
    for name in sorted(os.environ):
        if name.startswith("YIMEN_") and name not in known and not name.startswith(BETWEEN_PARTS):
            near = get_close_matches(name, known, n=1)
            lines.append(f"{name}：没有这个设置" + (f"，是否想写 {near[0]}？" if near else "。"))
    return lines


def _explain(fault: Any) -> str:
    name = str(fault["loc"][0]) if fault["loc"] else ""
    context = fault.get("ctx", {})
    why = {
        "literal_error": f"只能是 {context.get('expected', '')}".replace(" or ", " 或 "),
        "bool_parsing": "须是 1 或 0",
        "int_parsing": "须是整数",
        "greater_than_equal": f"不能小于 {context.get('ge')}",
        "less_than_equal": f"不能大于 {context.get('le')}",
        "string_too_short": "不能为空",
        "string_too_long": f"不能超过 {context.get('max_length')} 个字符",
        "value_error": str(context.get("error", "")),
    }.get(fault["type"], str(fault["msg"]))
    if not name:
        return why
    field = next((key for key in Config.model_fields if name in (key, _variable(key))), name)
    now = "" if field in UNSAID else f"（现在是 {str(fault.get('input'))[:80]!r}）"
    return f"{_variable(field)}：{why}{now}"


def _variable(field: str) -> str:
    special = {"database_url": "DATABASE_URL", "owner_database_url": "DATABASE_OWNER_URL"}
    return special.get(field, f"YIMEN_{field.upper()}")
