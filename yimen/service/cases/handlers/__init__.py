"""And afterwards? What follows a fact about a case: the applicant is told, and the reports count it."""

from yimen.service.cases.handlers import asides, counted, course, effects, moving, paths, people, revoking

__all__ = ["asides", "counted", "course", "effects", "moving", "paths", "people", "revoking"]
