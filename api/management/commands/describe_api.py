"""Write the API's description anew, after a change of its views."""

from typing import Any

from django.core.management.base import BaseCommand

from api import description


class Command(BaseCommand):
    help = "Write api/openapi/*.json from the views."

    def handle(self, *args: Any, **options: Any) -> None:
        description.write()
