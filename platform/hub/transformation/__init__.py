"""Transforming the selected centres in stages: requirements and evidence, mentors, sign-off, maturity."""
