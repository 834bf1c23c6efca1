"""Office pages of supervision; one module a subject."""
