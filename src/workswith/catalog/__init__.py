"""Products, subscriptions and their keys, quotas."""
