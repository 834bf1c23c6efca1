"""Figures of the design as ratios measured in one run."""
