"""What has entered the hall and what has not: directory, entry, withdrawal, plans, lists in batches.

R004, R005, R020–R024, R035–R037, R039.
"""
