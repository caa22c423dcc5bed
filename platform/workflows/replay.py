"""The pilot of 2021–22, replayed through the operations that people use: 44 centres, four rounds, 3 chosen, three
stages, 2 completed. And two intakes of today, so that assessors, mentors and centres have something to look at.

What is known of the pilot: how many were eligible (44), how many rounds there were (4), which three centres were
chosen, the three stages from September 2021 to January 2022, and which two completed (ILO, 19 April 2022). All else
is invented for the demo: how many passed each round, scores, visits, and when and why the third centre left. The
texts say so.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from hub.accounts.models import User
from hub.audit.actors import SYSTEM, Actor
from hub.programmes import operations as programmes
from hub.programmes.models import Application, Cohort, Exit, Programme, Standing, TargetGroup
from hub.programmes.rulebook import (
    Criterion,
    Eligibility,
    Group,
    Quota,
    Requirement,
    RequirementKind,
    Round,
    RoundKind,
    Rules,
    Stage,
    StageKind,
)  # fmt: skip
from hub.selection import operations as selection
from hub.selection.models import Appeal, AssessmentState, Result
from hub.selection.models import Round as RunningRound
from hub.transformation import operations as transformation
from hub.transformation.models import Moment, StageRecord, StageState
from hub.transformation.queries import progress
from kernel import uploads

from . import demo, demo_people

PROGRAMME = "Memberdayakan BLK Komunitas (contoh)"
PILOT = "Percontohan 2021–2022"
TRANSFORMING = "Replikasi 2026, gelombang I"
SELECTING = "Replikasi 2026, gelombang II"
OPEN = "Replikasi 2026, gelombang III"
PLANNED = "Replikasi 2027"

CHOSEN = ("BLKK MSN Blitar", "BLKK Girikesumo Demak", "BLKK Darussalam Kemiri Batang")
LEFT = "BLKK Darussalam Kemiri Batang"
PASSED = (22, 12, 6, 3)  # of the pilot's rounds; all but the last are invented

_ANY_STATE = Eligibility(states=("registered", "active", "suspended", "archived"))

_ROUNDS = (
    Round(
        name="Pemeriksaan administrasi", kind=RoundKind.ADMINISTRATIVE,
        criteria=(
            Criterion("Izin dan badan hukum", "Izin masih berlaku dan atas nama yayasan.", 30),
            Criterion("Profil lengkap", "Keterangan balai lengkap dan terkini.", 20),
            Criterion("Instruktur", "Jumlah dan sertifikat instruktur.", 30),
            Criterion("Sarana praktik", "Ruang dan alat cukup untuk 16 peserta.", 20),
        ),
        pass_mark=40, seats=22,
    ),
    Round(
        name="Penilaian mandiri", kind=RoundKind.SELF_ASSESSMENT,
        criteria=(
            Criterion("Delapan standar akreditasi", "Jawaban masuk akal dan disertai bukti.", 50),
            Criterion("Pengalaman melatih", "Angkatan dan lulusan dua tahun terakhir.", 30),
            Criterion("Rencana pelatihan campuran", "Daring dan luring, realistis untuk balai ini.", 20),
        ),
        pass_mark=45, seats=12,
    ),
    Round(
        name="Wawancara", kind=RoundKind.INTERVIEW,
        criteria=(
            Criterion("Komitmen pimpinan", "Pimpinan dan yayasan bersedia meluangkan waktu.", 40),
            Criterion("Hubungan dengan industri", "Mitra yang sudah ada atau sedang dijajaki.", 40),
            Criterion("Perempuan dan kelompok rentan", "Siapa yang dijangkau dan bagaimana.", 20),
        ),
        pass_mark=50, seats=6,
    ),
    Round(
        name="Kunjungan lapangan", kind=RoundKind.SITE_VISIT,
        criteria=(
            Criterion("Keadaan sebenarnya", "Sesuai dengan yang ditulis.", 50),
            Criterion("Kesiapan jaringan dan alat", "Cukup untuk pelatihan daring.", 30),
            Criterion("Dukungan warga dan desa", "Pemerintah desa dan warga tahu dan mendukung.", 20),
        ),
        pass_mark=60, seats=3,
    ),
)  # fmt: skip

_STAGES = (
    Stage(
        name="Teori", kind=StageKind.THEORY,
        requirements=(
            Requirement("Sesi teori diikuti", RequirementKind.SESSIONS, 8, "Delapan sesi daring bersama penyedia."),
            Requirement("Rencana pelatihan campuran", RequirementKind.EVIDENCE, 1, "Satu kursus, per sesi."),
        ),
        starts_on=date(2021, 9, 6), ends_on=date(2021, 10, 8),
    ),
    Stage(
        name="Simulasi pelatihan campuran I", kind=StageKind.SIMULATION,
        requirements=(
            Requirement("Angkatan dijalankan", RequirementKind.BATCH, 1, "Teknisi telepon seluler, 16 peserta."),
            Requirement("Kehadiran peserta", RequirementKind.INDICATOR, 75, "Persen kehadiran rata-rata."),
        ),
        starts_on=date(2021, 10, 11), ends_on=date(2021, 11, 26),
    ),
    Stage(
        name="Simulasi pelatihan campuran II", kind=StageKind.SIMULATION,
        requirements=(
            Requirement("Angkatan kursus setempat", RequirementKind.BATCH, 1, "Kursus yang dipilih balai sendiri."),
            Requirement("Kesepakatan dengan mitra", RequirementKind.EVIDENCE, 1, "Surat minat atau perjanjian."),
        ),
        starts_on=date(2021, 11, 29), ends_on=date(2022, 1, 28),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """Who acts in the replay."""

    officer: Actor
    chief: Actor
    mentor: User

    @property
    def mentoring(self) -> Actor:
        return acting(self.mentor)


def acting(user: User) -> Actor:
    return Actor(user.pk, user.name)


def cast() -> Cast:
    """The demo's people. Raises User.DoesNotExist where the demo was not made."""
    return Cast(
        officer=acting(User.objects.get(email=demo_people.OFFICER)),
        chief=acting(User.objects.get(email=demo_people.CHIEF)),
        mentor=User.objects.get(email=demo_people.MENTOR),
    )


