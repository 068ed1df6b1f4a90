"""A whole cloud on one machine: seed, clock, mailbox."""
