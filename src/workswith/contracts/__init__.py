"""API documents as run-time data: compiled, bound, validated, rendered."""