def replay(*, now: datetime) -> bool:
    """Replay the pilot and today's intakes, once. Returns whether anything was made."""
    if Programme.objects.filter(name=PROGRAMME).exists():
        return False
    with transaction.atomic():
        people = cast()
        for email, province in demo_people.ASSESSORS.items():
            assessor = User.objects.get(email=email)
            selection.describe_assessor(
                assessor, province=province, foundation="", is_available=True, by=people.officer, now=now
            )
        programme = programmes.set_up(
            name=PROGRAMME, funder="ILO dan mitra PBB, bersama Kementerian Ketenagakerjaan",
            aims="Balai menjadi penyelenggara pelatihan yang mandiri dan profesional: tahu apa yang dibutuhkan industri"
            " dan warga, melatih secara campuran, dan bermitra. Angka dan nama di antara awal dan akhir adalah contoh.",
            target_groups=[TargetGroup.WOMEN, TargetGroup.POVERTY], budget=4_500_000_000,
            starts_on=date(2021, 1, 4), ends_on=date(2027, 12, 31), is_demo=True, by=people.chief,
            now=datetime(2020, 12, 14, 3, tzinfo=UTC),
        )  # fmt: skip
        pilot = replay_pilot(programme, people)
        _transforming(programme, people, now=now)
        _selecting(programme, people, now=now)
        _taking_applications(programme, people, now=now)
        programmes.plan_cohort(
            programme, name=PLANNED, opens_on=now.date() + timedelta(days=60),
            closes_on=now.date() + timedelta(days=90), by=people.officer, now=now, copy_of=pilot,
        )  # fmt: skip
    return True


# ---------------------------------------------------------------- the pilot


def replay_pilot(programme: Programme, people: Cast) -> Cohort:
    """From 44 eligible centres to 2 that completed, in the months in which it happened."""
    rules = Rules(eligibility=_ANY_STATE, rounds=_ROUNDS, stages=_STAGES)
    clock = _Clock(datetime(2021, 2, 1, 2, tzinfo=UTC))
    cohort = _open(programme, PILOT, rules, people, clock)
    _apply(cohort, list(cohort.applications.select_related("centre")), clock)
    clock.forward(21)
    programmes.close_applications(cohort, by=people.officer, now=clock.now)
    for _round in _ROUNDS:
        _run_round(cohort, people, clock)
    clock.set(datetime(2021, 9, 6, 2, tzinfo=UTC))
    transformation.begin(cohort, by=people.officer, now=clock.now)
    selected = list(cohort.applications.filter(standing=Standing.SELECTED).select_related("centre"))
    for application in selected:
        transformation.give_mentor(application, people.mentor, by=people.officer, now=clock.now)
        transformation.assess_maturity(application, Moment.BEFORE, [2, 2, 1, 1, 2, 2, 1, 1],
                                       by=people.mentoring, now=clock.now)  # fmt: skip
    for number, ended in ((1, 8), (2, 26), (3, 28)):
        clock.set(datetime(2021 if number < 3 else 2022, {1: 10, 2: 11, 3: 1}[number], ended, 4, tzinfo=UTC))
        for application in selected:
            _run_stage(application, number, people, clock)
    for application in selected:
        if application.centre.name != LEFT:
            transformation.assess_maturity(application, Moment.AFTER, [3, 4, 3, 3, 3, 3, 3, 2],
                                           by=people.mentoring, now=clock.now)  # fmt: skip
    programmes.close(cohort, by=people.officer, now=clock.now)
    return cohort


