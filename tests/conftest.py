"""What every test stands on: the database plugin, the nursery that is stricter than production, and the people."""

pytest_plugins = ["tests.database", "tests.figures", "tests.nursery", "tests.people"]
