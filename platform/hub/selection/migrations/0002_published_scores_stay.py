"""After publication a score changes by an upheld appeal alone, and an assessor's points do not change at all."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION selection_keep_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.selection_round WHERE id = OLD.round_id AND state = 'published') THEN
        RAISE EXCEPTION 'The scores of a published round do not change.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE FUNCTION selection_keep_result() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.selection_round WHERE id = OLD.round_id AND state = 'published') THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.outcome <> 'passed' AND EXISTS (
        SELECT FROM public.selection_appeal
        WHERE result_id = OLD.id AND state = 'upheld' AND former_score = OLD.score
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A published result changes by an upheld appeal alone.'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER assessment_stays BEFORE UPDATE OR DELETE ON selection_assessment
    FOR EACH ROW EXECUTE FUNCTION selection_keep_assessment();
CREATE TRIGGER result_stays BEFORE UPDATE OR DELETE ON selection_result
    FOR EACH ROW EXECUTE FUNCTION selection_keep_result();
"""

BACKWARDS = """
DROP TRIGGER result_stays ON selection_result;
DROP TRIGGER assessment_stays ON selection_assessment;
DROP FUNCTION selection_keep_result();
DROP FUNCTION selection_keep_assessment();
"""


class Migration(migrations.Migration):
    dependencies = [("selection", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
