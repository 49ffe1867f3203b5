"""Measured figures: each module prints its own, ratios side by side in one run."""
