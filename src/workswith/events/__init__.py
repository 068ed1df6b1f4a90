"""What changed, kept in the same transaction as the change itself. Knows no webhooks."""
