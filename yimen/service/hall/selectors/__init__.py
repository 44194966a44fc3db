"""What others ask of the hall."""

from yimen.service.hall.selectors.queue import Line as Line
from yimen.service.hall.selectors.queue import Place as Place
from yimen.service.hall.selectors.queue import calls_of as calls_of
from yimen.service.hall.selectors.queue import hall_by_slug as hall_by_slug
from yimen.service.hall.selectors.queue import lines_of as lines_of
from yimen.service.hall.selectors.queue import open_halls as open_halls
from yimen.service.hall.selectors.queue import period_now as period_now
from yimen.service.hall.selectors.queue import place_of as place_of
from yimen.service.hall.selectors.queue import ticket_by_uid as ticket_by_uid
