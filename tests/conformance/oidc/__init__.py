"""OpenID's conformance plans as one black box over TLS, against any running issuer.

    python -m tests.conformance.oidc configuration.json [--plan basic] [--module NAME] [--json]

The modules have the official suite's names and make the same requests and the same checks, with
failures and warnings told apart, so that a run of the official suite can be compared line by line.
The configuration is the official suite's as well; see docs/operating/conformance.md.
"""
