from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from hub.centres import hosts
from workflows import demo, demo_intake, demo_ministry, demo_partners, demo_people, demo_tokens, demo_webhooks, replay


class Command(BaseCommand):
    help = "Make the demo's 44 centres, all marked as demo, and print the pilot's addresses."

    def handle(self, *args: Any, **options: Any) -> None:
        made = demo.make(now=timezone.now())
        self.stdout.write(f"{made} demo centres made, {len(demo.CENTRES) - made} were there.")
        demo_people.make(now=timezone.now())
        demo_ministry.make(now=timezone.now())
        demo_partners.make(now=timezone.now())
        demo_intake.make(now=timezone.now())
        demo_webhooks.make(now=timezone.now())
        demo_tokens.make(now=timezone.now())
        replay.replay(now=timezone.now())
        for centre in demo.example_centres():
            self.stdout.write(f"  {centre.name}: {hosts.url_of(centre.slug)}")
