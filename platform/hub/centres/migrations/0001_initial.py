import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django_tenants.postgresql_backend.base
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("regions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="VocationalField",
            fields=[
                ("code", models.SlugField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100, unique=True)),
                ("name_en", models.CharField(max_length=100)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Centre",
            fields=[
                (
                    "schema_name",
                    models.CharField(
                        db_index=True,
                        max_length=63,
                        unique=True,
                        validators=[django_tenants.postgresql_backend.base._check_schema_name],
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.CharField(editable=False, max_length=8, unique=True)),
                ("slug", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("foundation", models.CharField(blank=True, max_length=200)),
                ("village", models.CharField(blank=True, max_length=100)),
                (
                    "established",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1900),
                            django.core.validators.MaxValueValidator(2100),
                        ],
                    ),
                ),
                (
                    "licence_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("nib", "Business identification number (NIB)"),
                            ("ahu_deed", "Foundation deed (AHU)"),
                            ("local_permit", "Local permit"),
                            ("statement_letter", "Statement letter"),
                            ("none", "None"),
                        ],
                        max_length=20,
                    ),
                ),
                ("licence_number", models.CharField(blank=True, max_length=100)),
                ("vin", models.CharField(blank=True, max_length=40)),
                (
                    "maturity_class",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("tumbuh", "Growing (tumbuh)"),
                            ("berkembang", "Developing (berkembang)"),
                            ("mandiri", "Independent (mandiri)"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("registered", "Registered"),
                            ("active", "Active"),
                            ("suspended", "Suspended"),
                            ("archived", "Archived"),
                            ("erased", "Erased"),
                        ],
                        db_index=True,
                        default="registered",
                        max_length=12,
                    ),
                ),
                ("is_demo", models.BooleanField(default=False)),
                ("register_id", models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ("register_spelling", models.JSONField(blank=True, null=True)),
                ("live_since", models.DateTimeField(blank=True, null=True)),
                ("state_reason", models.CharField(blank=True, max_length=300)),
                ("tombstone", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "regency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="centres",
                        to="regions.regency",
                    ),
                ),
                (
                    "fields",
                    models.ManyToManyField(blank=True, related_name="centres", to="centres.vocationalfield"),
                ),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="Domain",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("domain", models.CharField(db_index=True, max_length=253, unique=True)),
                ("is_primary", models.BooleanField(db_index=True, default=True)),
                ("skeleton", models.CharField(blank=True, max_length=40, null=True, unique=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="domains",
                        to="centres.centre",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_primary", True)),
                        fields=("tenant",),
                        name="one_primary_domain",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="centre",
            constraint=models.CheckConstraint(
                condition=models.Q(("schema_name", django.db.models.functions.text.Concat(models.Value("c_"), "code"))),
                name="centre_schema_from_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="centre",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("active", "suspended", "archived")), _negated=True),
                    ("live_since__isnull", False),
                    _connector="OR",
                ),
                name="centre_live_has_date",
            ),
        ),
    ]
