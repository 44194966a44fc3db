"""A window's browser as a program: it keeps the same journal and signs the same texts. For demo, drills and tests."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from yimen.service.offline import rules
from yimen.service.offline.services import Envelope


@dataclass
class Browser:
    """A key, the numbers it holds, and a journal that only grows. `synced` is the server's moment at the last sync."""

    synced: datetime
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    uid: UUID | None = None
    link: str = ""
    numbers: list[str] = field(default_factory=list)
    journal: list[Envelope] = field(default_factory=list)

    @property
    def spki(self) -> str:
        """The public key as a browser exports it."""
        return base64.b64encode(
            self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).decode()

    def enrolled(self, uid: UUID, numbers: Sequence[str]) -> None:
        """What the server answered."""
        self.uid, self.link, self.numbers = uid, rules.first_link(uid), list(numbers)

    def receive(
        self, *, at: datetime, clerk: tuple[UUID, str], item: Mapping[str, Any], applicant: Mapping[str, str],
        answers: Mapping[str, Any], materials: Sequence[int] = (), remarks: str = "", **change: Any,
    ) -> Envelope:  # fmt: skip
        """One more receipt at this moment; `change` overrides what the text says."""
        local, synced = round(at.timestamp() * 1000), round(self.synced.timestamp() * 1000)
        seq = len(self.journal) + 1
        text = json.dumps(
            {
                "v": 1, "device": str(self.uid), "seq": seq, "prev": self.link, "number": self.numbers[seq - 1],
                "local_at": local, "local_at_sync": synced, "synced_at": self.synced.isoformat(),
                "elapsed": local - synced, "clerk": {"uid": str(clerk[0]), "name": clerk[1]}, "item": dict(item),
                "applicant": dict(applicant), "materials": list(materials), "answers": dict(answers), "remarks": remarks,
                "salt": f"{seq:032d}", **change,
            },
            ensure_ascii=False,
        )  # fmt: skip
        made = Envelope(seq, text, self.sign(text))
        self.journal.append(made)
        self.link = rules.link_of(text)
        return made

    def head(self, seq: int | None = None, link: str = "") -> tuple[str, str]:
        """The signed end of the journal."""
        text = json.dumps(
            {"v": 1, "device": str(self.uid), "seq": len(self.journal) if seq is None else seq, "hash": link or self.link, "at": 0}
        )  # fmt: skip
        return text, self.sign(text)

    def sign(self, text: str) -> str:
        """r‖s in base64, as WebCrypto gives it."""
        r, s = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
