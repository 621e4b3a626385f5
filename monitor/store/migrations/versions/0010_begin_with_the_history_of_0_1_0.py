"""The history as 0.1.0 has it, the first version whose history is read on; a new one begins with the newest tables."""

revision = "0010"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing: migrations start here."""
