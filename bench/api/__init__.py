"""The service, measured from outside."""
