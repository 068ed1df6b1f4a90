"""Accounts, applications, consents and tokens: OAuth 2.0 and OpenID Connect."""
