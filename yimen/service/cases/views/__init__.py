"""Pages of a case: the applicant's and the staff's."""
