"""What happens to caregivers."""
