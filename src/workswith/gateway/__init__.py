"""The API gateway: an ordered table of checks in front of every API."""
