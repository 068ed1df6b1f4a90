"""Notifications: which endpoints want to hear, the rules of delivery, and delivering itself."""
