"""A whole cloud on one machine: seed, test clock, mailbox, local certificates.

Everything here is for development; none of it is mounted by a production process.
"""
