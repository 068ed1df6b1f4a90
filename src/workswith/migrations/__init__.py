"""One forward-only history for SQLite and PostgreSQL.

Column types are few, so that both databases and both drivers agree: ``Text``, ``BigInteger``
(instants in milliseconds, counts), ``Float``, ``LargeBinary``. No booleans: a state is a word, an
event is the instant at which it happened.
"""
