"""People and roles: nobody gives themselves one, a link works once, a lost role is lost at once."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from hub.accounts import operations, phones, queries
from hub.accounts.models import Invitation, Membership, Organisation, SupportVisit, User
from hub.accounts.roles import CENTRE_ROLES, MAY_INVITE, MINISTRY_ROLES, ORGANISATION_ROLES, Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.centres.models import Centre

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=8)


@pytest.fixture
def make(db):
    """Makes a person with roles: ``make("siti", (Role.CENTRE_HEAD, centre))``."""

    def person(name: str, *held) -> User:
        user = operations.create_user(name=name, email=f"{name}@contoh.id", now=NOW, by=SYSTEM)
        for role, scope in held:
            where = {}
            if isinstance(scope, Centre):
                where["centre"] = scope
            elif isinstance(scope, Organisation):
                where["organisation"] = scope
            elif scope:
                where["provinces"] = scope
            operations.grant(user, role, by=SYSTEM, now=NOW, **where)
        return User.objects.with_roles().get(pk=user.pk)

    return person


@pytest.fixture
def head(make, centre):
    return make("kepala", (Role.CENTRE_HEAD, centre))


@pytest.fixture
def minister(make):
    return make("pusat", (Role.SUPER_ADMIN, None))


# ---------------------------------------------------------------- people


@pytest.mark.parametrize(
    "typed",
    ["081234567890", "0812-3456-7890", "+62 812 3456 7890", "62 812.3456.7890", "(0812) 34567890"],
)
def test_a_number_in_every_spelling_is_one_number(typed):
    assert phones.normalise(typed) == "+6281234567890"


@pytest.mark.parametrize("typed", ["", "021 5550123", "0812", "+1 555 0100", "0812345678901234", "abc", "٠٨١٢٣٤٥٦٧٨٩٠"])
def test_what_is_no_mobile_number_is_refused(typed):
    with pytest.raises(phones.PhoneRefused):
        phones.normalise(typed)


def test_a_number_or_an_address_belongs_to_one_person(db):
    operations.create_user(name="Siti", email="Siti@Contoh.id", phone="0812 3456 7890", now=NOW, by=SYSTEM)
    for double in ({"email": "siti@contoh.ID"}, {"phone": "+62 81234567890"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            operations.create_user(name="Lain", now=NOW, by=SYSTEM, **double)


def test_roles_and_second_factor_come_with_the_person(head, centre, django_assert_num_queries):
    with django_assert_num_queries(1):
        user = User.objects.with_roles().get(pk=head.pk)
        assert [(held.role, held.centre_id) for held in user.held] == [(Role.CENTRE_HEAD, centre.pk)]
        assert not user.has_second_factor
        assert not user.is_ministry


# ---------------------------------------------------------------- roles


@pytest.mark.parametrize("role", list(Role))
def test_a_role_holds_only_where_it_belongs(make, centre, role):
    user = make("siti")
    firm = Organisation.objects.create(kind="partner", name="PT Contoh")
    scopes = {
        "centre": {"centre": centre},
        "organisation": {"organisation": firm},
        "provinces": {"provinces": ["35"]},
        "": {},
    }
    fitting = (
        "centre" if role in CENTRE_ROLES
        else "organisation" if role in ORGANISATION_ROLES
        else "provinces" if role == Role.PROVINCIAL_OFFICER
        else ""
    )  # fmt: skip
    for kind, scope in scopes.items():
        if kind == fitting:
            operations.grant(user, role, by=SYSTEM, now=NOW, **scope)
        else:
            with pytest.raises(operations.ScopeMissing):
                operations.grant(user, role, by=SYSTEM, now=NOW, **scope)
    assert Membership.objects.filter(user=user).count() == 1


def test_the_database_too_refuses_a_role_in_the_wrong_place(make, centre):
    user = make("siti")
    for wrong in ({"role": Role.CENTRE_HEAD}, {"role": Role.SUPER_ADMIN, "centre": centre}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(user=user, **wrong)


def test_a_role_is_held_once_and_its_end_stays_as_history(make, centre, head):
    again = operations.grant(head, Role.CENTRE_HEAD, centre=centre, by=SYSTEM, now=NOW)
    assert Membership.objects.filter(user=head).count() == 1
    make("lain", (Role.CENTRE_HEAD, centre))
    operations.revoke(again, by=SYSTEM, now=NOW, reason="Pindah tugas")
    operations.grant(head, Role.CENTRE_HEAD, centre=centre, by=SYSTEM, now=NOW)
    assert Membership.objects.filter(user=head).count() == 2
    assert Entry.objects.filter(action="role.ended", reason="Pindah tugas", chain=str(centre.pk)).exists()


def test_the_last_head_and_the_last_administrator_stay(head, minister, centre):
    for user in (head, minister):
        with pytest.raises(operations.LastHead):
            operations.revoke(user.memberships.get(), by=SYSTEM, now=NOW, reason="x")


def test_two_heads_cannot_end_each_other_at_once(own_database):
    centre = Centre.objects.filter(state="active").first()
    heads = []
    for name in ("satu", "dua"):
        user = operations.create_user(name=name, email=f"{name}@contoh.id", now=NOW, by=SYSTEM)
        heads.append(operations.grant(user, Role.CENTRE_HEAD, centre=centre, by=SYSTEM, now=NOW))
    connection.close()
    refused = []

    def end(membership):
        try:
            operations.revoke(membership, by=SYSTEM, now=NOW, reason="x")
        except operations.LastHead:
            refused.append(membership)
        finally:
            connection.close()

    threads = [threading.Thread(target=end, args=(membership,)) for membership in heads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Membership.objects.filter(centre=centre, revoked_at=None).count() == 1


# ---------------------------------------------------------------- invitations


def test_an_invitation_gives_its_role_once(head, centre, make):
    offer, token = operations.invite(head, Role.INSTRUCTOR, centre=centre, name="Budi", by=SYSTEM, now=NOW)
    assert token not in str(Invitation.objects.values().get(pk=offer.pk))
    assert queries.invitation_by_token(token, now=NOW) == offer
    operations.accept_invitation(token, make("budi"), by=SYSTEM, now=NOW)
    with pytest.raises(operations.LinkUsed):
        operations.accept_invitation(token, make("penumpang"), by=SYSTEM, now=NOW)
    with pytest.raises(queries.NotVisible):
        queries.invitation_by_token(token, now=NOW)
    assert [held.user.name for held in queries.staff_of(centre.pk)] == ["budi", "kepala"]


@pytest.mark.parametrize("case", ["expired", "ended", "unknown"])
def test_a_link_that_no_longer_works_gives_nothing(head, centre, make, case):
    offer, token = operations.invite(head, Role.INSTRUCTOR, centre=centre, by=SYSTEM, now=NOW)
    if case == "ended":
        operations.revoke_invitation(offer, by=SYSTEM, now=NOW)
    when, used = (LATER if case == "expired" else NOW), (f"{token}x" if case == "unknown" else token)
    with pytest.raises(operations.LinkUsed):
        operations.accept_invitation(used, make("budi"), by=SYSTEM, now=when)
    with pytest.raises(queries.NotVisible):
        queries.invitation_by_token(used, now=when)


@pytest.mark.parametrize("role", list(Role))
def test_a_head_offers_just_the_roles_of_the_own_centre(head, centre, other_centre, role):
    fitting = {"centre": centre} if role in CENTRE_ROLES else {}
    if role in MAY_INVITE[Role.CENTRE_HEAD]:
        operations.invite(head, role, by=SYSTEM, now=NOW, **fitting)
        with pytest.raises(operations.MayNot):
            operations.invite(head, role, centre=other_centre, by=SYSTEM, now=NOW)
    else:
        with pytest.raises((operations.MayNot, operations.ScopeMissing)):
            operations.invite(head, role, by=SYSTEM, now=NOW, **fitting)


def test_who_holds_no_role_that_invites_offers_nothing(make, centre):
    for role in sorted(set(Role) - set(MAY_INVITE)):
        scope = centre if role in CENTRE_ROLES else (["35"] if role == Role.PROVINCIAL_OFFICER else None)
        if role in ORGANISATION_ROLES:
            scope = Organisation.objects.get_or_create(kind="partner", name="PT Contoh")[0]
        with pytest.raises(operations.MayNot):
            operations.invite(make(str(role), (role, scope)), Role.INSTRUCTOR, centre=centre, by=SYSTEM, now=NOW)


# ---------------------------------------------------------------- doors


@pytest.fixture
def everyone(make, centre, other_centre):
    """One person of every kind, seen from ``centre``."""
    firm = Organisation.objects.create(kind="partner", name="PT Contoh")
    people = {str(role): make(str(role), (role, None)) for role in MINISTRY_ROLES - {Role.PROVINCIAL_OFFICER}}
    people |= {str(role): make(str(role), (role, centre)) for role in CENTRE_ROLES}
    return people | {
        "provincial_officer": make("provinsi", (Role.PROVINCIAL_OFFICER, ["32"])),
        "other_head": make("kepala-lain", (Role.CENTRE_HEAD, other_centre)),
        "partner_owner": make("mitra", (Role.PARTNER_OWNER, firm)),
        "nobody": make("tanpa-peran"),
    }


def _opens(door, *args, **kwargs) -> bool:
    try:
        return bool(door(*args, **kwargs)) or True
    except queries.NotVisible:
        return False


def test_who_enters_a_centres_space(everyone, centre):
    inside = {name for name, user in everyone.items() if _opens(queries.centre_space, user, centre.pk, now=NOW)}
    assert inside == {"centre_head", "centre_administrator", "instructor", "participant"}


def test_who_sits_at_the_ministrys_desk(everyone):
    inside = {name for name, user in everyone.items() if _opens(queries.ministry_desk, user)}
    assert inside == {str(role) for role in MINISTRY_ROLES}
    assert {name for name, user in everyone.items() if _opens(queries.audit_desk, user)} == {"super_admin"}


def test_who_may_end_a_membership(everyone, centre, other_centre):
    instructor = everyone["instructor"].memberships.get()
    allowed = {name for name, user in everyone.items() if _opens(queries.membership_to_manage, user, instructor.pk)}
    assert allowed == {"centre_head", "centre_administrator"}


def test_a_provincial_officer_sees_the_own_provinces_only(everyone, centre, other_centre):
    officer = everyone["provincial_officer"]
    assert queries.centre_for_ministry(officer, centre.code) == centre  # Garut, Jawa Barat
    with pytest.raises(queries.NotVisible):
        queries.centre_for_ministry(officer, other_centre.code)  # Blitar, Jawa Timur
    assert queries.centre_for_ministry(everyone["super_admin"], other_centre.code) == other_centre


def test_a_role_that_was_ended_opens_nothing_at_the_next_request(make, head, centre):
    budi = make("budi", (Role.INSTRUCTOR, centre))
    operations.revoke(budi.memberships.get(), by=SYSTEM, now=NOW, reason="Selesai")
    again = User.objects.with_roles().get(pk=budi.pk)
    assert not _opens(queries.centre_space, again, centre.pk, now=NOW)


# ---------------------------------------------------------------- from host to host


def test_a_pass_works_once_on_its_host_in_its_browser_and_for_a_minute(make):
    from kernel import tokens

    user = make("siti")

    def issue() -> str:
        return operations.issue_handover(user, host="melati", browser=tokens.hash_of("rahasia"), now=NOW)

    soon = NOW + timedelta(seconds=50)
    for wrong in (
        {"host": "kenanga"}, {"browser": "lain"}, {"browser": ""}, {"now": NOW + timedelta(seconds=61)},
    ):  # fmt: skip
        with pytest.raises(operations.LinkUsed):
            operations.redeem_handover(issue(), **{"host": "melati", "browser": "rahasia", "now": soon} | wrong)
    token = issue()
    assert operations.redeem_handover(token, host="melati", browser="rahasia", now=soon) == user
    with pytest.raises(operations.LinkUsed):
        operations.redeem_handover(token, host="melati", browser="rahasia", now=soon)


def test_a_closed_account_is_not_handed_over(make):
    from kernel import tokens

    user = make("siti")
    token = operations.issue_handover(user, host="hub", browser=tokens.hash_of("rahasia"), now=NOW)
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(operations.LinkUsed):
        operations.redeem_handover(token, host="hub", browser="rahasia", now=NOW)


# ---------------------------------------------------------------- support visits


def ask(visitor, centre, **more) -> SupportVisit:
    wish = {"reason": "Data angkatan tidak tampil", "hours": 4, "may_write": False, "is_emergency": False} | more
    return operations.ask_for_visit(visitor, centre, by=SYSTEM, now=NOW, **wish)


def test_a_visit_needs_the_centres_consent_and_ends_with_its_hours(minister, head, centre):
    visit = ask(minister, centre)
    assert not _opens(queries.centre_space, minister, centre.pk, now=NOW)
    operations.answer_visit(visit, allow=True, answered_by=head, by=SYSTEM, now=NOW)
    access = queries.centre_space(minister, centre.pk, now=NOW + timedelta(hours=3))
    assert (access.is_staff, access.may_write, access.leads) == (True, False, False)
    assert not _opens(queries.centre_space, minister, centre.pk, now=NOW + timedelta(hours=4))


def test_a_refused_or_ended_visit_opens_nothing(minister, head, centre):
    operations.answer_visit(ask(minister, centre), allow=False, answered_by=head, by=SYSTEM, now=NOW)
    assert not _opens(queries.centre_space, minister, centre.pk, now=NOW)
    visit = operations.answer_visit(ask(minister, centre), allow=True, answered_by=head, by=SYSTEM, now=NOW)
    operations.end_visit(visit, by=SYSTEM, now=NOW)
    assert not _opens(queries.centre_space, minister, centre.pk, now=NOW)
    with pytest.raises(operations.LinkUsed):
        operations.answer_visit(visit, allow=True, answered_by=head, by=SYSTEM, now=NOW)


def test_an_emergency_opens_at_once_and_stands_in_the_centres_trail(minister, centre, other_centre):
    ask(minister, centre, is_emergency=True, may_write=True)
    assert queries.centre_space(minister, centre.pk, now=NOW).may_write
    assert not _opens(queries.centre_space, minister, other_centre.pk, now=NOW)
    entry = Entry.objects.get(action="visit.emergency")
    assert (entry.chain, entry.reason) == (str(centre.pk), "Data angkatan tidak tampil")


def test_who_may_ask_and_who_may_answer(everyone, centre):
    for name, user in everyone.items():
        if name in ("super_admin", "programme_officer", "provincial_officer"):
            ask(user, centre)
        else:
            with pytest.raises(operations.MayNot):
                ask(user, centre)
    visit = SupportVisit.objects.first()
    answers = {name for name, user in everyone.items() if _opens(queries.visit_to_answer, user, centre.pk, visit.pk)}
    assert answers == {"centre_head", "centre_administrator"}


def test_one_request_at_a_time_and_never_outside_the_own_provinces(everyone, centre, other_centre):
    officer = everyone["provincial_officer"]
    ask(officer, centre)
    with pytest.raises(operations.AlreadyAsked):
        ask(officer, centre)
    with pytest.raises(operations.MayNot):
        ask(officer, other_centre, is_emergency=True)


def test_a_new_visit_is_possible_after_the_last_one_ran_out(minister, centre):
    ask(minister, centre, is_emergency=True, hours=1)
    later = NOW + timedelta(hours=2)
    operations.ask_for_visit(
        minister,
        centre,
        reason="Lanjutan pemeriksaan",
        hours=1,
        may_write=False,
        is_emergency=False,
        by=SYSTEM,
        now=later,
    )
    assert SupportVisit.objects.filter(state="ended").count() == 1
