"""A message as a mail server hands it over: who wrote it, to what, what it says, or that a machine wrote it.

Whatever comes is read as far as it goes: a header that is broken is empty, a charset that nobody knows is guessed.
"""

from cases.rules.inbound.addresses import plus_part
from cases.rules.inbound.letters import MAX_BYTES, Letter, Sort, read
from cases.rules.inbound.reports import Report

__all__ = ["MAX_BYTES", "Letter", "Report", "Sort", "plus_part", "read"]
