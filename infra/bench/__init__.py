"""Benchmarks: what the raw database can do, what stock django-tenants does, and what ours does, side by side.

``aside`` gives a run a PostgreSQL of its own, ``fleet`` runs the lines in order, ``report`` shows them.
See docs/decisions/0005-benchmarks.md.
"""