class _Clock:
    """The time in the replay."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def forward(self, days: int) -> None:
        self.now += timedelta(days=days)

    def set(self, now: datetime) -> None:
        self.now = now


def _open(programme: Programme, name: str, rules: Rules, people: Cast, clock: _Clock) -> Cohort:
    cohort = programmes.plan_cohort(
        programme, name=name, opens_on=clock.now.date(), closes_on=clock.now.date() + timedelta(days=20),
        by=people.officer, now=clock.now,
    )  # fmt: skip
    programmes.design(cohort, rules, by=people.officer, now=clock.now)
    programmes.publish(cohort, by=people.officer, now=clock.now)
    cohort.refresh_from_db()
    return cohort


def _apply(cohort: Cohort, applications: Sequence[Application], clock: _Clock, *, with_papers: bool = False) -> None:
    for number, application in enumerate(sorted(applications, key=lambda one: one.centre.name)):
        then = clock.now + timedelta(days=number % 11, hours=number % 7)
        said = {
            "motivation": "Kami ingin lulusan kami langsung bekerja, dan balai kami hidup dari mutu pelatihannya "
            "(contoh).",
            "plan": "Dua angkatan setahun secara campuran: teori daring, praktik di bengkel balai (contoh).",
            "partners": "Bengkel dan usaha di kecamatan kami (contoh).",
        }
        programmes.write(application, said, now=then)
        if with_papers and number % 3 < 2:
            title = "Surat yayasan (contoh)"
            programmes.attach(application, uploads.Document(demo.example_paper(title)), title=title, now=then)
        programmes.submit(application, by=SYSTEM, now=then)


def _run_round(cohort: Cohort, people: Cast, clock: _Clock, *, until: str = "published") -> RunningRound:
    clock.forward(9)
    round_ = selection.open_round(cohort, by=people.officer, now=clock.now)
    clock.forward(10)
    _score(round_, clock)
    if until == "scored":
        return round_
    clock.forward(3)
    selection.rank(round_, by=people.officer, now=clock.now)
    clock.forward(2)
    return selection.publish(round_, by=people.officer, now=clock.now)


def _score(
    round_: RunningRound, clock: _Clock, *, leave_out: Callable[[Application], bool] = lambda one: False
) -> None:
    """Every assessor scores, each in their own time; where two differ too much, the third as well."""
    for _pass in range(2):
        waiting = round_.assessments.filter(state=AssessmentState.ASSIGNED)
        for one in waiting.select_related("application__centre", "assessor", "round__cohort__rules"):
            if leave_out(one.application):
                continue
            points = _points(one.application.centre.name, one.assessor.name, round_)
            selection.submit_scores(
                one, points=points, notes={"0": "Sesuai dengan bukti yang dilampirkan (contoh)."},
                comment="Catatan penilai (contoh).", by=acting(one.assessor), now=clock.now,
            )  # fmt: skip


def _points(centre: str, assessor: str, round_: RunningRound) -> list[int]:
    """Made up, but always the same. The pilot's three have all points; no other centre has all."""
    criteria = round_.rules.criteria
    if centre in CHOSEN:
        return [one.most for one in criteria]
    strength = _dice(centre) / 255  # of the centre, whoever looks
    points = []
    for place, one in enumerate(criteria):
        eye = _dice(centre, assessor, str(round_.number), str(place)) / 255 - 0.5
        points.append(max(0, min(one.most - (place == 0), round((0.35 + 0.6 * strength) * one.most + eye))))
    return points


def _dice(*words: str) -> int:
    """0 to 255, from words."""
    return hashlib.sha256("|".join(words).encode()).digest()[0]


