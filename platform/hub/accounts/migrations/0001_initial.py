import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import kernel.encryption
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("centres", "0003_fields"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                ("email", models.EmailField(blank=True, max_length=254, null=True, verbose_name="e-mail")),
                (
                    "phone",
                    kernel.encryption.EncryptedTextField(
                        blank=True, editable=True, null=True, verbose_name="phone number"
                    ),
                ),
                ("phone_lookup", models.CharField(blank=True, editable=False, max_length=64, null=True, unique=True)),
                ("phone_verified_at", models.DateTimeField(blank=True, null=True)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(django.db.models.functions.text.Lower("email"), name="user_email_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email__isnull", False),
                            ("phone_lookup__isnull", False),
                            ("erased_at__isnull", False),
                            _connector="OR",
                        ),
                        name="user_can_be_reached",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EmailChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("new_email", models.EmailField(max_length=254)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("token_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("host", models.CharField(max_length=253)),
                ("browser_hash", models.CharField(max_length=64)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("partner", "Company"), ("provider", "Training provider")], max_length=10
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("kind"), django.db.models.functions.text.Lower("name"), name="organisation_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.SlugField()),
                ("version", models.PositiveSmallIntegerField()),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("user", "purpose", "version"),
                        name="consent_given_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("super_admin", "Ministry: chief administrator"),
                            ("programme_officer", "Ministry: programme officer"),
                            ("provincial_officer", "Ministry: provincial officer"),
                            ("assessor", "Assessor"),
                            ("mentor", "Mentor"),
                            ("donor", "Donor (reads only)"),
                            ("centre_head", "Head of the centre"),
                            ("centre_administrator", "Administrator of the centre"),
                            ("instructor", "Instructor"),
                            ("partner_owner", "Company: owner"),
                            ("partner_member", "Company: member"),
                            ("provider_editor", "Training provider: editor"),
                            ("participant", "Participant"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "provinces",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), blank=True, default=list, size=None
                    ),
                ),
                ("granted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "centre",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="centres.centre",
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("revoked_at", None)), fields=["centre"], name="membership_of_centre"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("centre__isnull", True),
                                ("organisation__isnull", True),
                                (
                                    "role__in",
                                    [
                                        "assessor",
                                        "donor",
                                        "mentor",
                                        "programme_officer",
                                        "provincial_officer",
                                        "super_admin",
                                    ],
                                ),
                            ),
                            models.Q(
                                ("centre__isnull", False),
                                ("organisation__isnull", True),
                                ("role__in", ["centre_administrator", "centre_head", "instructor", "participant"]),
                            ),
                            models.Q(
                                ("centre__isnull", True),
                                ("organisation__isnull", False),
                                ("role__in", ["partner_member", "partner_owner", "provider_editor"]),
                            ),
                            _connector="OR",
                        ),
                        name="membership_scope_fits_role",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("user", "role", "centre", "organisation"),
                        name="membership_held_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("super_admin", "Ministry: chief administrator"),
                            ("programme_officer", "Ministry: programme officer"),
                            ("provincial_officer", "Ministry: provincial officer"),
                            ("assessor", "Assessor"),
                            ("mentor", "Mentor"),
                            ("donor", "Donor (reads only)"),
                            ("centre_head", "Head of the centre"),
                            ("centre_administrator", "Administrator of the centre"),
                            ("instructor", "Instructor"),
                            ("partner_owner", "Company: owner"),
                            ("partner_member", "Company: member"),
                            ("provider_editor", "Training provider: editor"),
                            ("participant", "Participant"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "provinces",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), blank=True, default=list, size=None
                    ),
                ),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(blank=True, max_length=150)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="centres.centre",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("centre__isnull", True),
                                ("organisation__isnull", True),
                                (
                                    "role__in",
                                    [
                                        "assessor",
                                        "donor",
                                        "mentor",
                                        "programme_officer",
                                        "provincial_officer",
                                        "super_admin",
                                    ],
                                ),
                            ),
                            models.Q(
                                ("centre__isnull", False),
                                ("organisation__isnull", True),
                                ("role__in", ["centre_administrator", "centre_head", "instructor", "participant"]),
                            ),
                            models.Q(
                                ("centre__isnull", True),
                                ("organisation__isnull", False),
                                ("role__in", ["partner_member", "partner_owner", "provider_editor"]),
                            ),
                            _connector="OR",
                        ),
                        name="invitation_scope_fits_role",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SupportVisit",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("reason", models.CharField(max_length=500)),
                ("may_write", models.BooleanField(default=False)),
                ("is_emergency", models.BooleanField(default=False)),
                ("hours", models.PositiveSmallIntegerField(default=4)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for consent"),
                            ("open", "Open"),
                            ("refused", "Refused"),
                            ("ended", "Ended"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="centres.centre"
                    ),
                ),
                (
                    "visitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "open"), _negated=True), ("expires_at__isnull", False), _connector="OR"
                        ),
                        name="support_open_has_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hours__gte", 1), ("hours__lte", 24)), name="support_hours_bounded"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "open"])),
                        fields=("visitor", "centre"),
                        name="support_once_at_a_time",
                    ),
                ],
            },
        ),
    ]
