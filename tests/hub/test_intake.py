"""Applications of centres and claim codes: who may do what when, what is sealed, what goes when."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from hub.accounts import operations as accounts
from hub.accounts.operations import MayNot
from hub.accounts.queries import NotVisible
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.centres import operations as centres
from hub.intake import clock, codes, operations, queries
from hub.intake.clock import Standing
from hub.intake.facts import Facts
from hub.intake.models import Application, ApplicationState, ClaimCode, Link, MomentKind, Paper, PaperKind
from kernel import files
from tests.intake import FACTS, NOW, PDF, begun, document, facts, official, registered, sent, who
from workflows import retention

DAY = timedelta(days=1)
TODAY = date(2026, 11, 24)


# ---------------------------------------------------------------- the applicant's steps


def test_a_draft_is_found_by_its_link_and_by_nothing_else(db):
    application, token = begun()
    assert queries.application_by_token(token, now=NOW) == application
    assert queries.typed_of(application) == {"lembaga": {"name": ["BLKK Sumber Ilmu"]}}
    for wrong in ("", "x" * 43, token[:-1], str(application.pk), application.code):
        with pytest.raises(NotVisible):
            queries.application_by_token(wrong, now=NOW)
    with pytest.raises(NotVisible):
        queries.application(official(Role.SUPER_ADMIN), application.pk)


def test_the_database_holds_neither_the_link_nor_what_was_typed(db):
    application, token = begun()
    operations.send(application, facts(), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM intake_application t")
        rows = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(t::text, ' ') FROM intake_link t")
        links = cursor.fetchone()[0]
        cursor.execute("SELECT encode(typed, 'escape') || encode(facts, 'escape') FROM intake_application")
        sealed = cursor.fetchone()[0]
    assert token not in links
    for personal in ("Rini", "rini@contoh.id", "81234567890"):
        assert personal not in rows + sealed


def test_another_link_leads_there_too(db):
    application, first = begun()
    second = operations.add_link(application, now=NOW)
    assert {queries.application_by_token(one, now=NOW) for one in (first, second)} == {application}


def test_each_step_kept_lets_the_draft_live_on(db):
    application, token = begun()
    operations.keep_typed(application, {"lembaga": {"name": ["Lain"]}}, now=NOW + 50 * DAY)
    found = queries.application_by_token(token, now=NOW + 100 * DAY)
    assert queries.typed_of(found)["lembaga"]["name"] == ["Lain"]
    with pytest.raises(NotVisible):
        queries.application_by_token(token, now=NOW + 110 * DAY)


def test_sent_it_is_the_ministrys_and_cannot_be_changed(db):
    application = sent()
    assert (application.state, application.due_on) == (ApplicationState.SENT, date(2026, 12, 1))
    assert (application.name, application.regency_id, application.expires_at) == ("BLKK Sumber Ilmu", "35.05", None)
    assert application.consent_version == 1
    for step in (
        lambda: operations.keep_typed(application, {}, now=NOW),
        lambda: operations.send(application, facts(), now=NOW),
        lambda: operations.add_paper(application, PaperKind.DEED, document(), now=NOW),
        lambda: operations.discard(application, now=NOW),
    ):
        with pytest.raises(operations.WrongStep):
            step()


def test_names_are_tidied_as_the_registers(db):
    assert sent(name="BLKK  SUMBER`ILMU").name == "BLKK Sumber'ilmu"


def test_a_paper_takes_the_place_of_one_of_its_kind(db, django_capture_on_commit_callbacks):
    application, _token = begun()
    with django_capture_on_commit_callbacks(execute=True):
        first = operations.add_paper(application, PaperKind.LICENCE, document(), now=NOW)
        second = operations.add_paper(application, PaperKind.LICENCE, document(b"%PDF-1.7\nBaru\n%%EOF"), now=NOW)
    assert list(application.papers.all()) == [second]
    assert files.read(second.file) == b"%PDF-1.7\nBaru\n%%EOF"
    with pytest.raises(FileNotFoundError):
        files.read(first.file)
    with pytest.raises(NotVisible):
        queries.own_paper(application, first.file)


def test_a_discarded_draft_is_gone_with_its_files(db, django_capture_on_commit_callbacks):
    application, token = begun()
    paper = operations.add_paper(application, PaperKind.LICENCE, document(), now=NOW)
    assert files.read(paper.file) == PDF
    with django_capture_on_commit_callbacks(execute=True):
        operations.discard(application, now=NOW)
    with pytest.raises(FileNotFoundError):
        files.read(paper.file)
    assert not Application.objects.exists() and not Link.objects.exists()
    with pytest.raises(NotVisible):
        queries.application_by_token(token, now=NOW)


def test_withdrawn_it_waits_for_nobody_and_its_papers_are_gone(db):
    application, _token = begun()
    operations.add_paper(application, PaperKind.LICENCE, document(), now=NOW)
    operations.send(application, facts(), now=NOW)
    operations.withdraw(application, now=NOW)
    assert not Paper.objects.exists()
    with pytest.raises(operations.WrongStep):
        operations.take(application, **who(official()))
    with pytest.raises(operations.WrongStep):
        operations.withdraw(application, now=NOW)


# ---------------------------------------------------------------- the ministry's steps


def test_taken_it_is_one_officials_until_they_hand_it_back(db):
    application, ani, budi = sent(), official(), official()
    operations.take(application, **who(ani))
    operations.take(application, **who(ani))
    for step in (
        lambda: operations.take(application, **who(budi)),
        lambda: operations.hand_back(application, **who(budi)),
        lambda: operations.reject(application, reason="Bukan balai", **who(budi)),
        lambda: operations.ask_back(application, remarks={"vin": "Mana?"}, note="", **who(budi)),
    ):
        with pytest.raises(operations.TakenByOther):
            step()
    operations.hand_back(application, **who(ani))
    application.refresh_from_db()
    assert (application.state, application.taken_by) == (ApplicationState.SENT, None)
    operations.take(application, **who(budi))
    operations.take(application, even_from_other=True, **who(ani))
    application.refresh_from_db()
    assert application.taken_by == ani
    assert [moment.kind for moment in application.moments.all()] == [
        "begun", "sent", "taken", "handed_back", "taken", "taken",
    ]  # fmt: skip


def test_asked_back_it_is_the_applicants_again_and_returns_to_who_asked(db):
    application, ani = sent(), official()
    operations.ask_back(application, remarks={"vin": " Nomor salah ", "name": ""}, note="", **who(ani))
    application.refresh_from_db()
    assert queries.remarks_of(application) == {"vin": "Nomor salah"}
    operations.keep_typed(application, {}, now=NOW)
    operations.add_paper(application, PaperKind.DEED, document(), now=NOW + DAY)
    application = operations.send(application, facts(vin="V-78"), now=NOW + DAY)
    assert (application.state, application.taken_by, application.vin) == (ApplicationState.TAKEN, ani, "V-78")
    assert queries.remarks_of(application) == {}
    again = application.moments.last()
    assert (again.kind, again.about) == (MomentKind.SENT_AGAIN, {"vin": "", "paper_deed": ""})


def test_the_clock_stands_still_while_it_lies_with_the_applicant(db):
    application = sent()  # on a Tuesday: due on the next
    ani = official()
    on_thursday = NOW + 2 * DAY
    operations.ask_back(application, remarks={"vin": "?"}, note="", **{**who(ani), "now": on_thursday})
    application.refresh_from_db()
    assert application.standing(TODAY + 90 * DAY) is None
    application = operations.send(application, facts(), now=NOW + 14 * DAY)  # three days were left
    assert application.due_on == date(2026, 12, 11)
    operations.ask_back(application, remarks={"vin": "?"}, note="", **{**who(ani), "now": NOW + 30 * DAY})
    application = operations.send(application, facts(), now=NOW + 31 * DAY)
    assert application.due_on == date(2026, 12, 28), "However late it was, there is one working day to look at it."


def test_asking_back_needs_something_to_ask(db):
    application = sent()
    with pytest.raises(operations.NothingAsked):
        operations.ask_back(application, remarks={"vin": "  "}, note=" ", **who(official()))
    with pytest.raises(operations.ReasonMissing):
        operations.reject(application, reason="  ", **who(official()))


def test_what_is_decided_stays_decided(db):
    application, ani = sent(), official()
    operations.reject(application, reason="Bukan balai latihan.", **who(ani))
    application.refresh_from_db()
    assert (application.state, application.reason, application.decided_by) == ("rejected", "Bukan balai latihan.", ani)
    for step in (operations.take, operations.hand_back, lambda a, **k: operations.reject(a, reason="Lagi", **k)):
        with pytest.raises(operations.WrongStep):
            step(application, **who(ani))


@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.MENTOR, Role.DONOR])
def test_who_looks_after_no_centre_decides_on_none(db, role):
    application, user = sent(), official(role)
    with pytest.raises(NotVisible):
        queries.applications(user)
    with pytest.raises(MayNot):
        operations.take(application, **who(user))
    assert queries.counts(user, today=TODAY) == queries.Counts()


def test_a_provincial_officer_sees_and_decides_their_provinces_alone(db):
    here, there = sent(), sent(regency="33.21")
    officer = official(Role.PROVINCIAL_OFFICER, provinces=["35"])
    assert list(queries.applications(officer)) == [here]
    assert queries.counts(officer, today=TODAY).waiting == 1
    with pytest.raises(NotVisible):
        queries.application(officer, there.pk)
    for step in (operations.take, operations.hand_back, lambda a, **k: operations.reject(a, reason="Bukan", **k)):
        with pytest.raises(MayNot):
            step(there, **who(officer))
    operations.take(here, **who(officer))


def test_every_step_stands_in_the_trail_without_a_word_of_the_applicants_people(db):
    application, ani = sent(), official()
    operations.take(application, **who(ani))
    operations.ask_back(application, remarks={"head_name": "Rini siapa?"}, note="", **who(ani))
    operations.send(application, facts(), now=NOW)
    operations.reject(application, reason="Bukan balai.", **who(ani))
    entries = Entry.objects.filter(object_type="centre_application").order_by("number")
    assert [entry.action for entry in entries] == [
        "intake.begun", "intake.sent", "intake.taken", "intake.asked", "intake.sent_again",
        "intake.rejected",
    ]  # fmt: skip
    assert [entry.actor_name for entry in entries][:3] == ["Balai", "Balai", ani.name]
    assert "Rini" not in str([(entry.before, entry.after, entry.reason) for entry in entries])


def test_the_database_holds_the_rules(db):
    application = sent()
    for wrong in (
        {"state": "taken"}, {"state": "rejected"}, {"state": "approved"}, {"state": "withdrawn"}, {"facts": None},
        {"expires_at": NOW},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.filter(pk=application.pk).update(**wrong)


# ---------------------------------------------------------------- what goes when


def test_all_of_it_goes_when_its_time_is_over(db, django_capture_on_commit_callbacks):
    ani = official()
    draft, _token = begun()
    paper = operations.add_paper(draft, PaperKind.LICENCE, document(), now=NOW)
    asked, rejected, waiting = sent(), sent(), sent()
    operations.ask_back(asked, remarks={"vin": "?"}, note="", **who(ani))
    operations.reject(rejected, reason="Bukan balai.", **who(ani))
    assert operations.remove_expired(now=NOW + 59 * DAY) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert retention.apply(now=NOW + 61 * DAY, dry_run=True) == {"intake.Application": 2}
        retention.apply(now=NOW + 61 * DAY)
    assert set(Application.objects.all()) == {rejected, waiting}
    with pytest.raises(FileNotFoundError):
        files.read(paper.file)
    assert operations.remove_expired(now=NOW + 364 * DAY) == 0
    assert operations.remove_expired(now=NOW + 366 * DAY) == 1
    assert list(Application.objects.all()) == [waiting], "What the ministry owes an answer to does not go."


# ---------------------------------------------------------------- the clock


days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@given(days, st.integers(1, 40))
def test_working_days_are_counted_back_as_they_are_counted_on(day, number):
    due = clock.after(day, number)
    assert clock.is_working_day(due)
    assert clock.between(day, due) == number
    assert clock.between(due, day) == -number


@given(days, st.integers(-20, 20))
def test_the_list_and_the_row_agree_on_soon(today, offset):
    due = today + timedelta(days=offset)
    if not clock.is_working_day(due):
        return
    by_dates = Standing.LATE if due < today else Standing.SOON if due <= clock.soon_until(today) else Standing.ON_TIME
    assert clock.standing(due, today) == by_dates


def test_the_list_filters_by_how_it_stands(db):
    application = sent()
    rows = queries.applications(official())
    for today, standing in (
        (TODAY, Standing.ON_TIME), (date(2026, 11, 30), Standing.SOON), (date(2026, 12, 2), Standing.LATE),
    ):  # fmt: skip
        assert application.standing(today) == standing
        found = {one: list(queries.with_standing(rows, one, today=today)) for one in Standing}
        assert found == {one: [application] if one == standing else [] for one in Standing}


# ---------------------------------------------------------------- is it there already?


def test_namesakes_of_the_regency_and_the_same_vin_are_found(db):
    near, far = registered(), registered("BLKK Sumber Ilmu", "33.21")
    by_vin = registered("Sama Sekali Lain", "33.21", facts={"vin": "v-77"})
    application, twin, elsewhere = sent(), sent(), sent(regency="32.05", vin="")
    found = queries.alike(application, official())
    assert {pair.other for pair in found.centres} == {near, by_vin}
    assert [other for other, _pair in found.applications] == [twin]
    assert far not in [pair.other for pair in found.centres] and elsewhere.pk != twin.pk


def test_a_provincial_officer_is_shown_nothing_of_another_province(db):
    registered("Sama Sekali Lain", "33.21", facts={"vin": "v-77"})
    sent(regency="33.21")
    found = queries.alike(sent(), official(Role.PROVINCIAL_OFFICER, provinces=["35"]))
    assert not found


def test_the_applicant_is_shown_the_public_directory_alone(db):
    near = registered()
    registered("Sama Sekali Lain", "33.21", facts={"vin": "V-77"})
    sent()
    asked = {"name": "Sumber Ilmu", "regency": "35.05", "village": ""}
    assert [pair.other for pair in queries.may_be_listed_already(**asked)] == [near]
    assert queries.may_be_listed_already(**{**asked, "regency": "33.21"}) == []


# ---------------------------------------------------------------- claim codes


def test_a_code_is_kept_as_a_hash_and_typed_as_people_type(db):
    centre, ani = registered(), official()
    code = operations.issue_code(centre, issuer=ani, by=SYSTEM, now=NOW)
    assert code not in str(list(ClaimCode.objects.values()))
    untidy = f"  {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert operations.use_code(centre, untidy, now=NOW).used_at == NOW


def test_a_code_works_once_for_its_centre_while_it_lasts(db):
    centre, other, ani = registered(), registered("BLKK Lain", "33.21"), official()
    issue = {"issuer": ani, "by": SYSTEM, "now": NOW}
    first = operations.issue_code(centre, **issue)
    second = operations.issue_code(centre, **issue)
    operations.issue_code(other, **issue)
    for typed, where, now in (
        (first, centre, NOW), (second, other, NOW), (second, centre, NOW + 61 * DAY), ("", centre, NOW),
    ):  # fmt: skip
        with pytest.raises(operations.CodeRefused):
            operations.use_code(where, typed, now=now)
    operations.use_code(centre, second, now=NOW)
    with pytest.raises(operations.CodeRefused):
        operations.use_code(centre, second, now=NOW)


def test_a_code_taken_back_opens_nothing(db):
    centre = registered()
    code = operations.issue_code(centre, issuer=official(), by=SYSTEM, now=NOW)
    operations.end_code(centre, by=SYSTEM, now=NOW)
    operations.end_code(centre, by=SYSTEM, now=NOW)
    assert queries.open_code(centre.pk, now=NOW) is None
    with pytest.raises(operations.CodeRefused):
        operations.use_code(centre, code, now=NOW)


def test_a_code_outlives_a_new_lookup_key(db, settings):
    centre = registered()
    code = operations.issue_code(centre, issuer=official(), by=SYSTEM, now=NOW)
    settings.BALAI_LOOKUP_KEY_FALLBACKS = [settings.BALAI_LOOKUP_KEY]
    settings.BALAI_LOOKUP_KEY = "A" * 43 + "="
    operations.use_code(centre, code, now=NOW)


def test_codes_are_for_centres_that_nobody_leads(db, centre):
    ani = official()
    operations.issue_code(centre, issuer=ani, by=SYSTEM, now=NOW)  # live, without a head
    head = accounts.create_user(name="Siti", email="siti@contoh.id", now=NOW, by=SYSTEM)
    accounts.grant(head, Role.CENTRE_HEAD, centre=centre, by=SYSTEM, now=NOW)
    with pytest.raises(operations.CannotClaim):
        operations.issue_code(centre, issuer=ani, by=SYSTEM, now=NOW)
    waiting = registered()
    issued = operations.issue_codes([waiting, centre], issuer=ani, by=SYSTEM, now=NOW)
    assert [one for one, _code in issued] == [waiting]
    with pytest.raises(MayNot):
        officer = official(Role.PROVINCIAL_OFFICER, provinces=["33"])
        operations.issue_code(waiting, issuer=officer, by=SYSTEM, now=NOW)
    with pytest.raises(operations.CannotClaim):
        suspended = centres.suspend(centre, reason="Izin", now=NOW)
        operations.issue_code(suspended, issuer=ani, by=SYSTEM, now=NOW)


@given(st.text(alphabet=codes.ALPHABET, min_size=10, max_size=10))
def test_a_code_reads_the_same_in_every_spelling(letters):
    spellings = {letters, letters.lower(), " ".join(letters), f"{letters[:5]}-{letters[5:]}"}
    assert len({codes.hash_of(one) for one in spellings}) == 1


def test_facts_are_read_back_as_they_were_and_from_other_versions():
    said = Facts(**FACTS)
    assert Facts.from_json(said.to_json()) == said
    assert Facts.from_json('{"name": "x", "tinggi": 3}') == Facts(name="x")
