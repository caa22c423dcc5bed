from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("site", "0001_initial")]

    operations = [
        migrations.AddField("profile", "photo", models.CharField(blank=True, default="", db_default="", max_length=40)),
        migrations.AddField(
            "profile", "photo_alt", models.CharField(blank=True, default="", db_default="", max_length=200)
        ),
        migrations.AddField("profile", "photo_width", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.AddField("profile", "photo_height", models.PositiveSmallIntegerField(default=0, db_default=0)),
    ]
