"""Forms of clients."""
