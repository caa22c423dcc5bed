"""What the API says of programmes: intakes, their rules, who takes part, how far they come."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from hub.programmes import models, rulebook
from hub.programmes.models import Application, Cohort, Exit, Programme
from hub.programmes.queries import Bar, Funnel


class ProgrammeNameSerializer(serializers.ModelSerializer[Programme]):
    class Meta:
        model = Programme
        fields = ("id", "name", "funder")


class CohortSerializer(serializers.ModelSerializer[Cohort]):
    programme = ProgrammeNameSerializer(read_only=True)
    rules_version = serializers.SerializerMethodField(help_text="Number of the published rules; null for none yet.")
    is_demo = serializers.BooleanField(source="programme.is_demo", read_only=True)

    class Meta:
        model = Cohort
        fields = (
            "id", "programme", "name", "state", "opens_on", "closes_on", "closed_at", "rules_version", "is_demo",
        )  # fmt: skip

    @extend_schema_field({"type": ["integer", "null"]})
    def get_rules_version(self, cohort: Cohort) -> int | None:
        return cohort.rules.number if cohort.rules else None


# ---------------------------------------------------------------- rules


class EligibilitySerializer(serializers.Serializer[Any]):
    """An empty condition does not restrict; all that are given must hold."""

    states = serializers.ListField(child=serializers.CharField())
    provinces = serializers.ListField(child=serializers.CharField(), help_text="Codes.")
    fields_taught = serializers.ListField(source="fields", child=serializers.CharField(), help_text="Codes.")
    classes = serializers.ListField(child=serializers.CharField())
    needs_vin = serializers.BooleanField()
    needs_accreditation = serializers.BooleanField()
    women_led_only = serializers.BooleanField()
    least_seats = serializers.IntegerField(allow_null=True)
    active_within = serializers.IntegerField(allow_null=True, help_text="Days.")


class CriterionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    guide = serializers.CharField()
    weight = serializers.IntegerField()
    most = serializers.IntegerField(help_text="Most points.")


class QuotaSerializer(serializers.Serializer[Any]):
    group = serializers.ChoiceField(choices=rulebook.Group.choices)
    value = serializers.CharField(help_text="Code of a province or field; empty for women-led.")
    seats = serializers.IntegerField()


class RoundRulesSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=rulebook.RoundKind.choices)
    criteria = CriterionSerializer(many=True)
    assessors = serializers.IntegerField()
    third_margin = serializers.IntegerField(allow_null=True)
    pass_mark = serializers.IntegerField(allow_null=True, help_text="Of 100.")
    seats = serializers.IntegerField(allow_null=True, help_text="Null for no limit.")
    quotas = QuotaSerializer(many=True)
    appeal_days = serializers.IntegerField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)


class RequirementSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=rulebook.RequirementKind.choices)
    least = serializers.IntegerField()
    guide = serializers.CharField()


class StageRulesSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=rulebook.StageKind.choices)
    requirements = RequirementSerializer(many=True)
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)


class RulesSerializer(serializers.Serializer[Any]):
    """Published rules, which never change; the digest is the SHA-256 of their document."""

    version = serializers.IntegerField(source="number")
    digest = serializers.CharField()
    published_at = serializers.DateTimeField()
    eligibility = EligibilitySerializer(source="content.eligibility")
    rounds = RoundRulesSerializer(source="content.rounds", many=True)
    stages = StageRulesSerializer(source="content.stages", many=True)


class CohortWithRulesSerializer(CohortSerializer):
    rules = RulesSerializer(allow_null=True, help_text="Null while none are published.")

    class Meta(CohortSerializer.Meta):
        fields = (*CohortSerializer.Meta.fields, "rules")  # type: ignore[assignment]


# ---------------------------------------------------------------- applications


class ApplicationSerializer(serializers.ModelSerializer[Application]):
    """A centre in an intake, by what it was when it applied."""

    centre = serializers.CharField(source="centre.code", help_text="The centre's code.")
    centre_name = serializers.CharField(source="centre.name")
    fields_taught = serializers.ListField(source="fields", child=serializers.CharField(), help_text="Codes.")
    exit = serializers.SerializerMethodField(help_text="Why it no longer takes part; null while it does.")

    class Meta:
        model = Application
        fields = (
            "id", "centre", "centre_name", "province", "fields_taught", "is_women_led", "standing", "round_number",
            "stage_number", "waiting_position", "submitted_at", "exit", "exited_at",
        )  # fmt: skip

    @extend_schema_field({"type": ["string", "null"], "enum": [*Exit.values, None]})
    def get_exit(self, application: Application) -> str | None:
        return application.exit or None


# ---------------------------------------------------------------- the funnel


def step_code(step: int) -> str:
    """As the API names a step: "eligible", "applied", "round_1", "selected", "stage_1", "completed"."""
    fixed = {
        models.ELIGIBLE: "eligible", models.APPLIED: "applied", models.SELECTED: "selected",
        models.COMPLETED: "completed",
    }  # fmt: skip
    return fixed.get(step) or (f"round_{step - 100}" if step < models.SELECTED else f"stage_{step - 300}")


class BarSerializer(serializers.Serializer[Bar]):
    step = serializers.SerializerMethodField(help_text="eligible, applied, round_N, selected, stage_N or completed.")
    name = serializers.CharField(help_text="Of a round or stage; empty for the other steps.")
    count = serializers.IntegerField(help_text="Centres that have reached it.")
    exits = serializers.IntegerField(help_text="Left between this step and the next.")
    median_seconds = serializers.FloatField(
        source="seconds", allow_null=True, help_text="Until the next step, of those that have reached it."
    )

    def get_step(self, bar: Bar) -> str:
        return step_code(bar.step)


class ExitCountSerializer(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=Exit.choices)
    count = serializers.IntegerField()


class FunnelSerializer(serializers.Serializer[Funnel]):
    """How far centres have come. Shares are for the reader to make: each count is there."""

    steps = BarSerializer(source="bars", many=True)
    exits = serializers.SerializerMethodField(help_text="By reason, most first.")
    still_in = serializers.IntegerField(help_text="Neither completed nor out.")

    @extend_schema_field(ExitCountSerializer(many=True))
    def get_exits(self, funnel: Funnel) -> Any:
        return [{"reason": reason, "count": count} for reason, count in funnel.exits.items()]
