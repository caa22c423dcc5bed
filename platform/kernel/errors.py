"""Errors of the domain: what a person did not get, in words that a person understands."""


class DomainError(Exception):
    """A rule refused the request. ``str(error)`` is a translated sentence for the person who asked.

    ``code`` is stable and machine-readable: the API hands it out, clients branch on it.
    """

    code = "refused"


class NotVisible(DomainError):
    """There is no such thing for this person."""

    code = "not_found"
