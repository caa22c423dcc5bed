"""What can go wrong with the fleet as a whole; errors of one schema are set aside in its run."""

from kernel.errors import DomainError


class FleetError(DomainError):
    code = "fleet"


class AlreadyRunning(FleetError):
    """The same kind of work is under way in another process."""

    code = "already_running"
