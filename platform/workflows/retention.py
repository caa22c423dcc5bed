"""The retention policy (``config/data_retention.yaml``): read, held against the models, and carried out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.conf import settings
from django.db import models

from hub.audit import operations as audit
from hub.audit.actors import SYSTEM
from hub.centres.models import LIVE_STATES, Centre
from hub.intake import operations as intake
from hub.partners import operations as partners
from kernel import schema

DELETE = "delete"


@dataclass(frozen=True)
class Expiry:
    """``days`` after the time in ``since`` rows are deleted (``set`` is None) or their columns get new values."""

    days: int
    since: str
    set: dict[str, Any] | None = None
    delete: bool = False


@dataclass(frozen=True)
class Rule:
    """What one table holds of people, and what becomes of it. See the head of the file for each part."""

    label: str
    personal: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    subject: str = ""
    on_erasure: str | dict[str, Any] = field(default_factory=dict)
    expire: Expiry | None = None
    kept_because: str = ""

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    @property
    def is_tenants(self) -> bool:
        return self.model._meta.app_config.name in settings.TENANT_APPS

    @property
    def exported(self) -> list[str]:
        """Columns of a person's own export."""
        return [column for column in _columns(self.model) if column in (*self.personal, *self.plain)]


@dataclass(frozen=True)
class Policy:
    rules: tuple[Rule, ...]
    queue_days: int

    def about_people(self, *, tenants: bool) -> Iterator[Rule]:
        return (rule for rule in self.rules if rule.subject and rule.is_tenants == tenants)

    def expiring(self, *, tenants: bool) -> list[Rule]:
        return [rule for rule in self.rules if rule.expire and rule.is_tenants == tenants]


@cache
def policy() -> Policy:
    """The policy as written. Raises TypeError for a word that it does not know."""
    text = Path(settings.BALAI_RETENTION_FILE).read_text()
    tables: dict[str, dict[str, Any]] = yaml.safe_load(text)
    queue_days = tables.pop("queue")["days"]
    return Policy(tuple(_rule(label, parts) for label, parts in tables.items()), queue_days)


def _rule(label: str, parts: dict[str, Any]) -> Rule:
    for columns in ("personal", "hidden", "plain"):
        parts[columns] = tuple(parts.get(columns, ()))
    if "expire" in parts:
        parts["expire"] = Expiry(**parts["expire"])
    return Rule(label, **parts)


def _columns(model: type[models.Model]) -> list[str]:
    return [one.attname for one in model._meta.local_concrete_fields]


def gaps() -> list[str]:
    """Where the policy and the models do not fit: a table or column without a rule, or personal data without an end."""
    rules = {rule.label: rule for rule in policy().rules}
    managed = {one._meta.label: one for one in apps.get_models(include_auto_created=True) if one._meta.managed}
    found = [f"{label}: no rule" for label in sorted(managed.keys() - rules.keys())]
    found += [f"{label}: no such table" for label in sorted(rules.keys() - managed.keys())]
    for label in sorted(managed.keys() & rules.keys()):
        found += _gaps_of(rules[label])
    return found


def _gaps_of(rule: Rule) -> Iterator[str]:
    named = [*rule.personal, *rule.hidden, *rule.plain]
    columns = _columns(rule.model)
    for column in sorted(set(columns) ^ set(named)):
        yield f"{rule.label}.{column}: {'no rule' if column in columns else 'no such column'}"
    if len(named) != len(set(named)):
        yield f"{rule.label}: a column is named twice"
    if rule.expire and (rule.expire.set is None) != rule.expire.delete:
        yield f"{rule.label}: expiry says neither or both of delete and set"
    about_people = {*rule.personal, *rule.hidden} - {rule.subject}
    if not about_people or rule.kept_because or rule.on_erasure == DELETE:
        return
    if not rule.subject:
        if rule.expire is None:
            yield f"{rule.label}: personal columns without an end"
        return
    erased = set(rule.on_erasure) if isinstance(rule.on_erasure, dict) else set()
    for column in sorted(about_people - erased):
        yield f"{rule.label}.{column}: outlives its person without a reason"


# ---------------------------------------------------------------- carried out


def apply(*, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Delete or blank what has expired, on the hub and in each centre. Returns rows by table, those with any.

    Run again it finds nothing more to do; stopped half-way, the next run does the rest.
    """
    done: dict[str, int] = {}
    with schema.hub():
        if not dry_run:
            remove_with_files(now=now)
        for rule in policy().expiring(tenants=False):
            done[rule.label] = _expire(rule, now=now, dry_run=dry_run)
        if tenants := policy().expiring(tenants=True):
            for centre in Centre.objects.filter(state__in=LIVE_STATES).order_by("pk").iterator():
                with schema.centre(centre):
                    for rule in tenants:
                        done[rule.label] = done.get(rule.label, 0) + _expire(rule, now=now, dry_run=dry_run)
        done = {label: count for label, count in done.items() if count}
        if done and not dry_run:
            audit.record(
                by=SYSTEM, action="retention.applied", object_type="policy", object_id="retention", now=now, after=done
            )
    return done


def remove_with_files(*, now: datetime) -> None:
    """What has files beside its rows goes by its app's own hand, before the rules delete rows alone."""
    partners.remove_old_evidence(now=now)
    intake.remove_expired(now=now)


def _expire(rule: Rule, *, now: datetime, dry_run: bool) -> int:
    assert rule.expire is not None
    rows = rule.model._default_manager.filter(**{f"{rule.expire.since}__lt": now - timedelta(days=rule.expire.days)})
    if rule.expire.set is not None:
        # Rows that were blanked before are not counted again.
        rows = rows.exclude(**rule.expire.set)
        return rows.count() if dry_run else rows.update(**rule.expire.set)
    if dry_run:
        return rows.count()
    return rows.delete()[1].get(rule.label, 0)
