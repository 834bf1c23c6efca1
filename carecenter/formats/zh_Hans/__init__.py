"""How dates and numbers are written in this language."""
