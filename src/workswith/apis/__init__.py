"""One document and one module of handlers for each API."""
