"""Forms of the caregiver file."""
