"""Which items still demand what has been cancelled (R030)."""

from __future__ import annotations

from typing import Any

from yimen.service.reform.selectors.figures import rows

_DEMANDS = """
select p.uid, p.name as proof, p.document, p.cancelled_on, i.code, i.name as item, u.short_name as department, e.number
from reform_proof p join catalogue_editionmaterial m on m.name = p.name and m.cancelled_on is null
join catalogue_itemedition e on e.id = m.edition_id and e.status = 'published'
join catalogue_serviceitem i on i.id = e.item_id and i.status <> 'cancelled'
left join organisations_unit u on u.id = i.department_id left join catalogue_standardmaterial s on s.id = m.standard_id
where p.cancelled_on is not null and p.kind <> 'stamp' and s.cancelled_on is null
  and (%(departments)s::bigint[] is null or i.department_id = any(%(departments)s))
order by p.name, i.id limit 200
"""


def still_demanded(departments: list[int] | None) -> list[dict[str, Any]]:
    """Materials of editions in force that bear the name of something cancelled and are not tied to it; at most 200."""
    return rows(_DEMANDS, {"departments": departments})
