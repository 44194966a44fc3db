"""What the buttons beside a material say."""

from __future__ import annotations


def credential_pressed(value: str) -> tuple[int, str]:
    """(material, reference) of `credential:<material>:<reference>`; 0 for a material that is no number."""
    material, _, reference = value.removeprefix("credential:").partition(":")
    known = material.isascii() and material.isdigit() and len(material) < 18
    return (int(material) if known else 0), reference[:100]
