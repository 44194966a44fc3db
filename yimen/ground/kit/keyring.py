"""The keys of one installation, in `var/keys/ring.json` (0600), outside the database and backed up apart from it.

A purpose gets its first key when it is first asked for. Rotation adds a version and never removes one: whatever an
older version closed stays readable. Values say which version made them:

    encrypt("李雷", bound_to="identity.party.name")   ->  sm4g:1:<base64>
    blind_index("13812342671", kind="phone")          ->  hs1.<64 hex>
    sign(b"head")                                     ->  sm2:1:<128 hex>
    mac(b"row", purpose="ledger")                     ->  hmac-sm3:1:<64 hex>
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import os
import secrets
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from django.conf import settings

from yimen.ground.kit import crypto
from yimen.ground.kit.crypto import CryptoError
from yimen.ground.kit.moments import now

Kind = Literal["sm4", "hmac", "sm2"]
FORMAT = 1
KINDS: dict[str, Kind] = {"field": "sm4", "index": "hmac", "seal": "sm2", "letter": "sm2", "digest": "sm2"}
"""Kinds of the well-known purposes; any other purpose is a MAC key, but for `organ:<seal>`, the signing key of an organ's seal."""


class KeyRingError(Exception):
    """The key ring cannot be used; the message says why and what to do, in Chinese."""


@dataclass(frozen=True, slots=True)
class Key:
    """One version of one purpose's key. `public` is empty unless it is an SM2 key."""

    purpose: str
    version: int
    secret: bytes
    public: bytes = b""


class KeyRing:
    """The ring in one folder. Safe for threads and for several processes; a rotation elsewhere is seen at once."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ring.json"
        self._lock = threading.RLock()
        self._keys: dict[str, list[Key]] = {}
        self._stamp: tuple[int, int] | None = None

    def current(self, purpose: str) -> Key:
        """The newest key of a purpose, made now if there is none."""
        keys = self._load().get(purpose)
        return keys[-1] if keys else self._add(purpose, only_if_missing=True)

    def version(self, purpose: str, version: int) -> Key:
        """One version; raises `CryptoError` when this ring does not hold it."""
        keys = self._load().get(purpose, [])
        if not 1 <= version <= len(keys):
            raise CryptoError(f"key {purpose} version {version} is not in this ring")
        return keys[version - 1]

    def versions(self, purpose: str) -> tuple[Key, ...]:
        """Every version of a purpose, oldest first."""
        return tuple(self._load().get(purpose, ()))

    def rotate(self, purpose: str) -> Key:
        """Add a version and return it; from now on it is used, and the older ones still open what they closed."""
        self.current(purpose)
        return self._add(purpose, only_if_missing=False)

    def fingerprints(self) -> dict[str, str]:
        """`purpose:version` → 16 hex digits of the key's SM3, to tell rings apart without showing a key."""
        return {
            f"{key.purpose}:{key.version}": crypto.sm3(b"yimen key\0" + key.secret).hex()[:16]
            for keys in self._load().values()
            for key in keys
        }

    def _load(self) -> dict[str, list[Key]]:
        """The keys as they stand in the file, read again only when the file has changed."""
        with self._lock:
            try:
                stat = self.path.stat()
            except FileNotFoundError:
                self._keys, self._stamp = {}, None
                return self._keys
            stamp = (stat.st_mtime_ns, stat.st_ino)
            if stamp != self._stamp:
                if stat.st_mode & 0o077:
                    raise KeyRingError(f"密钥文件 {self.path} 的权限过宽，他人可读；请执行 chmod 600 后重试。")
                self._keys, self._stamp = _parse(self.path), stamp
            return self._keys

    def _add(self, purpose: str, *, only_if_missing: bool) -> Key:
        with self._lock, self._alone():
            self._stamp = None
            keys = self._load()
            mine = keys.setdefault(purpose, [])
            if not (mine and only_if_missing):
                mine.append(_make(purpose, len(mine) + 1))
                self._write(keys)
            return mine[-1]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Only one process changes the ring at a time."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write(self, keys: dict[str, list[Key]]) -> None:
        """A new file beside the old one, flushed to disk, then renamed over it: there is never half a ring."""
        entries = [
            {
                "purpose": key.purpose,
                "version": key.version,
                "kind": _kind(key.purpose),
                "secret": key.secret.hex(),
                "public": key.public.hex(),
            }
            for each in keys.values()
            for key in each
        ]
        content = json.dumps({"format": FORMAT, "written_at": now().isoformat(), "keys": entries}, indent=1)
        fresh = self.path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


_rings: dict[str | Path, KeyRing] = {}


def ring() -> KeyRing:
    """The key ring of this installation, in the folder `settings.YIMEN_VAR / "keys"`."""
    var = settings.YIMEN_VAR
    found = _rings.get(var)
    return found or _rings.setdefault(var, KeyRing(Path(var) / "keys"))


