"""Papers of the centre; hours, place, colours and means on its profile, and the page's draft."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("site", "0002_photo"),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=150)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("licence", "Licence"),
                            ("deed", "Foundation deed"),
                            ("permit", "Permit"),
                            ("accreditation", "Accreditation"),
                            ("agreement", "Agreement (MoU)"),
                            ("other", "Other"),
                        ],
                        max_length=15,
                    ),
                ),
                ("file", models.CharField(max_length=40)),
                ("size", models.PositiveIntegerField()),
                ("issued_on", models.DateField(blank=True, null=True)),
                ("expires_on", models.DateField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("added_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "ordering": [models.OrderBy(models.F("expires_on"), nulls_last=True), "title", "id"],
            },
        ),
        migrations.AddField(
            model_name="profile",
            name="draft",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="profile",
            name="draft_saved_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="profile",
            name="facilities",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                max_length=2000,
                validators=[django.core.validators.MaxLengthValidator(2000)],
            ),
        ),
        migrations.AddField(
            model_name="profile",
            name="instructor_count",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, validators=[django.core.validators.MaxValueValidator(500)]
            ),
        ),
        migrations.AddField(
            model_name="profile",
            name="latitude",
            field=models.DecimalField(
                blank=True,
                decimal_places=6,
                max_digits=8,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(-11.2),
                    django.core.validators.MaxValueValidator(6.4),
                ],
            ),
        ),
        migrations.AddField(
            model_name="profile",
            name="longitude",
            field=models.DecimalField(
                blank=True,
                decimal_places=6,
                max_digits=9,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(94.5),
                    django.core.validators.MaxValueValidator(141.2),
                ],
            ),
        ),
        migrations.AddField(
            model_name="profile",
            name="opening_hours",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                max_length=400,
                validators=[django.core.validators.MaxLengthValidator(400)],
            ),
        ),
        migrations.AddField(
            model_name="profile",
            name="palette",
            field=models.CharField(
                choices=[
                    ("nila", "Indigo"),
                    ("pandan", "Pandan green"),
                    ("tosca", "Turquoise"),
                    ("laut", "Sea blue"),
                    ("manggis", "Mangosteen purple"),
                    ("bata", "Brick red"),
                    ("sogan", "Batik brown"),
                    ("arang", "Charcoal"),
                ],
                db_default="nila",
                default="nila",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="profile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("latitude__isnull", True), ("longitude__isnull", True)),
                    models.Q(("latitude__isnull", False), ("longitude__isnull", False)),
                    _connector="OR",
                ),
                name="site_profile_whole_location",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("issued_on__isnull", True),
                    ("expires_on__isnull", True),
                    ("expires_on__gte", models.F("issued_on")),
                    _connector="OR",
                ),
                name="site_document_expires_after_issue",
                violation_error_message="It cannot expire before it was issued.",
            ),
        ),
    ]
