"""A person's rights over their own data, across the hub and every centre they belong to: a copy, and erasure.

Which columns are theirs, and what becomes of each, stands in the retention policy; this is its other half.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from hub.accounts import operations
from hub.accounts.models import User
from hub.audit.actors import Actor
from hub.centres.models import LIVE_STATES, Centre
from kernel import schema

from . import retention


def export(user: User, *, now: datetime) -> dict[str, Any]:
    """Everything the platform keeps of this person, by place and table; secrets are left out.

    Shape: ``{"made_at": …, "hub": {table: [row, …]}, "centres": {code: {table: [row, …]}}}``.
    """
    with schema.hub():
        copy: dict[str, Any] = {"made_at": now, "hub": _tables(user, tenants=False), "centres": {}}
        for centre in _centres_of(user):
            with schema.centre(centre):
                if tables := _tables(user, tenants=True):
                    copy["centres"][centre.code] = tables
    return copy


def _tables(user: User, *, tenants: bool) -> dict[str, list[dict[str, Any]]]:
    tables = {}
    for rule in retention.policy().about_people(tenants=tenants):
        if rows := list(_rows(rule, user).order_by("pk").values(*rule.exported)):
            tables[rule.label] = rows
    return tables


def _rows(rule: retention.Rule, user: User) -> QuerySet[Any]:
    return rule.model._default_manager.filter(**{rule.subject: user.pk})


def _centres_of(user: User) -> list[Centre]:
    """Centres with a space where the person has, or ever had, a role."""
    return list(
        Centre.objects.filter(
            pk__in=user.memberships.filter(centre__isnull=False).values("centre"), state__in=LIVE_STATES
        ).order_by("pk")
    )


@transaction.atomic
def erase(user: User, *, by: Actor, now: datetime) -> None:
    """Close the account and erase the person, on the hub and in their centres: all of it or nothing.

    What must stay (who held which role, the audit trail) leads to a row without a name. Raises LastHead for the
    last head of a centre or the last chief administrator: someone else has to take over first.
    """
    with schema.hub():
        operations.close_account(user, by=by, now=now)
        for centre in _centres_of(user):
            with schema.centre(centre):
                _erase(user, tenants=True)
        _erase(user, tenants=False)


def _erase(user: User, *, tenants: bool) -> None:
    for rule in retention.policy().about_people(tenants=tenants):
        rows = _rows(rule, user)
        if rule.on_erasure == retention.DELETE:
            rows.delete()
        elif isinstance(rule.on_erasure, dict) and rule.on_erasure:
            rows.update(**rule.on_erasure)
