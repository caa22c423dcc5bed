"""Provinces and regencies of Indonesia, by the ministry of home affairs' codes."""

from django.db import models

_SMALL_WORDS = {"DAN": "dan"}
_CAPITALS = {"DKI", "DI"}


def _readable(name: str) -> str:
    words = [word if word in _CAPITALS else _SMALL_WORDS.get(word, word.capitalize()) for word in name.split(" ")]
    return " ".join(words)


class Province(models.Model):
    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return _readable(self.name)


class Regency(models.Model):  # type: ignore[django-manager-missing]  # Centre's base has no types
    """A regency (kabupaten) or city (kota). ``name`` is the official one, such as ``KABUPATEN BLITAR``."""

    code = models.CharField(max_length=5, primary_key=True)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="regencies")
    name = models.CharField(max_length=100)
    # The seat of its government, or its best known town, and where that lies: what distances are measured to.
    # Null where the table of towns does not know the regency; degrees, north and east positive, to about 1 km.
    town = models.CharField(max_length=100, blank=True, default="", db_default="")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["province", "name"], name="regency_name_once_per_province")]
        verbose_name_plural = "regencies"

    def __str__(self) -> str:
        return _readable(self.name).replace("Kabupaten ", "Kab. ", 1)

    @property
    def short_name(self) -> str:
        """The place alone, as people say it: ``Blitar`` for both ``KABUPATEN BLITAR`` and ``KOTA BLITAR``."""
        name = _readable(self.name)
        for kind in ("Kabupaten ", "Kota "):
            name = name.removeprefix(kind)
        return name.removeprefix("Administrasi ")
