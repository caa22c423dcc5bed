from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse
from django.utils import timezone

from hub.accounts import operations
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres import hosts


class Command(BaseCommand):
    help = (
        "Print a link that makes its first reader a chief administrator of the ministry. It works once, for seven days."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        _offer, token = operations.invite(None, Role.SUPER_ADMIN, name=name, by=SYSTEM, now=timezone.now())
        self.stdout.write(hosts.hub_url(reverse("hub:invitation", urlconf=settings.ROOT_URLCONF, args=[token])))