def encrypt(plain: str, *, bound_to: str) -> str:
    """Close a text with the current field key. `bound_to` names its place, so that it opens nowhere else."""
    return encrypting(bound_to=bound_to)(plain)


def encrypting(*, bound_to: str) -> Callable[[str], str]:
    """`encrypt` for many texts of one place: the key is looked up once."""
    key, place = ring().current("field"), bound_to.encode()

    def close(plain: str) -> str:
        sealed = crypto.sm4_gcm_encrypt(key.secret, plain.encode(), bound_to=place)
        return f"sm4g:{key.version}:{base64.b64encode(sealed).decode()}"

    return close


def decrypt(value: str, *, bound_to: str) -> str:
    """Open what `encrypt` closed; raises `CryptoError`."""
    version, body = _split(value, "sm4g")
    try:
        sealed = base64.b64decode(body, validate=True)
    except binascii.Error:
        raise CryptoError("cipher text is not base64") from None
    return crypto.sm4_gcm_decrypt(ring().version("field", version).secret, sealed, bound_to=bound_to.encode()).decode()


def is_current(value: str) -> bool:
    """Whether a closed text was made with the newest field key."""
    return value.startswith(f"sm4g:{ring().current('field').version}:")


def blind_index(value: str, *, kind: str) -> str:
    """A keyed, one-way form of a value, equal for equal values of one kind, by which a row is found without decrypting.

    Width, case and spaces do not matter (NFKC, upper case, no white space); "" stays "". At most 80 characters.
    """
    plain = normalised(value)
    if not plain:
        return ""
    key = ring().current("index")
    data = kind.encode() + b"\x1f" + plain.encode()
    return f"hs{key.version}.{crypto.hmac_sm3(key.secret, data).hex()}"


def normalised(value: str) -> str:
    """The form in which values are compared: NFKC, upper case, no white space."""
    return "".join(unicodedata.normalize("NFKC", value).upper().split())


def mac(data: bytes, *, purpose: str) -> str:
    """HMAC-SM3 with the purpose's own key: `hmac-sm3:<version>:<hex>`."""
    key = ring().current(purpose)
    return f"hmac-sm3:{key.version}:{crypto.hmac_sm3(key.secret, data).hex()}"


def check_mac(data: bytes, value: str, *, purpose: str) -> bool:
    """Whether `value` is the MAC of `data`; raises `CryptoError` when its key is not in this ring."""
    version, body = _split(value, "hmac-sm3")
    key = ring().version(purpose, version)
    return crypto.same(crypto.hmac_sm3(key.secret, data).hex().encode(), body.encode())


def sign(message: bytes, *, purpose: str = "seal") -> str:
    """SM2 signature with the purpose's current key: `sm2:<version>:<r‖s hex>`."""
    key = ring().current(purpose)
    return f"sm2:{key.version}:{crypto.sm2().sign(key.secret, key.public, message).hex()}"


def check_signature(message: bytes, value: str, *, purpose: str = "seal") -> bool:
    """Whether `value` is our signature over `message`; raises `CryptoError` when its key is not in this ring."""
    version, body = _split(value, "sm2")
    key = ring().version(purpose, version)
    try:
        return crypto.sm2().verify(key.public, message, bytes.fromhex(body))
    except ValueError:
        return False


def _split(value: str, algorithm: str) -> tuple[int, str]:
    head, _, rest = value.partition(":")
    version, _, body = rest.partition(":")
    if head != algorithm or not version.isascii() or not version.isdigit() or len(version) > 6:
        raise CryptoError(f"not a value of {algorithm}")
    return int(version), body


def _kind(purpose: str) -> Kind:
    return KINDS.get(purpose, "sm2" if purpose.startswith("organ:") else "hmac")


def _make(purpose: str, version: int) -> Key:
    kind = _kind(purpose)
    if kind == "sm2":
        private, public = crypto.sm2().generate()
        return Key(purpose, version, private, public)
    return Key(purpose, version, secrets.token_bytes(crypto.SM4_KEY_BYTES if kind == "sm4" else 32))


def _parse(path: Path) -> dict[str, list[Key]]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ValueError("format")
        keys: dict[str, list[Key]] = {}
        for entry in content["keys"]:
            key = Key(
                entry["purpose"], entry["version"], bytes.fromhex(entry["secret"]), bytes.fromhex(entry["public"])
            )
            mine = keys.setdefault(key.purpose, [])
            if key.version != len(mine) + 1:
                raise ValueError("versions out of order")
            mine.append(key)
    except (ValueError, KeyError, TypeError) as broken:
        raise KeyRingError(
            f"密钥文件 {path} 已损坏，无法读取（{type(broken).__name__}）；"
            f"请从密钥备份中恢复该文件，切勿删除它重新生成。"
        ) from None
    return keys
