"""The fifty bad inputs by name: nothing breaks, nothing is written, nothing that was typed is lost, one clear sentence.

`names.py` lists them with their tests; docs/reference/bad-inputs.md says what a person reads.
"""
