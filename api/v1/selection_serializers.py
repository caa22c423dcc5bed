"""What the API says of selection: to a centre its own applications and results, to an assessor what is theirs."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from hub.programmes.models import Application, Exit
from hub.selection.models import Appeal, Assessment, AssessmentState, Outcome, Result


class PointsSerializer(serializers.Serializer[Any]):
    criterion = serializers.CharField()
    points = serializers.FloatField(help_text="The mean of the assessors.")
    most = serializers.IntegerField()


class OwnAppealSerializer(serializers.ModelSerializer[Appeal]):
    class Meta:
        model = Appeal
        fields = ("state", "filed_at", "decided_at", "reason")


class OwnResultSerializer(serializers.Serializer[Any]):
    """A published result: never a rank, an assessor, or another centre."""

    round = serializers.IntegerField(source="round.number")
    name = serializers.CharField(source="round.rules.name")
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    score = serializers.SerializerMethodField(help_text="0 to 100, in thousandths.")
    pass_mark = serializers.IntegerField(source="round.rules.pass_mark", allow_null=True)
    points = serializers.SerializerMethodField(help_text="For each criterion of the rubric.")
    published_at = serializers.DateTimeField(source="round.published_at")
    appeals_until = serializers.DateField(source="round.appeals_until")
    appeal = serializers.SerializerMethodField(help_text="Null while there is none.")

    def get_score(self, result: Result) -> float:
        return result.score / 1000

    @extend_schema_field(PointsSerializer(many=True))
    def get_points(self, result: Result) -> Any:
        points = self.context["points"].get((result.round_id, result.application_id), [])
        criteria = result.round.rules.criteria
        return [
            {"criterion": one.name, "points": value, "most": one.most}
            for one, value in zip(criteria, points, strict=bool(points))
        ]

    @extend_schema_field(OwnAppealSerializer(allow_null=True))
    def get_appeal(self, result: Result) -> Any:
        appeal = getattr(result, "appeal", None)
        return OwnAppealSerializer(appeal).data if appeal is not None else None


class OwnApplicationSerializer(serializers.ModelSerializer[Application]):
    """The centre's own part in an intake. The context holds its ``results`` and ``points``."""

    cohort = serializers.CharField(source="cohort_id", help_text="Id of the intake.")
    cohort_name = serializers.CharField(source="cohort.name")
    programme = serializers.CharField(source="cohort.programme.name")
    closes_on = serializers.DateField(source="cohort.closes_on", help_text="The last day to apply.")
    exit = serializers.SerializerMethodField(help_text="Why it no longer takes part; null while it does.")
    results = serializers.SerializerMethodField(help_text="Of the rounds that are published, in their order.")

    class Meta:
        model = Application
        fields = (
            "id", "programme", "cohort", "cohort_name", "closes_on", "standing", "round_number", "stage_number",
            "waiting_position", "submitted_at", "exit", "exited_at", "results",
        )  # fmt: skip

    @extend_schema_field({"type": ["string", "null"], "enum": [*Exit.values, None]})
    def get_exit(self, application: Application) -> str | None:
        return application.exit or None

    @extend_schema_field(OwnResultSerializer(many=True))
    def get_results(self, application: Application) -> Any:
        own = [one for one in self.context["results"] if one.application_id == application.pk]
        return OwnResultSerializer(own, many=True, context=self.context).data


class OwnAssessmentSerializer(serializers.ModelSerializer[Assessment]):
    """An application that the person scores, with their own points alone."""

    cohort_name = serializers.CharField(source="round.cohort.name")
    round = serializers.IntegerField(source="round.number")
    round_name = serializers.CharField(source="round.rules.name")
    due_on = serializers.DateField(source="round.rules.ends_on", allow_null=True)
    centre = serializers.CharField(source="application.centre.code", help_text="The centre's code.")
    centre_name = serializers.CharField(source="application.centre.name")
    state = serializers.ChoiceField(choices=AssessmentState.choices)
    points = serializers.ListField(
        child=serializers.IntegerField(allow_null=True), help_text="In the order of the rubric; null for none yet."
    )
    score = serializers.SerializerMethodField(help_text="0 to 100; null until it is handed in.")

    class Meta:
        model = Assessment
        fields = (
            "id", "cohort_name", "round", "round_name", "due_on", "centre", "centre_name", "state", "points", "score",
            "assigned_at", "submitted_at",
        )  # fmt: skip

    @extend_schema_field({"type": ["number", "null"]})
    def get_score(self, assessment: Assessment) -> float | None:
        return None if assessment.total is None else assessment.total / 1000
