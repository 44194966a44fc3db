"""What may be asked of results and parcels."""

from __future__ import annotations

from yimen.service.delivery.selectors.figures import postage, take_up
from yimen.service.delivery.selectors.lists import course_of, parcels, result_of_case, results

__all__ = ["course_of", "parcels", "postage", "result_of_case", "results", "take_up"]
