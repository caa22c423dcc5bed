"""People, their roles, and the doors between hosts. Every operation leaves its trace in the audit trail.

Nobody gives themselves a role: roles come by invitation from someone who may offer them, through a link
that works once. A person who loses a role loses it at their next request, wherever they are signed in.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.audit.actors import SYSTEM, Actor
from hub.centres.models import Centre
from hub.webhooks import events
from hub.webhooks import operations as webhooks
from hub.webhooks.models import Owner
from kernel import tokens
from kernel.errors import DomainError

from . import consents, phones
from .models import (
    Consent,
    EmailChange,
    Handover,
    Invitation,
    Membership,
    Organisation,
    OrganisationKind,
    SupportState,
    SupportVisit,
    User,
)
from .queries import may_invite, provinces_of
from .roles import CENTRE_ROLES, ORGANISATION_ROLES, OWNER_ROLES, STAFF_ROLES, SUPPORT_ROLES, Role

INVITATION_LASTS = timedelta(days=7)
HANDOVER_LASTS = timedelta(seconds=60)
EMAIL_CHANGE_LASTS = timedelta(hours=24)
# Somebody always holds these where they hold: a centre and an organisation can never be left without them.
_NEVER_LAST = OWNER_ROLES | {Role.SUPER_ADMIN, Role.CENTRE_HEAD}
_KIND_WITH = {
    Role.PARTNER_OWNER: OrganisationKind.PARTNER,
    Role.PARTNER_MEMBER: OrganisationKind.PARTNER,
    Role.PROVIDER_OWNER: OrganisationKind.PROVIDER,
    Role.PROVIDER_EDITOR: OrganisationKind.PROVIDER,
}


class MayNot(DomainError):
    """The person has no right to do this."""

    code = "may_not"


class ScopeMissing(DomainError):
    """The role needs a centre, an organisation or provinces, and has none."""

    code = "scope_missing"


class LinkUsed(DomainError):
    """The link was used, ended or has expired."""

    code = "link_used"


class AlreadyAsked(DomainError):
    code = "already_asked"


class LastWayIn(DomainError):
    """The person could not sign in any more."""

    code = "last_way_in"


class LastHead(DomainError):
    """The last one who can invite others would be gone."""

    code = "last_head"


class NameTaken(DomainError):
    """Another organisation of this kind is called so."""

    code = "name_taken"


# ---------------------------------------------------------------- people


@transaction.atomic
def create_user(*, name: str, email: str = "", phone: str = "", password: str = "", now: datetime, by: Actor) -> User:
    """Make an account. Raises IntegrityError if the e-mail or phone number is another's; PhoneRefused."""
    user = User(name=name.strip(), email=email.strip().lower() or None, created_at=now)
    if phone:
        user.phone = phones.normalise(phone)
        user.phone_lookup = phones.lookup(user.phone)
        _refuse_former(user.phone)
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save(force_insert=True)
    audit.record(by=by, action="user.created", object_type="user", object_id=user.id, now=now)
    return user


def _refuse_former(phone: str) -> None:
    """What the column's own constraint cannot see: a number that still stands under a former lookup key."""
    former = phones.lookups(phone)[1:]
    if former and User.objects.filter(phone_lookup__in=former).exists():
        raise IntegrityError("The number is someone's, under a former lookup key.")


def prove_email(user: User) -> None:
    """Note that the person's address is theirs: they came by a link that was mailed to it."""
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"primary": True, "verified": True})


@transaction.atomic
def close_account(user: User, *, by: Actor, now: datetime) -> None:
    """End every role, visit, consent and session of a person who is to be erased. Raises LastHead.

    The only person of an organisation may go: nobody is left there who would need an owner, and the right to be erased
    (law 27/2022) must not wait for somebody who may never come. The ministry can invite another owner.
    """
    for membership in Membership.objects.filter(user=user, revoked_at=None).order_by("pk"):
        alone = not _others_act_for(membership)
        revoke(membership, by=by, now=now, reason=_("The account was erased."), even_last=alone)
    for visit in SupportVisit.objects.filter(visitor=user, state__in=[SupportState.ASKED, SupportState.OPEN]):
        end_visit(visit, by=by, now=now)
    Consent.objects.filter(user=user, withdrawn_at=None).update(withdrawn_at=now)
    for session in UserSession.objects.filter(user=user):
        session.end()
    User.objects.filter(pk=user.pk).update(is_active=False, erased_at=now)
    audit.record(by=by, action="user.erased", object_type="user", object_id=user.pk, now=now)


# ---------------------------------------------------------------- consent