def _run_stage(application: Application, number: int, people: Cast, clock: _Clock) -> None:
    """One centre's stage: a visit with agreed actions, evidence for each requirement, two signatures."""
    application.refresh_from_db()
    stage = StageRecord.objects.filter(application=application, number=number, state=StageState.RUNNING).first()
    if stage is None:
        return
    visited = clock.now - timedelta(days=12)
    visit = transformation.note_visit(
        application, visited_on=visited.date(),
        seen="Dua instruktur mengajar, 14 dari 16 peserta hadir. Jaringan lambat setelah pukul sepuluh (contoh).",
        actions=[("Unduh bahan sebelum sesi dimulai (contoh)", (visited + timedelta(days=7)).date())],
        by=people.mentoring, now=visited,
    )  # fmt: skip
    for action in visit.actions.all():
        transformation.finish_action(action, is_done=True, by=SYSTEM, now=visited + timedelta(days=5))
    leaves = application.centre.name == LEFT and number == len(_STAGES)
    _show_evidence(stage, people, clock, complete=not leaves)
    if leaves:
        reason = "Contoh: kapan dan mengapa balai ini tidak selesai, tidak diketahui."
        transformation.fail(stage, reason=reason, by=people.officer, now=clock.now)
        return
    transformation.sign(stage, by=people.mentoring, now=clock.now)
    transformation.sign(stage, by=people.officer, now=clock.now)


def _show_evidence(
    stage: StageRecord, people: Cast, clock: _Clock, *, complete: bool = True, most: int | None = None
) -> None:
    """Show what is required, and have it accepted: all, the first alone, or up to so many of the first ones."""
    then = clock.now - timedelta(days=4)
    for one in progress(stage)[:most]:
        if not complete and one.place:
            continue
        evidence = transformation.show(
            stage, one.place, amount=one.requirement.least, text=f"{one.requirement.name}: terlampir (contoh).",
            paper=None, by=SYSTEM, now=then,
        )  # fmt: skip
        transformation.check(evidence, accepted=True, by=people.mentoring, now=then + timedelta(days=1))


# ---------------------------------------------------------------- today


def _transforming(programme: Programme, people: Cast, *, now: datetime) -> None:
    """An intake in transformation: for mentors and centres to look at."""
    clock = _Clock(now - timedelta(days=180))
    rounds = tuple(replace(one, appeal_days=7) for one in _ROUNDS[:2])
    final = replace(rounds[1], seats=6, quotas=(Quota(Group.WOMEN_LED, "", 2),))
    stages = tuple(
        replace(one, starts_on=day, ends_on=day + timedelta(days=45))
        for one, day in zip(_STAGES, (now.date() - timedelta(days=d) for d in (60, 14, -32)), strict=True)
    )
    rules = Rules(eligibility=Eligibility(), rounds=(rounds[0], final), stages=stages)
    cohort = _open(programme, TRANSFORMING, rules, people, clock)
    _apply(cohort, _newcomers(cohort), clock)
    clock.forward(21)
    programmes.close_applications(cohort, by=people.officer, now=clock.now)
    for _round in rules.rounds:
        _run_round(cohort, people, clock)
    clock.set(now - timedelta(days=60))
    transformation.begin(cohort, by=people.officer, now=clock.now)
    selected = cohort.applications.filter(standing=Standing.SELECTED).select_related("centre").order_by("centre__name")
    *accompanied, alone = selected  # one of them has no mentor yet
    for number, application in enumerate(accompanied):
        transformation.give_mentor(application, people.mentor, by=people.officer, now=clock.now)
        levels = [1 + _dice(application.centre.name, str(place)) % 3 for place in range(8)]
        transformation.assess_maturity(application, Moment.BEFORE, levels, by=people.mentoring, now=clock.now)
        if number % 3 < 2:
            _run_stage(application, 1, people, _Clock(now - timedelta(days=16 + number)))
    _what_waits(accompanied, people, now=now)


