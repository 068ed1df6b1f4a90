"""Who somebody is, which application asks, what was allowed, and the tokens that say so.

The protocol lives here; the screens live in `workswith.web`. See ``docs/areas/identity.md``.
"""
