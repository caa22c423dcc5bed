"""Settings, logs and reports, seen from outside the process."""
