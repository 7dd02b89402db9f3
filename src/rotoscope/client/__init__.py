from rotoscope.client.client import Client, first_key
from rotoscope.client.records import Event, File, Filter, Job, Picture, Transfer
from rotoscope.client.verifying import verify_webhook

__all__ = [
    "Client",
    "Event",
    "File",
    "Filter",
    "Job",
    "Picture",
    "Transfer",
    "first_key",
    "verify_webhook",
]
