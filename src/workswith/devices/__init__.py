"""Plants, modules and their twins; the link to gateways; the simulated park."""