@transaction.atomic
def give_consent(user: User, purpose: str, *, language: str, by: Actor, now: datetime) -> Consent:
    """The person's yes to the current wording. Given already, it stays as it is. Raises UnknownPurpose."""
    version = consents.of_account(purpose).version
    consent, created = Consent.objects.get_or_create(
        user=user, purpose=purpose, version=version, withdrawn_at=None, defaults={"given_at": now, "language": language}
    )
    if created:
        _record_consent("consent.given", user, purpose, version, by=by, now=now)
    return consent


@transaction.atomic
def withdraw_consent(user: User, purpose: str, *, by: Actor, now: datetime) -> None:
    """Take back the yes, to whichever version. Raises UnknownPurpose, MayNot for what the account rests on."""
    text = consents.current(purpose)
    if text.required:
        raise MayNot(_("An account needs this consent. To withdraw it, erase your account."))
    if Consent.objects.filter(user=user, purpose=purpose, withdrawn_at=None).update(withdrawn_at=now):
        _record_consent("consent.withdrawn", user, purpose, text.version, by=by, now=now)


def note_own_copy(user: User, *, by: Actor, now: datetime) -> None:
    """A copy of all that is kept of a person went out, to themselves."""
    audit.record(by=by, action="user.data_copied", object_type="user", object_id=user.pk, now=now)


def _record_consent(action: str, user: User, purpose: str, version: int, *, by: Actor, now: datetime) -> None:
    after = {"purpose": purpose, "version": version}
    audit.record(by=by, action=action, object_type="user", object_id=user.pk, now=now, after=after)


# ---------------------------------------------------------------- roles


@transaction.atomic
def grant(  # noqa: PLR0913
    user: User,
    role: Role,
    *,
    by: Actor,
    now: datetime,
    centre: Centre | None = None,
    organisation: Organisation | None = None,
    provinces: Sequence[str] = (),
) -> Membership:
    """Give the person a role; held already, it stays as it is. Raises ScopeMissing."""
    require_scope(role, centre, organisation, provinces)
    membership, created = Membership.objects.get_or_create(
        user=user,
        role=role,
        centre=centre,
        organisation=organisation,
        revoked_at=None,
        defaults={"provinces": list(provinces), "granted_at": now, "granted_by_id": by.user_id},
    )
    if created:
        _record_role("role.granted", membership, by=by, now=now)
        _tell_of_role(membership, has_joined=True, now=now)
    return membership


def require_scope(
    role: Role, centre: Centre | None, organisation: Organisation | None, provinces: Sequence[str]
) -> None:
    """Raises ScopeMissing unless the role comes with just the scope that it needs."""
    fits = (
        (role in CENTRE_ROLES) == (centre is not None)
        and (role in ORGANISATION_ROLES) == (organisation is not None)
        and (role == Role.PROVINCIAL_OFFICER) == bool(provinces)
    )
    if not fits:
        raise ScopeMissing(_("Choose where this role holds."))


@transaction.atomic
def revoke(membership: Membership, *, by: Actor, now: datetime, reason: str, even_last: bool = False) -> Membership:
    """End a role. Raises LastHead for the last chief administrator, head of a centre or owner of an organisation.

    ``even_last`` ends it all the same.
    """
    # All who hold the role there are locked, in one order: two who end each other's at once do not both succeed.
    holders = Membership.objects.select_for_update().filter(
        role=membership.role, centre=membership.centre, organisation=membership.organisation, revoked_at=None
    )
    held = {holder.pk: holder for holder in holders.order_by("pk")}
    if membership.pk not in held:
        return membership
    if membership.role in _NEVER_LAST and len(held) == 1 and not even_last:
        raise LastHead(_("This is the last person in this role. Give it to someone else first."))
    membership = held[membership.pk]
    membership.revoked_at = now
    membership.save(update_fields=["revoked_at"])
    _record_role("role.ended", membership, by=by, now=now, reason=reason)
    _tell_of_role(membership, has_joined=False, now=now)
    return membership


def _others_act_for(membership: Membership) -> bool:
    """Whether anybody else has a role in the organisation; true for roles elsewhere, which this does not concern."""
    if membership.organisation_id is None:
        return True
    there = Membership.objects.filter(organisation=membership.organisation_id, revoked_at=None)
    return there.exclude(user=membership.user_id).exists()


@transaction.atomic
def leave(user: User, organisation: Organisation, *, by: Actor, now: datetime) -> None:
    """End all that the person is in this organisation, by their own wish. Raises LastHead for its last owner."""
    for membership in Membership.objects.filter(user=user, organisation=organisation, revoked_at=None).order_by("pk"):
        revoke(membership, by=by, now=now, reason=_("Left by their own wish."))


