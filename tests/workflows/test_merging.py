"""Two rows for one institution: what moves, what stays, what is refused, and that no order of steps leads astray."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from hub.accounts import operations as accounts
from hub.accounts.models import Invitation, Membership, SupportVisit, User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.centres import hosts, operations, queries
from hub.centres.models import Centre, Domain, State, VocationalField
from hub.webhooks import operations as webhooks
from hub.webhooks.models import Endpoint, Owner
from kernel import schema
from tenants.site import operations as site
from tenants.site import queries as site_queries
from workflows import merging, moving, onboarding
from workflows.import_register import import_register
from workflows.merging import Pick

from . import register

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
WHY = "Dua baris untuk satu balai"


def merge(duplicate: Centre, survivor: Centre, **picks: Pick) -> Centre:
    return merging.merge(duplicate, survivor, picks=picks, reason=WHY, by=SYSTEM, now=NOW)


def fresh(centre: Centre) -> Centre:
    return Centre.objects.get(pk=centre.pk)


def person(name: str, *roles: tuple[Role, Centre]) -> User:
    user = accounts.create_user(name=name, email=f"{name}@contoh.id", password="kopi tubruk sore", now=NOW, by=SYSTEM)
    for role, centre in roles:
        accounts.grant(user, role, centre=centre, by=SYSTEM, now=NOW)
    return user


def roles_at(centre: Centre) -> set[tuple[str, str]]:
    held = Membership.objects.filter(centre=centre, revoked_at=None)
    return set(held.values_list("user__name", "role"))


# ---------------------------------------------------------------- what moves


def test_people_get_the_same_roles_and_none_twice(centre, other_centre):
    person("siti", (Role.CENTRE_HEAD, centre))  # the last head there: allowed, as the centre closes
    person("budi", (Role.INSTRUCTOR, centre), (Role.INSTRUCTOR, other_centre))
    person("dewi", (Role.CENTRE_HEAD, other_centre))
    said = merging.preview(centre, other_centre, now=NOW)
    assert (said.moving.people, len(said.moving.held_already)) == (2, 1)
    merge(centre, other_centre)
    assert roles_at(centre) == set()
    assert roles_at(other_centre) == {("siti", "centre_head"), ("budi", "instructor"), ("dewi", "centre_head")}
    ended = Membership.objects.filter(centre=centre)
    assert {one.revoked_at for one in ended} == {NOW}, "what was held stays as history"


def test_an_open_invitation_leads_to_the_centre_that_stays(centre, other_centre):
    _offer, token = accounts.invite(None, Role.CENTRE_HEAD, centre=centre, by=SYSTEM, now=NOW)
    old, _token = accounts.invite(None, Role.INSTRUCTOR, centre=centre, by=SYSTEM, now=NOW - timedelta(days=8))
    merge(centre, other_centre)
    newcomer = person("tuti")
    assert accounts.accept_invitation(token, newcomer, by=SYSTEM, now=NOW).centre == other_centre
    assert Invitation.objects.get(pk=old.pk).centre == centre


def test_a_visit_under_way_ends_and_none_opens_the_other_centre(centre, other_centre):
    """The people of the centre that stays have not agreed to it."""
    visitor = accounts.create_user(name="Ratna", email="r@contoh.id", password="kopi tubruk sore", now=NOW, by=SYSTEM)
    accounts.grant(visitor, Role.SUPER_ADMIN, by=SYSTEM, now=NOW)
    visit = accounts.ask_for_visit(
        visitor, centre, reason="Periksa", hours=4, may_write=False, is_emergency=True, by=SYSTEM, now=NOW
    )
    merge(centre, other_centre)
    visit = SupportVisit.objects.get(pk=visit.pk)
    assert (visit.state, visit.centre, visit.is_open(NOW)) == ("ended", other_centre, False)


def test_every_address_redirects_and_goes_with_it(centre, other_centre):
    operations.rename_slug(centre, slug="melati-baru")
    merge(centre, other_centre)
    for label in ("melati-baru", "melati-garut"):
        answer = Client(HTTP_HOST=hosts.host_of(label)).get("/berita/")
        assert (answer.status_code, answer["Location"]) == (
            301, f"http://{hosts.host_of('kenanga-blitar')}/berita/",
        )  # fmt: skip
    assert {d.tenant for d in Domain.objects.all()} == {other_centre}
    # They are its own now: it may move to one of them.
    assert operations.rename_slug(other_centre, slug="melati-baru").slug == "melati-baru"
    assert Client(HTTP_HOST=hosts.host_of("melati-baru")).get("/").status_code == 200


def test_on_the_hub_the_duplicate_leads_to_the_centre_that_stays(centre, other_centre, hub_client):
    merge(centre, other_centre)
    answer = hub_client.get(f"/balai/{centre.code}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/balai/{other_centre.code}/")
    assert centre.name not in hub_client.get("/balai/").content.decode()
    assert queries.totals().live == 1


def test_facts_are_chosen_one_by_one(centre, other_centre):
    facts = {"name": "BLKK Melati Raya", "vin": "7", "licence_kind": "nib", "licence_number": "1", "established": 2019}
    operations.correct(centre, facts=facts, reason="", by=SYSTEM, now=NOW)
    operations.correct(other_centre, facts={"foundation": "Yayasan Kenanga"}, reason="", by=SYSTEM, now=NOW)
    said = {
        one.group: one.suggestion for one in merging.preview(fresh(centre), fresh(other_centre), now=NOW).differences
    }
    assert said == {
        "name": Pick.KEEP, "place": Pick.KEEP, "established": Pick.TAKE, "licence": Pick.TAKE, "vin": Pick.TAKE,
        "fields": Pick.BOTH,
    }  # fmt: skip
    survivor = merge(fresh(centre), fresh(other_centre), name=Pick.TAKE, licence=Pick.TAKE, fields=Pick.BOTH)
    assert (survivor.name, survivor.licence_kind, survivor.licence_number) == ("BLKK Melati Raya", "nib", "1")
    assert (survivor.vin, survivor.established, survivor.foundation) == ("", None, "Yayasan Kenanga")
    assert survivor.regency_id == "35.05"
    assert set(survivor.fields.all()) == set(VocationalField.objects.filter(code__in=["tik", "garmen"]))


@pytest.mark.parametrize(("own", "after"), [(None, "L00007"), ("L00008", "L00008")])
def test_the_register_id_goes_along_unless_there_is_one(centre, other_centre, own, after):
    Centre.objects.filter(pk=centre.pk).update(register_id="L00007", register_spelling={"name": "X"})
    Centre.objects.filter(pk=other_centre.pk).update(register_id=own)
    assert merging.preview(fresh(centre), fresh(other_centre), now=NOW).takes_register_id == (own is None)
    merge(fresh(centre), fresh(other_centre))
    assert fresh(other_centre).register_id == after
    assert fresh(centre).register_id == (None if own is None else "L00007")


def test_the_register_does_not_undo_it(db, tmp_path):
    rows = [register.row(1, name="BLKK AL HUDA"), register.row(2, name="BLKK ALHUDA PUSAT")]
    path = register.write(tmp_path / "x.csv", rows)
    import_register(path)
    one, other = (Centre.objects.get(register_id=row["register_id"]) for row in rows)
    merge(one, other, name=Pick.TAKE)
    assert dict(import_register(path).counts) == {"unchanged": 2}
    rows[0]["condition"] = "RUSAK"
    assert dict(import_register(register.write(tmp_path / "x.csv", rows)).counts) == {"unchanged": 2}
    assert (fresh(one).merged_into, fresh(other).name) == (other, "BLKK Al Huda")
    assert Centre.objects.filter(register_id__startswith="L").count() == 2


def test_the_later_day_of_activity_counts(centre, other_centre):
    Centre.objects.filter(pk=centre.pk).update(last_active_on=NOW.date())
    assert merge(fresh(centre), other_centre).last_active_on == NOW.date()


# ---------------------------------------------------------------- what stays


def test_the_duplicates_space_stays_as_it_was_and_can_be_exported(centre, other_centre, tmp_path):
    with schema.centre(centre):
        site.announce(title="Kabar lama", body="Isi", now=NOW)
    merge(centre, other_centre)
    duplicate = fresh(centre)
    assert (duplicate.state, duplicate.merged_into) == (State.ARCHIVED, other_centre)
    with schema.centre(duplicate):
        assert [one.title for one in site_queries.home().announcements] == ["Kabar lama"]
    with schema.centre(other_centre):
        assert site_queries.home().announcements == []
    assert moving.export_centre(duplicate, tmp_path / "x.zip", now=NOW).subject["code"] == centre.code


def test_its_connections_to_other_programs_end(centre, other_centre):
    for one in (centre, other_centre):
        webhooks.create_endpoint(
            Owner(centre_id=one.pk), url="https://sistem.contoh.id/terima", description="", kinds=["news.published"],
            by=SYSTEM, now=NOW,
        )  # fmt: skip
    merge(centre, other_centre)
    assert [one.owner.centre_id for one in Endpoint.objects.filter(removed_at=None)] == [other_centre.pk]


def test_a_duplicate_without_a_space_leaves_a_tombstone_and_gets_none(centre):
    registered = operations.register(name="BLKK Melati", regency=centre.regency)
    merge(registered, centre)
    assert fresh(registered).state == State.ERASED
    assert onboarding.bring_live(fresh(registered)).state == State.ERASED
    with pytest.raises(operations.WrongState):
        onboarding.activate(fresh(registered), reason=WHY, by=SYSTEM, now=NOW)


def test_it_stands_in_both_trails(centre, other_centre):
    person("siti", (Role.CENTRE_HEAD, centre))
    merge(centre, other_centre, name=Pick.TAKE)
    chains = {
        one: set(Entry.objects.filter(chain=str(one.pk), at=NOW).values_list("action", flat=True))
        for one in (centre, other_centre)
    }
    assert chains[centre] == {"role.granted", "role.ended", "centre.merged"}
    assert chains[other_centre] == {"centre.absorbed", "centre.corrected", "role.granted"}
    assert set(
        Entry.objects.filter(action__in=["centre.merged", "centre.absorbed"]).values_list("reason", flat=True)
    ) == {WHY}


# ---------------------------------------------------------------- what is refused


def refused(duplicate: Centre, survivor: Centre) -> None:
    duplicate, survivor = fresh(duplicate), fresh(survivor)
    assert merging.preview(duplicate, survivor, now=NOW).obstacle
    with pytest.raises(operations.CannotMerge):
        merge(duplicate, survivor)
    assert fresh(duplicate).merged_into == duplicate.merged_into


def test_not_into_itself(centre):
    refused(centre, centre)


@pytest.mark.parametrize("change", [{"state": State.ERASED}, {"is_demo": True}])
def test_nothing_erased_and_no_demo_with_a_real_one(centre, other_centre, change):
    Centre.objects.filter(pk=centre.pk).update(**change)
    refused(centre, other_centre)
    refused(other_centre, centre)


def test_no_chain(centre, other_centre):
    third = onboarding.bring_live(operations.register(name="BLKK Mawar", regency=centre.regency))
    merge(centre, other_centre)
    refused(centre, third)  # merged already
    refused(third, centre)  # what is closed takes nobody in
    refused(other_centre, third)  # the first would lead to the second, and that to the third
    merge(third, other_centre)


@pytest.mark.parametrize("state", [State.SUSPENDED, State.ARCHIVED])
def test_people_do_not_lose_a_space_that_works_for_one_that_does_not(centre, other_centre, state):
    Centre.objects.filter(pk=other_centre.pk).update(state=state)
    refused(centre, other_centre)
    registered = operations.register(name="BLKK Mawar", regency=centre.regency)
    refused(centre, registered)
    merge(fresh(other_centre), centre)


def test_a_merged_centre_takes_no_further_step(centre, other_centre, tmp_path):
    merge(centre, other_centre)
    for step in (
        lambda: operations.resume(centre, now=NOW),
        lambda: operations.suspend(centre, reason=WHY, now=NOW),
        lambda: operations.archive(centre, reason=WHY, now=NOW),
        lambda: operations.rename_slug(centre, slug="melati-lain"),
        lambda: operations.correct(centre, facts={"name": "X"}, reason=WHY, by=SYSTEM, now=NOW),
    ):
        with pytest.raises(operations.WrongState):
            step()
    path = tmp_path / "x.zip"
    moving.export_centre(fresh(centre), path, now=NOW)
    moving.erase_centre(fresh(centre), export=path, typed_code=centre.code, now=NOW)
    with pytest.raises(moving.CodeTaken):  # it would be a living centre that leads to another
        moving.import_centre(path, now=NOW)
    assert moving.import_centre(path, now=NOW, as_new=True).merged_into is None


def test_a_failure_half_way_changes_nothing(centre, other_centre, monkeypatch):
    person("siti", (Role.CENTRE_HEAD, centre))
    monkeypatch.setattr(merging.moving, "move", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        merge(centre, other_centre, name=Pick.TAKE)
    assert (fresh(centre).merged_into, fresh(centre).state) == (None, State.ACTIVE)
    assert fresh(other_centre).name == other_centre.name
    assert roles_at(centre) == {("siti", "centre_head")}
    assert Domain.objects.get(domain="melati-garut").tenant == centre


# ---------------------------------------------------------------- any sequence of steps


def test_no_sequence_of_steps_and_merges_leads_astray(centre, other_centre):
    """Steps, renames and merges of four centres at random against a model of what is possible."""
    ids = [centre.pk, other_centre.pk]
    for name in ("BLKK Anggrek", "BLKK Dahlia"):
        ids.append(operations.register(name=name, regency=centre.regency).pk)
    rank = {"active": 3, "suspended": 2, "archived": 1, "registered": 0}
    allowed = {
        "suspend": {"active"}, "resume": {"suspended", "archived"}, "archive": {"active", "suspended"},
        "entomb": {"active", "suspended", "archived"}, "activate": {"registered"},
    }  # fmt: skip
    after = {
        "suspend": "suspended",
        "resume": "active",
        "archive": "archived",
        "entomb": "erased",
        "activate": "active",
    }
    which = st.sampled_from(range(4))

    class Lives(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            self.point = transaction.savepoint()
            self.states = ["active", "active", "registered", "registered"]
            self.into: list[int | None] = [None] * 4
            self.hosts = {Centre.objects.get(pk=pk).slug: number for number, pk in enumerate(ids)}

        def centre(self, number: int) -> Centre:
            return Centre.objects.get(pk=ids[number])

        @rule(number=which, step=st.sampled_from(sorted(allowed)))
        def step(self, number, step):
            possible = self.states[number] in allowed[step] and (self.into[number] is None or step == "entomb")
            take = {
                "suspend": lambda one: operations.suspend(one, reason=WHY, now=NOW),
                "resume": lambda one: operations.resume(one, now=NOW),
                "archive": lambda one: operations.archive(one, reason=WHY, now=NOW),
                "entomb": lambda one: operations.entomb(one, tombstone="f" * 64, now=NOW),
                "activate": lambda one: operations.note_activated(one, reason=WHY, by=SYSTEM, now=NOW),
            }[step]
            if not possible:
                with pytest.raises(operations.WrongState):
                    take(self.centre(number))
                return
            take(self.centre(number))
            if step == "activate":
                operations.mark_live([self.centre(number).schema_name], now=NOW)
            self.states[number] = after[step]

        @rule(one=which, other=which)
        def merge(self, one, other):
            possible = (
                one != other
                and self.into[one] is None
                and self.into[other] is None
                and "erased" not in (self.states[one], self.states[other])
                and one not in self.into
                and rank[self.states[one]] <= rank[self.states[other]]
            )
            if not possible:
                with pytest.raises(operations.CannotMerge):
                    merge(self.centre(one), self.centre(other))
                return
            merge(self.centre(one), self.centre(other))
            self.states[one] = "erased" if self.states[one] == "registered" else "archived"
            self.into[one] = other
            self.hosts = {host: other if number == one else number for host, number in self.hosts.items()}

        @rule(number=which, slug=st.sampled_from(["mawar", "melati-garut", "anggrek", "ma-war"]))
        def rename(self, number, slug):
            try:
                operations.rename_slug(self.centre(number), slug=slug)
            except operations.WrongState:
                assert self.into[number] is not None
            except operations.SlugTaken:
                assert any(owner != number for owner in self.hosts.values())
            else:
                self.hosts[slug] = number

        @invariant()
        def is_as_expected(self):
            if not hasattr(self, "point"):
                return
            rows = [self.centre(number) for number in range(4)]
            assert [row.state for row in rows] == self.states
            assert [row.merged_into_id for row in rows] == [None if to is None else ids[to] for to in self.into]
            owners = dict(Domain.objects.values_list("domain", "tenant"))
            assert {host: ids[number] for host, number in self.hosts.items() if host in owners} == owners
            for number, row in enumerate(rows):
                has_one = Domain.objects.filter(tenant=row, is_primary=True, domain=row.slug).exists()
                assert has_one == (self.into[number] is None), "its own address, or none once it was merged"

        def teardown(self):
            if hasattr(self, "point"):
                transaction.savepoint_rollback(self.point)

    run_state_machine_as_test(
        Lives, settings=hypothesis_settings(max_examples=25, stateful_step_count=15, deadline=None)
    )
