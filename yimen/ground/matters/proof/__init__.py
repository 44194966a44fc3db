"""The proof anybody can check: a daily digest over the ledger, and the file of one matter's history."""
