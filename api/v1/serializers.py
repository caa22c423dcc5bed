"""What the API says of a thing. Fields are named here one by one: nothing appears by itself."""

from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fleet.models import Run
from hub.accounts.models import Invitation, Membership
from hub.accounts.roles import STAFF_ROLES, Role
from hub.centres import hosts
from hub.centres.models import Centre, VocationalField
from hub.intake.models import Application, ApplicationState
from hub.regions.models import Province, Regency
from hub.tokens.models import ApiToken
from tenants.site.models import Announcement, Profile

SENT_STATES = [choice for choice in ApplicationState.choices if choice[0] != ApplicationState.DRAFT]
STAFF_CHOICES = [(role.value, role.label) for role in Role if role in STAFF_ROLES]


class Text(serializers.CharField):
    """DRF's own takes numbers too."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class KnownFieldsOnly(serializers.Serializer[Any]):
    """A body: a member that is not known is refused, as a misspelt one would otherwise change nothing."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [str(name) for name in data if name not in self.fields or self.fields[name].read_only]
        if unknown:
            words = _("There is no such field to write.")
            raise serializers.ValidationError({name: [words] for name in unknown}, code="unknown")
        return super().to_internal_value(data)


# ---------------------------------------------------------------- hub


class CentreSerializer(serializers.ModelSerializer[Centre]):
    province = serializers.CharField(source="regency.province_id", help_text="Code of the province.")
    regency = serializers.CharField(source="regency_id", help_text="Code of the regency or city.")
    fields_offered = serializers.SerializerMethodField(help_text="Codes of the vocational fields.")
    url = serializers.SerializerMethodField(help_text="The centre's own address; null while it has no space.")

    class Meta:
        model = Centre
        fields = (
            "code", "name", "slug", "state", "province", "regency", "village", "established", "maturity_class",
            "fields_offered", "is_demo", "live_since", "url",
        )  # fmt: skip

    def get_fields_offered(self, centre: Centre) -> list[str]:
        return [field.code for field in centre.fields.all()]

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_url(self, centre: Centre) -> str | None:
        return hosts.url_of(centre.slug) if centre.is_live else None


class RegencySerializer(serializers.ModelSerializer[Regency]):
    province = serializers.CharField(source="province_id", help_text="Code of the province.")

    class Meta:
        model = Regency
        fields = ("code", "name", "province")


class RegencyNameSerializer(serializers.ModelSerializer[Regency]):
    class Meta:
        model = Regency
        fields = ("code", "name")


class ProvinceSerializer(serializers.ModelSerializer[Province]):
    regencies = RegencyNameSerializer(many=True, read_only=True)

    class Meta:
        model = Province
        fields = ("code", "name", "regencies")


class FieldSerializer(serializers.ModelSerializer[VocationalField]):
    class Meta:
        model = VocationalField
        fields = ("code", "name", "name_en")


class RunSerializer(serializers.ModelSerializer[Run]):
    percent = serializers.IntegerField(read_only=True, min_value=0, max_value=100)
    is_silent = serializers.BooleanField(read_only=True, help_text="Calls itself running, but its process is gone.")
    seconds_left = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = Run
        fields = (
            "id", "kind", "state", "total", "done", "failed", "percent", "is_silent", "seconds_left", "started_at",
            "heartbeat_at", "finished_at",
        )  # fmt: skip


class IntakeSerializer(serializers.ModelSerializer[Application]):
    """What describes the institution. Its people, its documents and what was asked are read on the ministry's pages."""

    province = serializers.CharField(source="regency.province_id", help_text="Code of the province.")
    regency = serializers.CharField(source="regency_id", help_text="Code of the regency or city.")
    state = serializers.ChoiceField(choices=SENT_STATES)
    due_on = serializers.SerializerMethodField(help_text="The last day of the promised time; null while none runs.")
    centre = serializers.CharField(
        source="centre.code", allow_null=True, default=None, help_text="Code of the centre that it has become."
    )

    class Meta:
        model = Application
        fields = (
            "code", "name", "foundation", "province", "regency", "village", "vin", "state", "sent_at", "due_on",
            "decided_at", "centre", "is_demo",
        )  # fmt: skip

    @extend_schema_field({"type": ["string", "null"], "format": "date"})
    def get_due_on(self, application: Application) -> str | None:
        return application.due_on.isoformat() if application.is_open and application.due_on else None


class PersonOfSerializer(serializers.ModelSerializer[Membership]):
    """One role of one person: the same person may stand here twice."""

    name = serializers.CharField(source="user.name")
    since = serializers.DateTimeField(source="granted_at")

    class Meta:
        model = Membership
        fields = ("id", "name", "role", "since")


class OrganisationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    name = serializers.CharField()


class HeldSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=Role.choices)
    centre_id = serializers.UUIDField(allow_null=True)
    organisation_id = serializers.UUIDField(allow_null=True)
    provinces = serializers.ListField(child=serializers.CharField(), help_text="Codes; for a provincial officer.")


class MeSerializer(serializers.Serializer[ApiToken]):
    """Whom the token acts as, and what it was allowed."""

    token = serializers.CharField(source="prefix", help_text="The beginning by which its owner knows it.")
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()
    person = serializers.SerializerMethodField(help_text="The person's name; null for an organisation's token.")
    organisation = OrganisationSerializer(allow_null=True)
    roles = serializers.SerializerMethodField(help_text="What the person may do now.")

    @extend_schema_field({"type": ["string", "null"]})
    def get_person(self, token: ApiToken) -> str | None:
        return token.user.name if token.user else None

    @extend_schema_field(HeldSerializer(many=True))
    def get_roles(self, token: ApiToken) -> Any:
        return HeldSerializer(token.user.held if token.user else (), many=True).data


# ---------------------------------------------------------------- centre


class PhotoSerializer(serializers.Serializer[Profile]):
    url = serializers.SerializerMethodField()
    alt = serializers.CharField(source="photo_alt", help_text="What is to be seen, in words.")
    width = serializers.IntegerField(source="photo_width", help_text="Pixels.")
    height = serializers.IntegerField(source="photo_height", help_text="Pixels.")

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, profile: Profile) -> str:
        return hosts.url_of(self.context["slug"], f"/berkas/{profile.photo}")


class ProfileSerializer(CentreSerializer):
    """What the hub knows of the centre, and what the centre says of itself."""

    about = serializers.SerializerMethodField()
    address = serializers.SerializerMethodField()
    whatsapp = serializers.SerializerMethodField(help_text="Digits with the country code, such as 6281234567890.")
    photo = serializers.SerializerMethodField()
    updated_at = serializers.SerializerMethodField(help_text="When the centre last changed it; null for never.")

    class Meta(CentreSerializer.Meta):
        fields = (*CentreSerializer.Meta.fields, "about", "address", "whatsapp", "photo", "updated_at")  # type: ignore[assignment]

    @property
    def _own(self) -> Profile | None:
        own: Profile | None = self.context.get("own")
        return own

    def get_about(self, centre: Centre) -> str:
        return self._own.about if self._own else ""

    def get_address(self, centre: Centre) -> str:
        return self._own.address if self._own else ""

    def get_whatsapp(self, centre: Centre) -> str:
        return self._own.whatsapp if self._own else ""

    @extend_schema_field(PhotoSerializer(allow_null=True))
    def get_photo(self, centre: Centre) -> Any:
        has_photo = self._own is not None and self._own.photo
        return PhotoSerializer(self._own, context={"slug": centre.slug}).data if has_photo else None

    @extend_schema_field({"type": ["string", "null"], "format": "date-time"})
    def get_updated_at(self, centre: Centre) -> Any:
        return serializers.DateTimeField().to_representation(self._own.updated_at) if self._own else None


class ProfileChangeSerializer(KnownFieldsOnly):
    """What is left out stays as it is."""

    about = Text(required=False, allow_blank=True, max_length=4000)
    address = Text(required=False, allow_blank=True, max_length=300)
    whatsapp = Text(
        required=False,
        allow_blank=True,
        max_length=15,
        validators=[RegexValidator(r"^62[0-9]{8,13}\Z")],
        help_text=gettext_lazy("Digits with the country code, such as 6281234567890; empty for none."),
    )


class AnnouncementSerializer(serializers.ModelSerializer[Announcement]):
    class Meta:
        model = Announcement
        fields = ("id", "title", "body", "published_at")


class NewAnnouncementSerializer(KnownFieldsOnly):
    title = Text(max_length=150)
    body = Text(max_length=4000)


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    link = serializers.SerializerMethodField(
        help_text="To be sent by hand, when no e-mail was given; it is shown this once. Null when it was mailed."
    )

    class Meta:
        model = Invitation
        fields = ("id", "name", "email", "role", "expires_at", "link")

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_link(self, offer: Invitation) -> str | None:
        return self.context["link"] or None


class NewInvitationSerializer(KnownFieldsOnly):
    name = Text(max_length=150)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True, default="")
    role = serializers.ChoiceField(choices=STAFF_CHOICES)
