"""Leaders on site, leading groups, coordination log, return visits, notices up and down (R002, R009, R010, R012, R014, R015)."""
