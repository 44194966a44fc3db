"""Service items 事项, their editions 实施清单, materials, forms, imports and the search rows made from them
(R018–R045).
"""

from __future__ import annotations

from yimen.service.catalogue.models.editions import (
    EditionMaterial,
    FormDefinition,
    ItemEdition,
    LegalCheck,
    StandardMaterial,
)
from yimen.service.catalogue.models.finding import CatalogueVersion, ItemSearch, Synonym
from yimen.service.catalogue.models.imports import ImportBatch, ImportRow
from yimen.service.catalogue.models.items import ItemCode, ServiceItem, SourceDepartment
from yimen.service.catalogue.models.judging import (
    CatalogueSetting,
    CentreDisclosure,
    CheckTally,
    DisclosureSet,
    EditionCheck,
)
from yimen.service.catalogue.models.workbooks import ProposalRow, WorkbookProposal

__all__ = [
    "CatalogueSetting",
    "CatalogueVersion",
    "CentreDisclosure",
    "CheckTally",
    "DisclosureSet",
    "EditionCheck",
    "EditionMaterial",
    "FormDefinition",
    "ImportBatch",
    "ImportRow",
    "ItemCode",
    "ItemEdition",
    "ItemSearch",
    "LegalCheck",
    "ProposalRow",
    "ServiceItem",
    "SourceDepartment",
    "StandardMaterial",
    "Synonym",
    "WorkbookProposal",
]
