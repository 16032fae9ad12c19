"""Texts of many callers share forward passes: what waits, for how long, and what goes together."""
