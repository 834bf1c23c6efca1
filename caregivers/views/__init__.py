"""Office pages of caregivers."""
