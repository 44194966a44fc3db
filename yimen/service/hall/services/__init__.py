"""What one tells the hall."""

from yimen.service.hall.services import acts as acts
from yimen.service.hall.services import booking as booking
from yimen.service.hall.services import desks as desks
from yimen.service.hall.services import devices as devices
from yimen.service.hall.services import planning as planning
from yimen.service.hall.services import setting_up as setting_up
from yimen.service.hall.services import watching_slots as watching_slots
from yimen.service.hall.services.calling import Called as Called
from yimen.service.hall.services.calling import call_next as call_next
from yimen.service.hall.services.issuing import Issued as Issued
from yimen.service.hall.services.issuing import issue as issue
from yimen.service.hall.services.printing import report_print as report_print
