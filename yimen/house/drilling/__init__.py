"""`yimen drill`: a copy of the database runs the whole centre in fast time (docs/howto/drill.md).

Not the restore drill, which is `yimen restore-drill` (`house/drill.py`).
"""
