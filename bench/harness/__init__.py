"""Runs the load generator against servers and tells what it found."""
