"""Synthetic documents with and without a number to hide, where each number truly stands, and the judge of what is kept.

Nobody in them exists: names are drawn from the word «Essai», numbers from a seed.
"""
