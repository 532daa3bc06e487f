"""What every test stands on: the database plugin, the nursery that is stricter than production, and the people."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.database", "tests.figures", "tests.nursery", "tests.people"]

# How long an example takes tells how busy the machine is, not whether a rule holds.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
