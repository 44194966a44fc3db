"""What others ask of the reform: the power list on a day, the figures of items, reports."""

from yimen.service.reform.selectors import building, progress
from yimen.service.reform.selectors.figures import (
    CLASS_MEASURES,
    MEASURES,
    Reach,
    behind,
    class_counts,
    count_class,
    counted,
    of_class,
    share,
    total,
)
from yimen.service.reform.selectors.five import five_of
from yimen.service.reform.selectors.lists import (
    changes,
    count_powers,
    editions_in_order,
    measures_of,
    power_counts,
    powers,
    receiving_units,
    suggested_tags,
    tallies,
    tally,
    with_duties,
    wordings,
)
from yimen.service.reform.selectors.reports import Asked, Report, build, titles

__all__ = [
    "CLASS_MEASURES",
    "MEASURES",
    "Asked",
    "Reach",
    "Report",
    "behind",
    "build",
    "building",
    "changes",
    "class_counts",
    "count_class",
    "count_powers",
    "counted",
    "editions_in_order",
    "five_of",
    "measures_of",
    "of_class",
    "power_counts",
    "powers",
    "progress",
    "receiving_units",
    "share",
    "suggested_tags",
    "tallies",
    "tally",
    "titles",
    "total",
    "with_duties",
    "wordings",
]
