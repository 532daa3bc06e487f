"""On the stage: a file that stays with its owner, of which the fingerprint alone is kept."""

from datetime import date, datetime

from accounts.models import User
from cases.models import Case
from tests import factories

CONTENT, SALT = b"A file that stays at home.", b"\x02" * 32


def set_kept(case: Case, *, by: User, today: date, at: datetime) -> dict[str, str | int]:
    """The parts of its addresses."""
    kept = factories.make_fingerprint(case, by=by, today=today, at=at, content=CONTENT, salt=SALT)
    return {"kept_at_home.document": kept.pk}
