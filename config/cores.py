"""What a process that dies leaves behind: nothing. Its memory holds keys, and pages with their numbers in sight."""

import resource


def forbid() -> None:
    """No core dump of this process, nor of those that it starts: the limit is inherited, and cannot be raised again."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