def _what_waits(accompanied: Sequence[Application], people: Cast, *, now: datetime) -> None:
    """For mentor, centre and ministry to do: evidence to look at, evidence to mend, a late action, signatures."""
    stages = [
        StageRecord.objects.select_related("application__centre").get(application=one, state=StageState.RUNNING)
        for one in accompanied
    ]
    busy = stages[0]
    head = acting(demo_people.make_head(busy.application.centre, now=now))
    transformation.show(busy, 0, amount=1, text="Angkatan pertama berjalan sejak 10 hari (contoh).",
                        paper=None, by=head, now=now - timedelta(days=1))  # fmt: skip
    attendance = transformation.show(busy, 1, amount=81, text="Rata-rata 81 persen, dihitung dari buku hadir (contoh).",
                                     paper=None, by=head, now=now - timedelta(days=3))  # fmt: skip
    transformation.check(attendance, accepted=False, by=people.mentoring, now=now - timedelta(days=2),
                         comment="Foto halaman buku hadir belum ada. Lampirkan tiap minggunya (contoh).")  # fmt: skip
    today = now.date()
    agreed = [("Siapkan modem cadangan (contoh)", today - timedelta(days=4)),
              ("Undang bengkel Sinar Jaya melihat praktik (contoh)", today + timedelta(days=9))]  # fmt: skip
    transformation.note_visit(
        busy.application, visited_on=today - timedelta(days=11),
        seen="16 peserta hadir, praktik berjalan baik. Daring terputus dua kali karena jaringan (contoh).",
        actions=agreed, by=people.mentoring, now=now - timedelta(days=11),
    )  # fmt: skip
    clock = _Clock(now - timedelta(days=1))
    for stage, signer in ((stages[1], people.mentoring), (stages[4], people.officer)):
        _show_evidence(stage, people, clock)
        transformation.sign(stage, by=signer, now=clock.now)
    _show_evidence(stages[2], people, clock, most=1)


def _selecting(programme: Programme, people: Cast, *, now: datetime) -> None:
    """An intake whose second round is being scored, with an appeal against the first."""
    clock = _Clock(now - timedelta(days=70))
    under_way = replace(_ROUNDS[1], starts_on=now.date() - timedelta(days=9), ends_on=now.date() + timedelta(days=5))
    rounds = (replace(_ROUNDS[0], appeal_days=5), under_way, *_ROUNDS[2:])
    rules = Rules(eligibility=Eligibility(needs_vin=False), rounds=rounds, stages=_STAGES)
    cohort = _open(programme, SELECTING, rules, people, clock)
    _apply(cohort, [one for one in _newcomers(cohort) if _dice(one.centre.name, "II") > 60], clock,
           with_papers=True)  # fmt: skip
    clock.forward(21)
    programmes.close_applications(cohort, by=people.officer, now=clock.now)
    first = _run_round(cohort, people, clock)
    _appeal(first, people, clock)
    clock.set(now - timedelta(days=9))
    second = selection.open_round(cohort, by=people.officer, now=clock.now)
    _score(second, clock, leave_out=lambda one: _dice(one.centre.name, "later") > 120)
    leaver = cohort.applications.filter(standing=Standing.APPLIED).exclude(centre__name__in=CHOSEN).first()
    if leaver is not None:
        selection.leave(leaver, exit=Exit.NEW_HEAD, note="Pimpinan baru ingin menata balai dulu (contoh).",
                        by=SYSTEM, now=now - timedelta(days=2))  # fmt: skip


def _appeal(round_: RunningRound, people: Cast, clock: _Clock) -> Appeal | None:
    missed = Result.objects.filter(round=round_).exclude(outcome="passed").order_by("rank").first()
    if missed is None:
        return None
    appeal = selection.file_appeal(
        missed, text="Izin kami sudah diperpanjang bulan lalu; surat baru terlampir (contoh).", by=SYSTEM,
        now=clock.now + timedelta(days=1),
    )  # fmt: skip
    return selection.answer_appeal(
        appeal, upheld=False, reason="Surat yang baru berlaku setelah batas pendaftaran (contoh).", by=people.officer,
        now=clock.now + timedelta(days=3),
    )  # fmt: skip


def _newcomers(cohort: Cohort) -> list[Application]:
    """Those that have not been in transformation before."""
    had_it = Application.objects.exclude(stages=None).values("centre_id")
    return list(cohort.applications.exclude(centre__in=had_it).select_related("centre"))


def _taking_applications(programme: Programme, people: Cast, *, now: datetime) -> None:
    """An intake that centres may apply to now; some have."""
    clock = _Clock(now - timedelta(days=12))
    cohort = _open(programme, OPEN, Rules(eligibility=Eligibility(), rounds=_ROUNDS, stages=_STAGES), people, clock)
    early = [one for one in _newcomers(cohort) if _dice(one.centre.name, "III") > 170]
    _apply(cohort, early, _Clock(now - timedelta(days=11)))
