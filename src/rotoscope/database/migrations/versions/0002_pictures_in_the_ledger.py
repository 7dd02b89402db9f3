"""The ledger has pictures that were painted without a job, and seconds of GPUs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NO_JOB = sa.text("job_id IS NULL")


def upgrade() -> None:
    """Make it so."""
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.alter_column("job_id", existing_type=sa.String(length=64), nullable=True)
        batch_op.add_column(sa.Column("filter", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("gpu_seconds", sa.Double(), nullable=False, server_default="0"))
        batch_op.drop_index("ledger_of_client")
        batch_op.drop_index("ledger_of_key")
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.create_index("ledger_of_client", ["client_id", "created", "cost_micros"], unique=False)
        batch_op.create_index(
            "ledger_of_key", ["key_id", "client_id", "created", "cost_micros"], unique=False
        )
        batch_op.create_index(
            "ledger_of_pictures",
            ["client_id", "part"],
            unique=True,
            sqlite_where=_NO_JOB,
            postgresql_where=_NO_JOB,
        )


def downgrade() -> None:
    """Take it back; the pictures' rows are lost."""
    op.execute("DELETE FROM ledger WHERE job_id IS NULL")
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.drop_index("ledger_of_pictures")
        batch_op.drop_index("ledger_of_key")
        batch_op.drop_index("ledger_of_client")
        batch_op.drop_column("filter")
        batch_op.drop_column("gpu_seconds")
        batch_op.alter_column("job_id", existing_type=sa.String(length=64), nullable=False)
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.create_index("ledger_of_client", ["client_id", "created"], unique=False)
        batch_op.create_index("ledger_of_key", ["key_id", "created"], unique=False)
