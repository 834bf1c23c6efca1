"""The demo world: two invented agencies at work, the same at every start, relative to today."""
