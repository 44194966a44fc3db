"""What may be told to the catalogue. Each verb is one transaction, says who may, and leaves one audit row."""

from yimen.service.catalogue.checking import check_all
from yimen.service.catalogue.importing.reading import Table, UnreadableFile, read_table
from yimen.service.catalogue.services.codes import add_code, remove_code
from yimen.service.catalogue.services.editions import (
    decide_legal_check,
    discard_draft,
    new_edition,
    recall_edition,
    save_edition,
    save_form,
    submit_for_legal_check,
)
from yimen.service.catalogue.services.guidance import save_guidance
from yimen.service.catalogue.services.imports import (
    adopt_departments,
    check_import,
    discard_import,
    import_now,
    pass_batch,
    publish_batch,
    request_import,
    run_import,
    undo_import,
)
from yimen.service.catalogue.services.items import (
    cancel_item,
    cancel_material,
    cancel_materials_named,
    cancel_standard_material,
    create_item,
    freeze_item,
    map_department,
    request_check,
    save_standard_material,
    save_synonym,
    thaw_item,
    withdraw_cancellation,
)
from yimen.service.catalogue.services.material_files import save_material_files
from yimen.service.catalogue.services.publishing import publish_edition, retire_edition

__all__ = [
    "Table",
    "UnreadableFile",
    "add_code",
    "adopt_departments",
    "cancel_item",
    "cancel_material",
    "cancel_materials_named",
    "cancel_standard_material",
    "check_all",
    "check_import",
    "create_item",
    "decide_legal_check",
    "discard_draft",
    "discard_import",
    "freeze_item",
    "import_now",
    "map_department",
    "new_edition",
    "pass_batch",
    "publish_batch",
    "publish_edition",
    "read_table",
    "recall_edition",
    "remove_code",
    "request_check",
    "request_import",
    "retire_edition",
    "run_import",
    "save_edition",
    "save_form",
    "save_guidance",
    "save_material_files",
    "save_standard_material",
    "save_synonym",
    "submit_for_legal_check",
    "thaw_item",
    "undo_import",
    "withdraw_cancellation",
]
