"""What the API says of a thing. Fields are named here one by one: nothing appears by itself."""

from rest_framework import serializers

from fleet.models import Run
from hub.centres import hosts
from hub.centres.models import Centre
from hub.regions.models import Province


class CentreSerializer(serializers.ModelSerializer[Centre]):
    province = serializers.CharField(source="regency.province_id")
    regency = serializers.CharField(source="regency_id")
    fields_offered = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Centre
        fields = (
            "code", "name", "slug", "state", "province", "regency", "village", "established", "maturity_class",
            "fields_offered", "is_demo", "live_since", "url",
        )  # fmt: skip

    def get_fields_offered(self, centre: Centre) -> list[str]:
        """Codes of the vocational fields."""
        return [field.code for field in centre.fields.all()]

    def get_url(self, centre: Centre) -> str | None:
        """The centre's own address, or null while it has no space."""
        return hosts.url_of(centre.slug) if centre.is_live else None


class ProvinceSerializer(serializers.ModelSerializer[Province]):
    regencies = serializers.SerializerMethodField()

    class Meta:
        model = Province
        fields = ("code", "name", "regencies")

    def get_regencies(self, province: Province) -> list[dict[str, str]]:
        return [{"code": regency.code, "name": regency.name} for regency in province.regencies.all()]


class RunSerializer(serializers.ModelSerializer[Run]):
    class Meta:
        model = Run
        fields = (
            "id", "kind", "state", "total", "done", "failed", "percent", "is_silent", "seconds_left", "started_at",
            "heartbeat_at", "finished_at",
        )  # fmt: skip
