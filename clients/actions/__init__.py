"""What happens to clients and those who ask."""
