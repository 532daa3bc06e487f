"""The state of a sign-in code."""

from datetime import datetime

from accounts.models import SignInCode


def tries_left(code_id: str, *, at: datetime) -> int:
    """How often a sign-in code may still be typed: 0 when it was used, has expired or is worn out."""
    live = SignInCode.objects.filter(pk=code_id, used_at=None, expires_at__gt=at)
    return live.values_list("tries_left", flat=True).first() or 0
