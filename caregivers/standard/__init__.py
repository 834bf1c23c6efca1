"""Rules about caregivers (4.2, 6, 7.2.2)."""
