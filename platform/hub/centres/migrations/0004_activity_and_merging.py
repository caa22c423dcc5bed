"""When a centre was last at work, and which centre carries on for one that was a duplicate.

The trigger of 0002 names its columns, and ``last_active_on`` is none of them: noting a day clears no cache.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("centres", "0003_fields")]

    operations = [
        migrations.AddField(
            model_name="centre",
            name="last_active_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="centre",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absorbed",
                to="centres.centre",
            ),
        ),
        migrations.AddConstraint(
            model_name="centre",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", None), ("state__in", ["archived", "erased"]), _connector="OR"),
                name="centre_merged_is_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="centre",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("id")), _negated=True),
                name="centre_merged_elsewhere",
            ),
        ),
    ]
