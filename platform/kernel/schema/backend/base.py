"""django-tenants' backend, with connections that end after serving so many schemas.

A PostgreSQL backend keeps a description of every table it has touched until it ends: 1.3 GB after 2,000
centres were served by one connection. Age alone does not bound that; the number of schemas does.
"""

from typing import Any

from django.conf import settings
from django_tenants.postgresql_backend import base


class DatabaseWrapper(base.DatabaseWrapper):
    def _handle_search_path(self, cursor: Any = None) -> None:
        before = self.search_path_set_schemas
        super()._handle_search_path(cursor)
        if before is None and self.connection is not None:
            served = getattr(self.connection, "schemas_served", None)
            if served is None:
                served = self.connection.schemas_served = set()
            served.add(self.schema_name)

    def _close(self) -> None:
        raw = self.connection
        if raw is not None and len(getattr(raw, "schemas_served", ())) > settings.BALAI_SCHEMAS_PER_CONNECTION:
            # Handed back closed, the pool replaces it in the background.
            raw.close()
        super()._close()
