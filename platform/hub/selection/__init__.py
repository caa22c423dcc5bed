"""Selecting centres in rounds: assessors, scores, ranking, publication, appeals."""
