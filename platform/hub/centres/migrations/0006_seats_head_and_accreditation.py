"""What a programme may ask of a centre: how many it can train at a time, who heads it, whether it is accredited."""

from django.core.validators import MaxValueValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("centres", "0005_profile_updated")]

    operations = [
        migrations.AddField(
            "centre",
            "seats",
            models.PositiveSmallIntegerField(blank=True, null=True, validators=[MaxValueValidator(2000)]),
        ),
        migrations.AddField("centre", "is_women_led", models.BooleanField(blank=True, null=True)),
        migrations.AddField("centre", "accredited_until", models.DateField(blank=True, null=True)),
    ]
