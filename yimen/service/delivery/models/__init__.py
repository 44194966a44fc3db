"""Results at the issuing window, parcels, what couriers said."""

from __future__ import annotations

from yimen.service.delivery.models.parcels import CourierNotice, Parcel
from yimen.service.delivery.models.results import Cabinet, Course, Result

__all__ = ["Cabinet", "CourierNotice", "Course", "Parcel", "Result"]
