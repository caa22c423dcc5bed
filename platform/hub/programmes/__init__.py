"""Programmes and their intakes: who may take part, how it is decided, and how far each centre has come."""
