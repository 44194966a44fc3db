"""Screens of supervision."""
