"""Simulated devices: pure steps, no waiting, no hidden randomness."""