# ---------------------------------------------------------------- organisations


@transaction.atomic
def register_organisation(
    kind: OrganisationKind, name: str, *, is_demo: bool = False, by: Actor, now: datetime
) -> Organisation:
    """Make a company or a training provider known. Raises NameTaken."""
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(kind=kind, name=name.strip(), is_demo=is_demo, created_at=now)
    except IntegrityError:
        raise NameTaken(_("There is an organisation of this name already.")) from None
    _record_organisation("organisation.registered", organisation, by=by, now=now, after={"name": organisation.name})
    return organisation


def _organisation_called(name: str, role: Role, *, by: Actor, now: datetime) -> Organisation:
    """The one of this name that has such a role, however it is capitalised; one that nobody knew is made known."""
    kind = _KIND_WITH[role]
    known = Organisation.objects.filter(kind=kind, name__iexact=name.strip()).first()
    return known or register_organisation(kind, name, by=by, now=now)


@transaction.atomic
def rename_organisation(organisation: Organisation, name: str, *, by: Actor, now: datetime) -> Organisation:
    """Call it by another name. Raises NameTaken. The same name again changes nothing."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    before, name = organisation.name, name.strip()
    if name == before:
        return organisation
    organisation.name = name
    try:
        with transaction.atomic():
            organisation.save(update_fields=["name"])
    except IntegrityError:
        raise NameTaken(_("There is an organisation of this name already.")) from None
    _record_organisation(
        "organisation.renamed", organisation, by=by, now=now, before={"name": before}, after={"name": name}
    )
    return organisation


def _record_organisation(action: str, organisation: Organisation, *, by: Actor, now: datetime, **what: Any) -> None:
    audit.record(
        by=by,
        action=action,
        object_type="organisation",
        object_id=organisation.pk,
        organisation_id=organisation.pk,
        now=now,
        **what,
    )


def _tell_of_role(membership: Membership, *, has_joined: bool, now: datetime) -> None:
    """Programs of the centre or organisation hear who joined or left it: the id and the role, never the name."""
    said = {"user": str(membership.user_id), "role": str(membership.role)}
    if membership.organisation_id:
        kind = events.MEMBER_JOINED if has_joined else events.MEMBER_LEFT
        webhooks.publish(kind, Owner(organisation_id=membership.organisation_id), data=said, now=now)
    elif membership.role in STAFF_ROLES:
        kind = events.STAFF_JOINED if has_joined else events.STAFF_LEFT
        webhooks.publish(kind, Owner(centre_id=membership.centre_id), data=said, now=now)


def _record_role(action: str, membership: Membership, *, by: Actor, now: datetime, reason: str = "") -> None:
    held = {"user": str(membership.user_id), "role": membership.role}
    if membership.provinces:
        held["provinces"] = ",".join(membership.provinces)
    audit.record(
        by=by,
        action=action,
        object_type="membership",
        object_id=membership.pk,
        now=now,
        centre_id=membership.centre_id,
        organisation_id=membership.organisation_id,
        after=held,
        reason=reason,
    )


# ---------------------------------------------------------------- invitations


@transaction.atomic
def invite(  # noqa: PLR0913
    inviter: User | None,
    role: Role,
    *,
    by: Actor,
    now: datetime,
    name: str = "",
    email: str = "",
    centre: Centre | None = None,
    organisation: Organisation | None = None,
    organisation_name: str = "",
    provinces: Sequence[str] = (),
) -> tuple[Invitation, str]:
    """Offer a role by a link that works once, for seven days. Returns the invitation and the link's token.

    Without an inviter the operator invites (the first administrator). ``organisation_name`` in place of
    ``organisation``: one that nobody knew is made known with the offer. Raises MayNot, ScopeMissing.
    """
    if organisation_name and role in ORGANISATION_ROLES:
        organisation = _organisation_called(organisation_name, role, by=by, now=now)
    require_scope(role, centre, organisation, provinces)
    centre_id, organisation_id = (centre.pk if centre else None), (organisation.pk if organisation else None)
    if inviter is not None and not may_invite(inviter, role, centre_id=centre_id, organisation_id=organisation_id):
        raise MayNot(_("You may not offer this role."))
    if inviter is not None and centre is not None:
        limit = provinces_of(inviter)
        if limit is not None and centre.regency.province_id not in limit:
            raise MayNot(_("This centre is outside your provinces."))
    token, token_hash = tokens.new()
    invitation = Invitation.objects.create(
        token_hash=token_hash,
        role=role,
        centre=centre,
        organisation=organisation,
        provinces=list(provinces),
        name=name.strip(),
        email=email.strip().lower(),
        invited_by=inviter,
        created_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    _record_invitation("invitation.sent", invitation, by=by, now=now)
    return invitation, token


@transaction.atomic
def accept_invitation(token: str, user: User, *, by: Actor, now: datetime) -> Membership:
    """Take up the offered role, once. Raises LinkUsed."""
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("centre", "organisation")
        .filter(token_hash=tokens.hash_of(token))
        .first()
    )
    if invitation is None or not invitation.is_open(now):
        raise LinkUsed(_("This invitation was used, was ended or has expired. Ask for a new one."))
    invitation.accepted_at, invitation.accepted_by = now, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return grant(
        user,
        Role(invitation.role),
        by=by,
        now=now,
        centre=invitation.centre,
        organisation=invitation.organisation,
        provinces=invitation.provinces,
    )


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: Actor, now: datetime) -> None:
    """Make the link useless; one that was accepted stays accepted."""
    ended = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=now)
    if ended:
        _record_invitation("invitation.ended", invitation, by=by, now=now)


def _record_invitation(action: str, invitation: Invitation, *, by: Actor, now: datetime) -> None:
    audit.record(
        by=by,
        action=action,
        object_type="invitation",
        object_id=invitation.pk,
        now=now,
        centre_id=invitation.centre_id,
        organisation_id=invitation.organisation_id,
        after={"role": invitation.role},
    )


# ---------------------------------------------------------------- from host to host


def issue_handover(user: User, *, host: str, browser: str, now: datetime) -> str:
    """A pass for this person to one host, for one browser, for a minute. Returns the token for the link.

    ``browser`` is the secret that the target host left in that browser; only its hash travels and is kept.
    """
    token, token_hash = tokens.new()
    Handover.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    Handover.objects.create(
        token_hash=token_hash, user=user, host=host, browser_hash=browser, expires_at=now + HANDOVER_LASTS
    )
    return token


def redeem_handover(token: str, *, host: str, browser: str, now: datetime) -> User:
    """The person of the pass, which is used up. Raises LinkUsed for another host, browser, or a second time."""
    redeemed = Handover.objects.filter(
        token_hash=tokens.hash_of(token),
        host=host,
        browser_hash=tokens.hash_of(browser),
        expires_at__gt=now,
        used_at=None,
        user__is_active=True,
    ).update(used_at=now)
    if not redeemed:
        raise LinkUsed(_("The pass between the pages has expired. Try again."))
    return Handover.objects.select_related("user").get(token_hash=tokens.hash_of(token)).user


# ---------------------------------------------------------------- support visits


@transaction.atomic
def ask_for_visit(  # noqa: PLR0913
    visitor: User,
    centre: Centre,
    *,
    reason: str,
    hours: int,
    may_write: bool,
    is_emergency: bool,
    by: Actor,
    now: datetime,
) -> SupportVisit:
    """Ask the centre to be let in, or in an emergency go in at once. Raises MayNot, AlreadyAsked.

    The caller tells the centre's heads: at once for an emergency.
    """
    if not any(held.role in SUPPORT_ROLES for held in visitor.held):
        raise MayNot(_("You may not visit centres."))
    limit = provinces_of(visitor, SUPPORT_ROLES)
    if limit is not None and centre.regency.province_id not in limit:
        raise MayNot(_("This centre is outside your provinces."))
    _end_expired(visitor=visitor, centre=centre, now=now)
    try:
        with transaction.atomic():
            visit = SupportVisit.objects.create(
                visitor=visitor,
                centre=centre,
                reason=reason.strip(),
                hours=hours,
                may_write=may_write,
                is_emergency=is_emergency,
                asked_at=now,
                state=SupportState.OPEN if is_emergency else SupportState.ASKED,
                expires_at=now + timedelta(hours=hours) if is_emergency else None,
            )
    except IntegrityError:
        raise AlreadyAsked(_("You have asked this centre already, or are let in.")) from None
    _record_visit("visit.emergency" if is_emergency else "visit.asked", visit, by=by, now=now, reason=reason)
    return visit


def _end_expired(*, visitor: User, centre: Centre, now: datetime) -> None:
    SupportVisit.objects.filter(visitor=visitor, centre=centre, state=SupportState.OPEN, expires_at__lte=now).update(
        state=SupportState.ENDED, ended_at=now
    )


@transaction.atomic
def answer_visit(visit: SupportVisit, *, allow: bool, answered_by: User, by: Actor, now: datetime) -> SupportVisit:
    """The centre lets the visitor in for the hours asked, or does not. Raises LinkUsed if it was answered."""
    visit = SupportVisit.objects.select_for_update().get(pk=visit.pk)
    if visit.state != SupportState.ASKED:
        raise LinkUsed(_("This request was answered already."))
    visit.state = SupportState.OPEN if allow else SupportState.REFUSED
    visit.answered_by, visit.answered_at = answered_by, now
    visit.expires_at = now + timedelta(hours=visit.hours) if allow else None
    visit.save(update_fields=["state", "answered_by", "answered_at", "expires_at"])
    _record_visit("visit.allowed" if allow else "visit.refused", visit, by=by, now=now)
    return visit


@transaction.atomic
def end_visit(visit: SupportVisit, *, by: Actor, now: datetime) -> None:
    """Close the visit, by the visitor or by the centre, whatever time was left."""
    ended = SupportVisit.objects.filter(pk=visit.pk, state__in=[SupportState.OPEN, SupportState.ASKED]).update(
        state=SupportState.ENDED, ended_at=now
    )
    if ended:
        _record_visit("visit.ended", visit, by=by, now=now)


def _record_visit(action: str, visit: SupportVisit, *, by: Actor, now: datetime, reason: str = "") -> None:
    audit.record(
        by=by,
        action=action,
        object_type="visit",
        object_id=visit.pk,
        now=now,
        centre_id=visit.centre_id,
        after={"visitor": str(visit.visitor_id), "hours": visit.hours, "may_write": visit.may_write},
        reason=reason,
    )


def note_look(visit: SupportVisit, *, path: str, by: Actor, now: datetime) -> None:
    """Every look that a visitor takes into a centre stands in that centre's own trail."""
    audit.record(
        by=by,
        action="visit.looked",
        object_type="page",
        object_id=path[:64],
        now=now,
        centre_id=visit.centre_id,
    )


