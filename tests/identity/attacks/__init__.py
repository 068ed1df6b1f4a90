"""Attacks on the login service by their names, against a running cloud.

The classes are those of RFC 9700, and of what has been found in other people's servers since: each
test is one thing an attacker tries, and what must not come of it.
"""
