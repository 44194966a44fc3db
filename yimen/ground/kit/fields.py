"""Model fields that encrypt at rest."""

from __future__ import annotations

from django.db import models


class EncryptedText(models.TextField):
    """Text stored encrypted; plain in Python."""
