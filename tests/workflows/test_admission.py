"""Letting centres in: whole or not at all, once however many decide at the same moment."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from hub.accounts import operations as accounts
from hub.accounts.models import Invitation, Membership
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.centres.models import Centre, State
from hub.centres.slugs import SlugRefused
from hub.intake import operations, queries
from hub.intake.models import Application, ClaimCode
from kernel import schema
from kernel.errors import DomainError
from tenants.site.models import Profile
from tests.intake import NOW, official, registered, sent, who
from workflows import admission, desk

DAY = timedelta(days=1)


def test_approved_the_centre_is_live_its_head_invited_and_its_list_begins(db):
    application, ani = sent(), official()
    done = admission.approve(application, **who(ani))
    application.refresh_from_db()
    centre = Centre.objects.get(pk=done.centre.pk)
    assert (application.state, application.centre, application.decided_by) == ("approved", centre, ani)
    assert (centre.state, centre.slug, centre.vin, centre.established) == (State.ACTIVE, "sumber-ilmu", "V-77", 2021)
    assert (centre.seats, centre.is_women_led) == (16, True)
    assert {field.code for field in centre.fields.all()} == {"las", "tik"}
    assert (done.invitation.email, done.invitation.role) == ("rini@contoh.id", Role.CENTRE_HEAD)
    head = accounts.create_user(name="Rini", email="rini@contoh.id", now=NOW, by=SYSTEM)
    accounts.accept_invitation(done.token, head, by=SYSTEM, now=NOW)
    with schema.centre(centre):
        profile = Profile.objects.get()
        assert (profile.facilities, profile.instructor_count, profile.address) == ("Bengkel las", 4, "Jalan Melati 3")
        look = desk.desk(centre, now=NOW, keeps=True, leads=True)
    assert 0 < look.done < len(look.setting_up)
    trail = Entry.objects.filter(chain=str(centre.pk)).values_list("action", flat=True)
    assert {"centre.registered", "invitation.sent", "role.granted"} <= set(trail)
    assert Entry.objects.filter(action="intake.approved", actor_id=ani.pk).exists()


def test_a_provincial_officer_lets_in_though_they_invite_nobody_by_themselves(db):
    officer = official(Role.PROVINCIAL_OFFICER, provinces=["35"])
    done = admission.approve(sent(), **who(officer))
    assert done.invitation.invited_by is None
    with pytest.raises(accounts.MayNot):
        admission.approve(sent(regency="33.21"), **who(officer))


def test_it_can_become_the_row_of_the_register_that_it_was_all_along(db):
    row = registered(facts={"vin": "V-1", "is_women_led": False})
    done = admission.approve(sent(), into=row, **who(official()))
    row.refresh_from_db()
    assert done.centre.pk == row.pk and Centre.objects.filter(name__contains="Sumber Ilmu").count() == 1
    assert (row.state, row.name) == (State.ACTIVE, "BLKK Yayasan Sumber Ilmu")
    assert (row.seats, row.is_women_led) == (16, False)
    assert (row.vin, row.foundation, row.licence_number) == ("V-1", "Yayasan Sumber Ilmu", "912")
    assert {field.code for field in row.fields.all()} == {"las", "tik"}


def test_a_row_that_others_are_in_cannot_be_joined(db, centre):
    ani = official()
    row = registered()
    admission.approve(sent(), into=row, **who(ani))
    second = sent()
    for into in (row, registered("BLKK Contoh", is_demo=True)):
        with pytest.raises(admission.CannotJoin):
            admission.approve(second, into=into, **who(ani))
    Invitation.objects.update(revoked_at=NOW)
    with pytest.raises(operations.WrongStep):
        admission.approve(second, into=row, **who(ani))
    officer = official(Role.PROVINCIAL_OFFICER, provinces=["35"])
    with pytest.raises(accounts.MayNot):
        admission.approve(second, into=centre, **who(officer))
    second.refresh_from_db()
    assert second.state == "sent"


def test_it_is_all_or_nothing(db):
    application = sent()
    with pytest.raises(SlugRefused):
        admission.approve(application, slug="kementerian", **who(official()))
    assert not Centre.objects.filter(name="BLKK Sumber Ilmu").exists()
    application.refresh_from_db()
    assert application.state == "sent" and not Invitation.objects.exists()


def test_the_applicant_can_have_the_head_invited_anew_until_somebody_leads(db):
    application = sent()
    first = admission.approve(application, **who(official()))
    application.refresh_from_db()
    again = admission.invite_again(application, now=NOW + DAY)
    first.invitation.refresh_from_db()
    assert first.invitation.revoked_at and again.invitation.is_open(NOW + DAY)
    with pytest.raises(operations.WrongStep):
        admission.invite_again(application, now=NOW + 61 * DAY)
    head = accounts.create_user(name="Rini", email="rini@contoh.id", now=NOW, by=SYSTEM)
    held = accounts.accept_invitation(again.token, head, by=SYSTEM, now=NOW + DAY)
    Membership.objects.filter(pk=held.pk).update(revoked_at=NOW + 2 * DAY)
    with pytest.raises(operations.WrongStep):
        admission.invite_again(application, now=NOW + 3 * DAY)


# ---------------------------------------------------------------- by a code


def test_a_code_opens_the_space_and_invites_who_typed_it(db):
    row, ani = registered(), official()
    code = operations.issue_code(row, issuer=ani, by=SYSTEM, now=NOW)
    done = admission.claim(row.pk, code, name="Rini", email="", now=NOW)
    row.refresh_from_db()
    assert (row.state, done.invitation.name, done.invitation.centre_id) == (State.ACTIVE, "Rini", row.pk)
    with pytest.raises(operations.CodeRefused):
        admission.claim(row.pk, code, name="Ani", email="", now=NOW)


def test_a_live_centre_without_a_head_is_claimed_with_a_code_too(db, centre):
    code = operations.issue_code(centre, issuer=official(), by=SYSTEM, now=NOW)
    assert admission.claim(centre.pk, code, name="Siti", email="siti@contoh.id", now=NOW).centre == centre


def test_a_code_is_not_used_up_where_it_opens_nothing(db, centre):
    code = operations.issue_code(centre, issuer=official(), by=SYSTEM, now=NOW)
    head = accounts.create_user(name="Siti", email="siti@contoh.id", now=NOW, by=SYSTEM)
    accounts.grant(head, Role.CENTRE_HEAD, centre=centre, by=SYSTEM, now=NOW)
    with pytest.raises(operations.CodeRefused):
        admission.claim(centre.pk, code, name="Ani", email="", now=NOW)
    assert queries.open_code(centre.pk, now=NOW) is not None


# ---------------------------------------------------------------- at the same moment


def _at_once(*steps) -> Counter:
    """Run them in threads with connections of their own, released together; what became of each."""
    answers: Counter = Counter()
    lock, together = threading.Lock(), threading.Barrier(len(steps))

    def run(step) -> None:
        try:
            connection.ensure_connection()
            together.wait()
            answer = type(step()).__name__
        except DomainError as error:
            answer = error.code
        finally:
            connection.close()
        with lock:
            answers[answer] += 1

    connection.close()
    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_officials_who_approve_at_once_let_in_one_centre(own_database):
    application, officials = sent(), [official() for _ in range(4)]
    before = Centre.objects.count()
    answers = _at_once(*(lambda one=one: admission.approve(application, **who(one)) for one in officials))
    assert answers == {"Admitted": 1, "wrong_step": 3}
    assert Centre.objects.count() == before + 1 and Invitation.objects.count() == 1
    assert Application.objects.get().state == "approved"


def test_two_applications_for_one_row_of_the_register_give_one_space(own_database):
    row, ani = registered(), official()
    applications = [sent(), sent()]
    answers = _at_once(
        *(lambda one=one: admission.approve(one, into=row, **who(ani)) for one in applications)
    )  # fmt: skip
    assert answers == {"Admitted": 1, "cannot_join": 1}
    assert Invitation.objects.count() == 1


def test_two_who_claim_at_once_get_one_space(own_database):
    row = registered()
    code = operations.issue_code(row, issuer=official(), by=SYSTEM, now=NOW)
    answers = _at_once(
        *(lambda name=name: admission.claim(row.pk, code, name=name, email="", now=NOW) for name in ("A", "B", "C"))
    )
    assert answers == {"Admitted": 1, "code_refused": 2}
    assert ClaimCode.objects.get().used_at and Invitation.objects.count() == 1


def test_claimed_and_approved_at_once_it_is_one_space(own_database):
    row, ani, application = registered(), official(), sent()
    code = operations.issue_code(row, issuer=ani, by=SYSTEM, now=NOW)
    answers = _at_once(
        lambda: admission.claim(row.pk, code, name="A", email="", now=NOW),
        lambda: admission.approve(application, into=row, **who(ani)),
    )
    assert answers["Admitted"] >= 1 and sum(answers.values()) == 2
    row.refresh_from_db()
    assert row.state == State.ACTIVE
    assert Invitation.objects.count() == answers["Admitted"]
