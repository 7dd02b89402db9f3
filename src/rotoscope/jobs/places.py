"""What a client's URIs lead to, with the connectors that are written down for it."""

from __future__ import annotations

from sqlalchemy import select

from rotoscope.database.engine import Database
from rotoscope.database.tables import ConnectorRecord
from rotoscope.settings import Settings
from rotoscope.storage.connectors import ConnectorSettings
from rotoscope.storage.storage import Storage, client_storage


def storage_of_client(settings: Settings, database: Database, client_id: str) -> Storage:
    """Everything that one client can reach, by URI.

    Raises:
        StorageError: the service's store, an opened folder or a connector is not in order.
    """
    query = select(ConnectorRecord).where(ConnectorRecord.client_id == client_id).order_by(ConnectorRecord.id)
    with database.reading() as session:
        rows = session.scalars(query).all()
    return client_storage(settings, client_id, [connector_settings(row) for row in rows])


def connector_settings(row: ConnectorRecord) -> ConnectorSettings:
    """The settings in a record, with their secrets.

    Raises:
        StorageError: they are not in order.
    """
    return ConnectorSettings.read(row.settings, row.secrets)
