"""The keys that sign what Yimen says of people to other systems. Private halves are closed with the key ring's field key.

A new key signs from the moment it is made; the one before is still published for a day, so that what it signed is believed
to its end and systems that keep keys for a while have time to read the new one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from joserfc.jwk import RSAKey

from yimen.ground.identity.models import SigningKey

PUBLISHED_HOURS = 24
BITS = 2048


def current(at: datetime) -> RSAKey:
    """The key that signs now, made where there is none."""
    row = SigningKey.objects.filter(retired_at__isnull=True).order_by("-made_at").first() or rotate(
        at, only_if_none=True
    )
    return RSAKey.import_key(row.private_pem, {"kid": row.kid, "use": "sig", "alg": "RS256"})


@transaction.atomic
def rotate(at: datetime, *, only_if_none: bool = False) -> SigningKey:
    """A new key from now on. The caller has asked whether the actor may."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('identity.signing_key'))")
    held = SigningKey.objects.filter(retired_at__isnull=True).order_by("-made_at").first()
    if held is not None and only_if_none:
        return held
    key = RSAKey.generate_key(BITS, {"use": "sig", "alg": "RS256"}, private=True)
    kid = key.thumbprint()
    SigningKey.objects.filter(retired_at__isnull=True).update(retired_at=at)
    SigningKey.objects.filter(retired_at__lt=at - timedelta(hours=PUBLISHED_HOURS)).delete()
    public = {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": "RS256"}
    return SigningKey.objects.create(
        kid=kid, private_pem=key.as_pem(private=True).decode(), public_jwk=public, made_at=at
    )


def published(at: datetime) -> dict[str, Any]:
    """The public halves, as a JSON Web Key Set."""
    current(at)
    rows = SigningKey.objects.order_by("-made_at")
    since = at - timedelta(hours=PUBLISHED_HOURS)
    return {"keys": [row.public_jwk for row in rows if row.retired_at is None or row.retired_at > since]}
