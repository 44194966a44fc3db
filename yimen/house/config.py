"""Settings from the environment, typed, refusing nonsense.

Every variable is named here once. `Config.read()` raises `ConfigError` with one Chinese line for each
variable that cannot be used, so that an installation never starts half-configured.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]


class ConfigError(Exception):
    """The environment holds a value that cannot be used; the message lists each one, in Chinese."""


class Config(BaseSettings):
    """One installation's settings; `YIMEN_` is the prefix of all but `DATABASE_URL`."""

    model_config = SettingsConfigDict(env_prefix="YIMEN_", extra="ignore", populate_by_name=True)

    mode: Literal["trial", "production"] = "trial"
    debug: bool = False
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    owner_database_url: str = Field(default="", validation_alias="DATABASE_OWNER_URL")
    as_owner: bool = False
    allow_embedded: bool = False
    var: Path = ROOT / "var"
    secret_key: str = ""
    hosts: str = "localhost,127.0.0.1,[::1]"
    origin: str = "http://localhost:8000"
    centre_name: str = "清河县政务服务中心"
    email_url: str = ""
    email_from: str = "no-reply@yimen.example"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @classmethod
    def read(cls) -> Config:
        """Read the environment; raise `ConfigError` naming each variable that is refused."""
        try:
            config = cls()
        except ValidationError as refused:
            lines = [
                f"  {'.'.join(str(p) for p in e['loc'])}：{e['msg']}（现在是 {e.get('input')!r}）"
                for e in refused.errors()
            ]
            raise ConfigError("环境变量有误，请改正后再启动：\n" + "\n".join(lines)) from None
        return config

    def secret(self) -> str:
        """The signing key: from the environment, else one made once and kept in `var/keys/`."""
        if self.secret_key:
            return self.secret_key
        path = self.var / "keys" / "secret_key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_text(secrets.token_urlsafe(64))
            path.chmod(0o600)
        return path.read_text().strip()
