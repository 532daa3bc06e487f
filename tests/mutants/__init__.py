"""Mutation testing: small faults are put into the code that most depends on, one at a time; a test must notice each."""
