"""Power list and its changes, speed-up, re-engineering, cancelled proofs, standards (R026–R030, R040, R041, R043, R044, R046, R047)."""
