"""Bringing a catalogue in: bytes → table (`reading`) → rows that mean something (`mapping`, `parsing`) →
database (`applying`).

The first three know no database. Each line of a file ends as new, changed, unchanged or rejected; none is lost
in silence.
"""
