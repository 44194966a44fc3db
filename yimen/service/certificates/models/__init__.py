"""The tables of certificates."""

from __future__ import annotations

from yimen.service.certificates.models.certificates import (
    Certificate,
    CertificateEvent,
    CertificateFile,
    Edition,
    ElectronicSeal,
    PrintRecord,
)
from yimen.service.certificates.models.types import CertificateType

__all__ = [
    "Certificate",
    "CertificateEvent",
    "CertificateFile",
    "CertificateType",
    "Edition",
    "ElectronicSeal",
    "PrintRecord",
]
