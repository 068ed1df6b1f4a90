"""Pure functions from a `Document` to what pages, downloads and tests show of it."""
