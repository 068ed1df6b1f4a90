"""What every area stands on: clock, ids, problems, settings, database, background work, logs.

The kernel knows nothing of homes, tokens or subscriptions.
"""
