"""Every address of cases; the applicant's and the staff's lists stand beside this file."""

from __future__ import annotations

from yimen.service.cases.urls_public import public_urls
from yimen.service.cases.urls_staff import staff_urls

app_name = "cases"
urlpatterns = [*public_urls, *staff_urls]
