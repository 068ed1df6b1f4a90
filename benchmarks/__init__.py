"""What is claimed about speed, runnable by anyone: ``make bench`` or one at a time.

    python -m benchmarks.database
    python -m benchmarks.gateway
    python -m benchmarks.start

Machines are noisy: candidates alternate within one run, and CPU per operation is the figure to
trust, not operations per second.
"""