# ---------------------------------------------------------------- e-mail address


@transaction.atomic
def ask_email_change(user: User, *, new_email: str, by: Actor, now: datetime) -> str:
    """Note the wish to change the address; the old address is asked first. Returns the token for its link."""
    token, token_hash = tokens.new()
    EmailChange.objects.filter(user=user, used_at=None).update(used_at=now)
    EmailChange.objects.create(
        user=user,
        token_hash=token_hash,
        new_email=new_email.strip().lower(),
        created_at=now,
        expires_at=now + EMAIL_CHANGE_LASTS,
    )
    audit.record(by=by, action="email.change_asked", object_type="user", object_id=user.id, now=now)
    return token


@transaction.atomic
def agree_email_change(token: str, *, now: datetime) -> EmailChange:
    """The old address agrees, once; the new one is to be confirmed next. Raises LinkUsed."""
    used = EmailChange.objects.filter(token_hash=tokens.hash_of(token), used_at=None, expires_at__gt=now).update(
        used_at=now
    )
    if not used:
        raise LinkUsed(_("This link was used or has expired."))
    change = EmailChange.objects.select_related("user").get(token_hash=tokens.hash_of(token))
    audit.record(by=SYSTEM, action="email.change_agreed", object_type="user", object_id=change.user_id, now=now)
    return change


