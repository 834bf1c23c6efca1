"""Forms of plans, agreements, visits and handovers; one module a subject."""
