"""What happened with a company's verification, in words: the moments of ``<c-timeline>``, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from hub.partners.models import Verification, VerificationState
from hub.partners.queries import Case


@dataclass(frozen=True, slots=True)
class Moment:
    """``icon`` is one of icons.json, ``kind`` one of c-moment's."""

    at: datetime
    title: str
    text: str = ""
    icon: str = "circle"
    kind: str = "plain"


def story(case: Case) -> list[Moment]:
    newest = case.verifications[0].name if case.verifications else ""
    moments = [moment for one in case.verifications for moment in _moments(one, case.now, newest)]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _moments(one: Verification, now: datetime, newest: str) -> Iterator[Moment]:
    """A name that is not the newest one is worth saying: it is what was checked then."""
    words = _("By %(person)s, NIB %(nib)s.") if one.name == newest else _("By %(person)s for “%(name)s”, NIB %(nib)s.")
    text = words % {"person": one.submitted_by, "name": one.name, "nib": one.nib}
    yield Moment(one.submitted_at, _("Asked to be verified"), text, "send", "info")
    if one.decided_at is not None:
        yield _decision(one, one.decided_at)
    if one.ended_at is not None and one.state in _ENDS:
        yield _end(one, one.ended_at)
    if one.expires_at is not None and one.has_expired(now):
        yield Moment(one.expires_at, _("Verification expired"), "", "clock", "warning")


def _decision(one: Verification, at: datetime) -> Moment:
    by = _("By %(person)s, Ministry of Manpower.") % {"person": one.decided_by}
    if one.state == VerificationState.REFUSED:
        return Moment(at, _("Refused"), f"{by} {one.reason}", "circle-x", "error")
    return Moment(at, _("Verified by the ministry"), by, "badge-check", "success")


_ENDS = {VerificationState.TAKEN_BACK, VerificationState.LAPSED, VerificationState.WITHDRAWN}


def _end(one: Verification, at: datetime) -> Moment:
    if one.state == VerificationState.TAKEN_BACK:
        return Moment(at, _("Request taken back"), _("Its documents were deleted."), "undo-2")
    if one.state == VerificationState.LAPSED:
        text = _("The name or the NIB was changed, so nobody has compared them any more.")
        return Moment(at, _("Verification lapsed"), text, "triangle-alert", "warning")
    by = _("By %(person)s, Ministry of Manpower.") % {"person": one.ended_by}
    return Moment(at, _("Withdrawn by the ministry"), f"{by} {one.reason}", "circle-x", "error")
