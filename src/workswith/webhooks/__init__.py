"""Subscriptions to notifications and their delivery."""
