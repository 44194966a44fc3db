"""What the hall keeps."""

from yimen.service.hall.models.devices import Device as Device
from yimen.service.hall.models.setup import Desk as Desk
from yimen.service.hall.models.setup import Group as Group
from yimen.service.hall.models.setup import Hall as Hall
from yimen.service.hall.models.slots import Ban as Ban
from yimen.service.hall.models.slots import Blackout as Blackout
from yimen.service.hall.models.slots import Booking as Booking
from yimen.service.hall.models.slots import Slot as Slot
from yimen.service.hall.models.slots import SlotPlan as SlotPlan
from yimen.service.hall.models.tickets import Counter as Counter
from yimen.service.hall.models.tickets import Ticket as Ticket
from yimen.service.hall.models.tickets import TicketAct as TicketAct
from yimen.service.hall.models.tickets import TicketCase as TicketCase
