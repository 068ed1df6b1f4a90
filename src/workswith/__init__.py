"""A complete *Works with …* cloud: portal, login service, API gateway, devices and webhooks."""

__version__ = "0.1.0"