# ---------------------------------------------------------------- phone number


@transaction.atomic
def change_phone(user: User, phone: str, *, by: Actor, now: datetime) -> None:
    """Sign in with this number from now on, in place of any other. Raises PhoneRefused.

    A number of another account changes nothing, and the caller does not learn it. (The account's own page shows the
    old number still: without codes by text message a person can find out, a few times a day and on record.)
    """
    number = phones.normalise(phone)
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(
                phone=number, phone_lookup=phones.lookup(number), phone_verified_at=None
            )
    except IntegrityError:
        audit.record(by=by, action="phone.taken", object_type="user", object_id=user.pk, now=now)
    else:
        audit.record(by=by, action="phone.changed", object_type="user", object_id=user.pk, now=now)


@transaction.atomic
def remove_phone(user: User, *, by: Actor, now: datetime) -> None:
    """Forget the person's number. Raises LastWayIn unless they have a confirmed e-mail address to sign in with."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not EmailAddress.objects.filter(user=user, email__iexact=user.email or "", verified=True).exists():
        raise LastWayIn(_("You sign in with this number alone. Add an e-mail address and confirm it first."))
    if user.phone_lookup is None:
        return
    user.phone = user.phone_lookup = user.phone_verified_at = None
    user.save(update_fields=["phone", "phone_lookup", "phone_verified_at"])
    audit.record(by=by, action="phone.removed", object_type="user", object_id=user.pk, now=now)
