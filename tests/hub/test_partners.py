"""Companies: what they say, what the ministry checked of it, and who asks to come in."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hub.accounts import operations as accounts
from hub.accounts.models import Invitation, Membership, Organisation, OrganisationKind, User
from hub.accounts.queries import NotVisible
from hub.accounts.roles import Role
from hub.audit import queries as audit
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.partners import operations, queries
from hub.partners.models import (
    Evidence,
    EvidenceKind,
    JoinRequest,
    PartnerProfile,
    Standing,
    Verification,
    VerificationState,
)
from kernel import files
from tests.partners import NOW, WHOLE, as_actor, described, document, organisation, person, picture, submitted, verified
from workflows import jobs, persons, retention

DAY = timedelta(days=1)


@pytest.fixture
def mekar(db) -> Organisation:
    return organisation("PT Mekar")


@pytest.fixture
def owner(mekar) -> User:
    return person("Ayu", Role.PARTNER_OWNER, mekar)


@pytest.fixture
def official(db) -> User:
    return person("Ratna", Role.PROGRAMME_OFFICER)


def actions(company: Organisation) -> list[str]:
    return [entry.action for entry in audit.trail(organisation_id=company.pk).order_by("number")]


def on_disk() -> list[str]:
    return files.names(files.folder_of(None))


def standing(company: Organisation, now=NOW) -> Standing:
    return queries.case_of(company.pk, now=now).standing


# ---------------------------------------------------------------- what a company says


def test_a_company_describes_itself_and_the_trail_names_what_changed(mekar):
    described(mekar)
    operations.describe(mekar, name="PT Mekar", about="Kami menjahit.", by=SYSTEM, now=NOW)
    profile = queries.profile_of(mekar)
    assert (profile.about, profile.nib) == ("Kami menjahit.", WHOLE["nib"])
    last = audit.trail(organisation_id=mekar.pk).filter(action="partner.described").latest("number")
    assert (last.before, last.after) == ({"about": ""}, {"about": "Kami menjahit."})


def test_saying_the_same_again_leaves_no_trace(mekar):
    described(mekar)
    count = Entry.objects.count()
    described(mekar)
    assert Entry.objects.count() == count


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nib", "123"), ("nib", "12345678901234"), ("nib", "1234567890123\n"), ("nib", "١٢٣٤٥٦٧٨٩٠١٢٣"),
        ("kbli", "1411"), ("kbli", "00123"), ("kbli", "A4111"),
        ("website", "javascript:alert(1)"), ("website", "ftp://contoh.id"), ("legal_form", "apa"),
    ],
)  # fmt: skip
def test_what_has_the_wrong_form_is_refused_and_changes_nothing(mekar, field, value):
    edition = {"kbli_edition": "2020"} if field == "kbli" else {}
    with pytest.raises(ValidationError) as refused:
        operations.describe(mekar, name="PT Lain", by=SYSTEM, now=NOW, **{field: value}, **edition)
    assert field in refused.value.message_dict
    mekar.refresh_from_db()
    assert mekar.name == "PT Mekar" and not PartnerProfile.objects.filter(organisation=mekar).exists()


def test_a_code_of_industry_carries_its_edition(mekar):
    operations.describe(mekar, name="PT Mekar", kbli="14111", kbli_edition="2025", by=SYSTEM, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        operations.describe(mekar, name="PT Mekar", kbli="14111", kbli_edition="", by=SYSTEM, now=NOW)


def test_a_name_of_another_company_is_refused(mekar):
    sinar = organisation("PT Sinar")
    with pytest.raises(accounts.NameTaken):
        described(sinar, name="pt MEKAR")
    assert organisation("PT Mekar", OrganisationKind.PROVIDER).name == "PT Mekar", "kinds are apart"


def test_completeness_names_what_is_missing(mekar):
    empty = queries.completeness(queries.profile_of(mekar))
    assert (empty.percent, empty.is_ready, len(empty.missing)) == (0, False, 11)
    described(mekar)
    ready = queries.completeness(queries.profile_of(mekar))
    assert ready.is_ready and ready.percent == 45 and "NIB" not in [str(one) for one in ready.missing]


def test_a_draft_is_kept_as_typed_and_used_up_by_saving(mekar):
    operations.keep_draft(mekar, {"nib": "12 tidak jadi"}, now=NOW)
    kept = queries.profile_of(mekar)
    assert (kept.draft, kept.nib) == ({"nib": "12 tidak jadi"}, "")
    described(mekar)
    assert queries.profile_of(mekar).draft is None
    operations.keep_draft(mekar, {"nib": "1"}, now=NOW)
    operations.drop_draft(mekar)
    assert queries.profile_of(mekar).draft is None


def test_a_forgotten_draft_goes_after_three_months_and_the_profile_stays(mekar):
    described(mekar)
    operations.keep_draft(mekar, {"nib": "1"}, now=NOW)
    retention.apply(now=NOW + 89 * DAY)
    assert queries.profile_of(mekar).draft == {"nib": "1"}
    assert retention.apply(now=NOW + 91 * DAY) == {"partners.PartnerProfile": 1}
    profile = queries.profile_of(mekar)
    assert (profile.draft, profile.draft_at, profile.nib) == (None, None, WHOLE["nib"])
    assert retention.apply(now=NOW + 92 * DAY) == {}


def test_a_logo_takes_the_place_and_the_disk_of_the_one_before(mekar, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = operations.show_logo(mekar, picture("red"), by=SYSTEM, now=NOW).logo
        second = operations.show_logo(mekar, picture("blue"), by=SYSTEM, now=NOW).logo
    assert first != second and on_disk() == [second]
    with django_capture_on_commit_callbacks(execute=True):
        operations.remove_logo(mekar, by=SYSTEM, now=NOW)
        operations.remove_logo(mekar, by=SYSTEM, now=NOW)
    assert on_disk() == [] and queries.profile_of(mekar).logo == ""
    assert actions(mekar)[1:] == ["logo.set", "logo.set", "logo.removed"]


# ---------------------------------------------------------------- verification


def test_from_request_to_verified_with_who_and_when(mekar, owner, official):
    described(mekar)
    asked = submitted(mekar, owner, deed=document())
    assert standing(mekar) == Standing.SUBMITTED
    done = operations.verify(asked, decider=official, by=as_actor(official), now=NOW + DAY)
    assert (done.decided_by, done.decided_at, done.expires_at) == (official, NOW + DAY, NOW + 731 * DAY)
    assert (done.name, done.nib) == ("PT Mekar", WHOLE["nib"])
    assert standing(mekar, NOW + DAY) == Standing.VERIFIED
    assert standing(mekar, NOW + 731 * DAY) == Standing.EXPIRED
    last = audit.trail(organisation_id=mekar.pk).latest("number")
    assert (last.action, last.actor_name) == ("verification.verified", "Ratna")
    assert audit.breaks() == []


def test_the_database_knows_no_verification_without_a_person(mekar, owner, official):
    described(mekar)
    asked = submitted(mekar, owner)
    for missing in ({"decided_by": None}, {"decided_at": None}, {"expires_at": None}):
        decided = {"state": "verified", "decided_by": official, "decided_at": NOW, "expires_at": NOW + DAY, **missing}
        with pytest.raises(IntegrityError), transaction.atomic():
            Verification.objects.filter(pk=asked.pk).update(**decided)


@pytest.mark.parametrize("missing", ["legal_form", "nib", "industry", "address", "regency_id"])
def test_nothing_is_asked_for_before_the_profile_is_ready(mekar, owner, missing):
    described(mekar, **{missing: None if missing == "regency_id" else ""})
    with pytest.raises(operations.ProfileIncomplete):
        submitted(mekar, owner)
    assert on_disk() == [] and not Verification.objects.exists()


def test_nothing_is_asked_for_without_the_nib_certificate(mekar, owner):
    described(mekar)
    with pytest.raises(operations.EvidenceMissing):
        operations.submit(mekar, {EvidenceKind.DEED: document()}, submitter=owner, by=SYSTEM, now=NOW)


def test_one_request_waits_at_a_time(mekar, owner):
    described(mekar)
    submitted(mekar, owner)
    with pytest.raises(operations.WrongStep):
        submitted(mekar, owner)
    assert len(on_disk()) == 1


def test_a_refusal_says_why_and_the_company_asks_again(mekar, owner, official):
    described(mekar)
    asked = submitted(mekar, owner)
    with pytest.raises(operations.ReasonMissing):
        operations.refuse(asked, reason="  ", decider=official, by=SYSTEM, now=NOW)
    operations.refuse(asked, reason="NIB tidak terbaca", decider=official, by=SYSTEM, now=NOW)
    case = queries.case_of(mekar.pk, now=NOW)
    assert (case.standing, case.last_ended.reason, case.may_submit) == (Standing.REFUSED, "NIB tidak terbaca", True)
    submitted(mekar, owner, now=NOW + DAY)
    assert standing(mekar, NOW + DAY) == Standing.SUBMITTED


@pytest.mark.parametrize("role", [Role.PROVINCIAL_OFFICER, Role.ASSESSOR, Role.MENTOR, Role.DONOR])
def test_other_roles_of_the_ministry_decide_nothing(mekar, owner, official, role):
    described(mekar)
    scope = {"provinces": ["33"]} if role == Role.PROVINCIAL_OFFICER else {}
    reader = person("Wayan", role, **scope)
    asked = submitted(mekar, owner)
    for step in (operations.verify, operations.refuse):
        with pytest.raises(accounts.MayNot):
            step(asked, decider=reader, by=SYSTEM, now=NOW, **({"reason": "x"} if step is operations.refuse else {}))
    held = operations.verify(asked, decider=official, by=SYSTEM, now=NOW)
    with pytest.raises(accounts.MayNot):
        operations.withdraw(held, reason="x", decider=reader, by=SYSTEM, now=NOW)


def test_nobody_decides_on_a_company_of_their_own(mekar, owner, official):
    described(mekar)
    accounts.grant(official, Role.PARTNER_MEMBER, organisation=mekar, by=SYSTEM, now=NOW)
    asked = submitted(mekar, owner)
    with pytest.raises(accounts.MayNot):
        operations.verify(asked, decider=official, by=SYSTEM, now=NOW)


@pytest.mark.parametrize("change", [{"name": "PT Mekar Jaya"}, {"nib": "9999999999999"}])
def test_another_name_or_nib_ends_what_was_checked(mekar, owner, official, change):
    described(mekar)
    done = verified(mekar, owner, official)
    described(mekar, **change)
    assert standing(mekar) == Standing.UNVERIFIED
    done.refresh_from_db()
    assert (done.state, done.decided_by, done.ended_at) == (VerificationState.LAPSED, official, NOW)
    assert (done.name, done.nib) == ("PT Mekar", WHOLE["nib"]), "history says what was checked"
    assert "verification.lapsed" in actions(mekar)


@pytest.mark.parametrize("change", [{"about": "Lain"}, {"address": "Jalan Lain"}, {"is_public": False}])
def test_whatever_else_changes_leaves_it(mekar, owner, official, change):
    described(mekar)
    verified(mekar, owner, official)
    described(mekar, **change)
    assert standing(mekar) == Standing.VERIFIED


def test_another_name_takes_back_a_request_with_its_documents(mekar, owner, django_capture_on_commit_callbacks):
    described(mekar)
    submitted(mekar, owner)
    with django_capture_on_commit_callbacks(execute=True):
        described(mekar, name="PT Mekar Jaya")
    assert standing(mekar) == Standing.UNVERIFIED
    assert on_disk() == [] and not Evidence.objects.exists()


def test_an_official_does_not_verify_what_has_just_changed(mekar, owner, official):
    described(mekar)
    seen = submitted(mekar, owner)
    described(mekar, nib="9999999999999")
    with pytest.raises(operations.WrongStep):
        operations.verify(seen, decider=official, by=SYSTEM, now=NOW)


def test_the_ministry_takes_its_word_back_with_a_reason(mekar, owner, official):
    described(mekar)
    done = verified(mekar, owner, official)
    operations.withdraw(done, reason="NIB dicabut", decider=official, by=as_actor(official), now=NOW + DAY)
    case = queries.case_of(mekar.pk, now=NOW + DAY)
    assert (case.standing, case.last_ended.reason) == (Standing.WITHDRAWN, "NIB dicabut")
    with pytest.raises(operations.WrongStep):
        operations.withdraw(done, reason="x", decider=official, by=SYSTEM, now=NOW + DAY)


def test_a_renewal_leaves_no_gap(mekar, owner, official):
    described(mekar)
    first = verified(mekar, owner, official)
    with pytest.raises(operations.WrongStep):
        submitted(mekar, owner, now=NOW + 600 * DAY)
    soon = NOW + 700 * DAY
    assert queries.case_of(mekar.pk, now=soon).should_renew
    asked = submitted(mekar, owner, now=soon)
    assert standing(mekar, soon) == Standing.VERIFIED
    operations.verify(asked, decider=official, by=SYSTEM, now=soon)
    first.refresh_from_db()
    assert first.state == VerificationState.REPLACED
    assert standing(mekar, NOW + 800 * DAY) == Standing.VERIFIED


def test_documents_go_some_time_after_their_request(mekar, owner, official, django_capture_on_commit_callbacks):
    described(mekar)
    operations.refuse(submitted(mekar, owner), reason="Buram", decider=official, by=SYSTEM, now=NOW)
    again = verified(mekar, owner, official, now=NOW + DAY)
    with django_capture_on_commit_callbacks(execute=True):
        assert operations.remove_old_evidence(now=NOW + 89 * DAY) == 0
        assert operations.remove_old_evidence(now=NOW + 91 * DAY) == 1
        assert operations.remove_old_evidence(now=NOW + 91 * DAY) == 0
    assert on_disk() == [again.evidence.get().file]
    with django_capture_on_commit_callbacks(execute=True):
        assert operations.remove_old_evidence(now=again.expires_at + 91 * DAY) == 1
    assert on_disk() == [] and Verification.objects.count() == 2


def test_the_nightly_job_removes_them(mekar, owner, monkeypatch):
    asked = []
    monkeypatch.setattr(operations, "remove_old_evidence", lambda *, now: asked.append(now))
    jobs.apply_retention(timestamp=0)
    assert len(asked) == 1


class Journey(RuleBasedStateMachine):
    """Any steps in any order, against the few words that the rules can be said in."""

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()

    @initialize()
    def begin(self) -> None:
        self.now = NOW
        self.company = organisation(f"PT {Organisation.objects.count()}")
        described(self.company)
        self.owner = User.objects.get(name="Pemilik")
        self.official = User.objects.with_roles().get(name="Petugas")
        self.waits, self.holds_until, self.names = False, None, 0
        # What the last decision left, for when nothing holds and nothing waits.
        self.after = Standing.UNVERIFIED

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.point)

    @property
    def holds(self) -> bool:
        return self.holds_until is not None and self.now < self.holds_until

    @invariant()
    def no_two_steps_are_at_once(self) -> None:
        self.now += timedelta(minutes=1)

    def expected(self) -> Standing:
        if self.holds:
            return Standing.VERIFIED
        return Standing.SUBMITTED if self.waits else self.after

    @rule(days=st.sampled_from([1, 30, 200, 700, 800]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def ask(self) -> None:
        soon_over = self.holds and self.holds_until - self.now <= queries.RENEW_WITHIN
        if self.waits or (self.holds and not soon_over):
            with pytest.raises(operations.WrongStep):
                submitted(self.company, self.owner, now=self.now)
        else:
            submitted(self.company, self.owner, now=self.now)
            self.waits = True

    @rule()
    def take_back(self) -> None:
        if self.waits:
            operations.take_back(self.company, by=SYSTEM, now=self.now)
            self.waits = False
        else:
            with pytest.raises(operations.WrongStep):
                operations.take_back(self.company, by=SYSTEM, now=self.now)

    @precondition(lambda self: Verification.objects.filter(organisation=self.company).exists())
    @rule(fits=st.booleans())
    def decide(self, fits: bool) -> None:
        newest = Verification.objects.filter(organisation=self.company).latest("submitted_at")
        more = {} if fits else {"reason": "Tidak cocok"}
        step = operations.verify if fits else operations.refuse
        if not self.waits:
            with pytest.raises(operations.WrongStep):
                step(newest, decider=self.official, by=SYSTEM, now=self.now, **more)
            return
        step(newest, decider=self.official, by=SYSTEM, now=self.now, **more)
        self.waits = False
        if fits:
            self.holds_until, self.after = self.now + operations.VERIFICATION_LASTS, Standing.EXPIRED
        else:
            self.after = Standing.REFUSED

    @precondition(lambda self: Verification.objects.filter(organisation=self.company, state="verified").exists())
    @rule()
    def withdraw(self) -> None:
        held = Verification.objects.get(organisation=self.company, state="verified")
        if self.holds:
            operations.withdraw(held, reason="Dicabut", decider=self.official, by=SYSTEM, now=self.now)
            self.holds_until, self.after = None, Standing.WITHDRAWN
        else:
            with pytest.raises(operations.WrongStep):
                operations.withdraw(held, reason="Dicabut", decider=self.official, by=SYSTEM, now=self.now)

    @rule(what=st.sampled_from(["name", "nib", "about"]))
    def change(self, what: str) -> None:
        self.names += 1
        values = {"name": f"{self.company.name} {self.names}", "nib": f"{self.names:013}", "about": f"{self.names}"}
        said = {"name": Organisation.objects.get(pk=self.company.pk).name, what: values[what]}
        operations.describe(self.company, by=SYSTEM, now=self.now, **said)
        if what != "about":
            self.waits = False
            if self.holds:
                self.holds_until, self.after = None, Standing.UNVERIFIED

    @invariant()
    def it_stands_where_the_rules_say(self) -> None:
        case = queries.case_of(self.company.pk, now=self.now)
        row = queries.organisations_for_ministry(self.official, now=self.now).get(pk=self.company.pk)
        assert case.standing == row.standing == self.expected()

    @invariant()
    def it_is_public_only_while_it_holds(self) -> None:
        assert queries.listed(now=self.now).filter(pk=self.company.pk).exists() == self.holds

    @invariant()
    def what_holds_was_checked_by_a_person_as_it_is_now(self) -> None:
        held = queries.case_of(self.company.pk, now=self.now).in_force
        if held is not None:
            company = Organisation.objects.get(pk=self.company.pk)
            assert held.decided_by_id is not None
            assert (held.name, held.nib) == (company.name, queries.profile_of(company).nib)

    @invariant()
    def documents_are_there_while_somebody_may_need_them(self) -> None:
        waiting = Verification.objects.filter(organisation=self.company, state="submitted")
        assert all(one.evidence.count() == 1 for one in waiting)
        assert not Evidence.objects.filter(verification__state="taken_back").exists()


def test_any_order_of_steps_leads_where_the_rules_say(db):
    person("Pemilik", Role.PARTNER_OWNER, organisation("PT Rumah"))
    person("Petugas", Role.SUPER_ADMIN)
    # Each step costs the database a dozen statements: a failure is shown as it was met, not made smaller for minutes.
    few = settings(
        max_examples=20,
        stateful_step_count=15,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Journey, settings=few)


# ---------------------------------------------------------------- who owns, who leaves


@pytest.mark.parametrize(
    ("kind", "owns", "works"),
    [("partner", Role.PARTNER_OWNER, Role.PARTNER_MEMBER), ("provider", Role.PROVIDER_OWNER, Role.PROVIDER_EDITOR)],
)
def test_the_last_owner_neither_leaves_nor_is_ended(db, kind, owns, works):
    place = organisation("Rumah Belajar", kind)
    owner, colleague = person("Ayu", owns, place), person("Bima", works, place)
    for attempt in (
        lambda: accounts.leave(owner, place, by=SYSTEM, now=NOW),
        lambda: accounts.revoke(owner.memberships.get(), by=SYSTEM, now=NOW, reason="x"),
        lambda: persons.erase(owner, by=as_actor(owner), now=NOW),
    ):
        with pytest.raises(accounts.LastHead):
            attempt()
    accounts.leave(colleague, place, by=SYSTEM, now=NOW)
    assert not Membership.objects.filter(user=colleague, revoked_at=None).exists()
    person("Citra", owns, place)
    accounts.leave(owner, place, by=as_actor(owner), now=NOW)
    assert not Membership.objects.filter(user=owner, revoked_at=None).exists()
    assert actions(place)[-1] == "role.ended"


def test_leaving_one_company_keeps_what_one_is_elsewhere(mekar, owner):
    person("Bima", Role.PARTNER_OWNER, mekar)
    sinar = organisation("PT Sinar")
    accounts.grant(owner, Role.PARTNER_MEMBER, organisation=sinar, by=SYSTEM, now=NOW)
    accounts.leave(owner, mekar, by=SYSTEM, now=NOW)
    assert Membership.objects.get(user=owner, revoked_at=None).organisation == sinar


def test_who_is_alone_in_a_company_can_still_be_erased(mekar, owner, official):
    persons.erase(owner, by=as_actor(owner), now=NOW)
    assert not Membership.objects.filter(organisation=mekar, revoked_at=None).exists()
    assert not queries.organisations_for_ministry(official, now=NOW).get(pk=mekar.pk).has_owner


# ---------------------------------------------------------------- coming in


def ask(company="PT Baru", email="Ayu@Contoh.id "):
    operations.ask_to_join(name="Ayu", company=company, email=email, message="Kami mau ikut.", now=NOW)


def test_a_wish_to_join_is_noted_once_and_the_trail_gets_no_name(db):
    ask()
    ask("PT Lain")
    request = JoinRequest.objects.get()
    assert (request.company, request.email, request.consent_version) == ("PT Baru", "ayu@contoh.id", 1)
    entry = Entry.objects.get(action="join.asked")
    assert (entry.actor_name, entry.address, entry.after) == ("Balai", None, None)


def test_accepted_the_company_is_there_and_its_owner_invited(official):
    ask()
    invitation, token = operations.accept_to_join(JoinRequest.objects.get(), decider=official, by=SYSTEM, now=NOW)
    assert (invitation.role, invitation.email) == (Role.PARTNER_OWNER, "ayu@contoh.id")
    assert invitation.organisation.name == "PT Baru" and token
    request = JoinRequest.objects.get()
    assert (request.state, request.decided_by, request.invitation) == ("accepted", official, invitation)
    with pytest.raises(operations.AlreadyAnswered):
        operations.accept_to_join(request, decider=official, by=SYSTEM, now=NOW)
    ask()
    assert JoinRequest.objects.filter(state="open").count() == 1, "after an answer one can ask again"


def test_a_company_that_is_there_already_is_not_made_twice(mekar, official):
    ask("pt mekar")
    with pytest.raises(accounts.NameTaken):
        operations.accept_to_join(JoinRequest.objects.get(), decider=official, by=SYSTEM, now=NOW)
    assert JoinRequest.objects.get().state == "open" and not Invitation.objects.exists()


def test_refused_with_a_reason_or_forgotten(official):
    ask()
    request = JoinRequest.objects.get()
    with pytest.raises(operations.ReasonMissing):
        operations.refuse_to_join(request, reason="", decider=official, by=SYSTEM, now=NOW)
    assert operations.refuse_to_join(request, reason="Bukan perusahaan", decider=official, by=SYSTEM, now=NOW).reason
    operations.forget_join_request(request, by=as_actor(official), now=NOW)
    operations.forget_join_request(request, by=as_actor(official), now=NOW)
    assert not JoinRequest.objects.exists()
    assert Entry.objects.filter(action="join.forgotten").count() == 1


@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.DONOR])
def test_other_roles_of_the_ministry_answer_nobody(db, role):
    ask()
    reader = person("Wayan", role)
    with pytest.raises(accounts.MayNot):
        operations.accept_to_join(JoinRequest.objects.get(), decider=reader, by=SYSTEM, now=NOW)
    with pytest.raises(NotVisible):
        queries.join_requests(reader)


def test_a_wish_to_join_goes_after_half_a_year_whatever_became_of_it(official):
    ask()
    operations.accept_to_join(JoinRequest.objects.get(), decider=official, by=SYSTEM, now=NOW)
    retention.apply(now=NOW + 179 * DAY)
    assert JoinRequest.objects.exists()
    assert retention.apply(now=NOW + 181 * DAY)["partners.JoinRequest"] == 1
    assert not JoinRequest.objects.exists() and Organisation.objects.filter(name="PT Baru").exists()


# ---------------------------------------------------------------- who sees what


def test_the_ministrys_list_is_one_statement_however_long(mekar, official, django_assert_num_queries):
    for number in range(5):
        described(organisation(f"PT {number}"), nib=f"{number:013}")
    with django_assert_num_queries(1):
        rows = list(queries.organisations_for_ministry(official, now=NOW))
        assert [str(row.partner_profile.regency.province) for row in rows if hasattr(row, "partner_profile")]
    assert len(rows) == 6


def test_donors_do_not_see_the_list_and_officers_only_their_provinces(mekar):
    described(mekar)
    far = organisation("PT Jauh")
    described(far, regency_id="35.05", nib="2" * 13)
    organisation("PT Tanpa Tempat")
    with pytest.raises(NotVisible):
        queries.organisations_for_ministry(person("Donatur", Role.DONOR), now=NOW)
    officer = person("Wayan", Role.PROVINCIAL_OFFICER, provinces=["35"])
    assert [one.name for one in queries.organisations_for_ministry(officer, now=NOW)] == ["PT Jauh"]
    with pytest.raises(NotVisible):
        queries.organisation_for_ministry(officer, mekar.pk, now=NOW)


def test_the_public_list_shows_who_is_verified_and_wants_to_be_seen(mekar, owner, official):
    described(mekar)
    assert not queries.listed(now=NOW).exists()
    done = verified(mekar, owner, official)
    assert [one.name for one in queries.listed(now=NOW, search="pakaian", province="33")] == ["PT Mekar"]
    assert not queries.listed(now=NOW, search="baja").exists() and not queries.listed(now=NOW, province="35").exists()
    assert not queries.listed(now=done.expires_at).exists()
    described(mekar, is_public=False)
    assert not queries.listed(now=NOW).exists()


def test_the_chain_of_one_organisation_holds_nothing_of_another(mekar, owner, official):
    sinar = organisation("PT Sinar")
    described(mekar)
    verified(mekar, owner, official)
    accounts.invite(None, Role.PARTNER_MEMBER, organisation=mekar, by=SYSTEM, now=NOW)
    assert {*actions(mekar)} == {
        "organisation.registered", "role.granted", "partner.described", "verification.submitted",
        "verification.verified", "invitation.sent",
    }  # fmt: skip
    assert actions(sinar) == ["organisation.registered"]
    assert not audit.trail().filter(object_id=mekar.pk).exists(), "nor does the hub's own"
    assert audit.trail(everything=True).filter(object_id=mekar.pk).exists()
