"""The database backend of both sides (Django loads ``base`` from here)."""
