"""Reads of caregiver files."""
