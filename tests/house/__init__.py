"""Tests about the house itself: what may stand where, and what nothing may do."""
