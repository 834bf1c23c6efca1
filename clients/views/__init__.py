"""Office pages of clients."""
