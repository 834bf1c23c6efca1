"""What happens to plans, agreements, visits and handovers; one module a subject."""
