"""What this office is: every value that another office would change, read once and frozen."""
