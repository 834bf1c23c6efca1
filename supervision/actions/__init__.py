"""What supervision does: return visits, surveys, complaints; one module a subject."""
