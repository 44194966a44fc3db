"""A certificate as a page: `laying` says what stands where, `pdf` and `ofd` draw that and nothing else."""
