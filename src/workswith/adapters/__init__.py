"""Engines behind ports."""
