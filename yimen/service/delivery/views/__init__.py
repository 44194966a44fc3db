"""Screens of the issuing window, of parcels, of the applicant."""
