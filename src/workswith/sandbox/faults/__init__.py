"""Faults on demand: what goes wrong, where, and how often. [SBX-3]

A *fault* is {a kind} × {where} × {how often, within which time of the clock}. `kinds` is the one
table of what can go wrong, `engine` decides who meets a fault, and `doors` are the few places at
which a running cloud asks it. A production process is built without any of them.
"""
