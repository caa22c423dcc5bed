from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hub.accounts.models import User
from hub.programmes import queries
from hub.programmes.models import Cohort
from workflows import replay


class Command(BaseCommand):
    help = "Replay the pilot of 2021–22 in the demo, through the operations that people use, and print its funnel."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = replay.replay(now=timezone.now())
        except User.DoesNotExist:
            raise CommandError("The demo's people are missing. Run make_demo first.") from None
        self.stdout.write("Replayed." if made else "It was there.")
        cohort = Cohort.objects.select_related("rules").get(programme__name=replay.PROGRAMME, name=replay.PILOT)
        for bar in queries.funnel(cohort).bars:
            self.stdout.write(f"{bar.count:>6}  {bar.step:>3}  {bar.name}")
