"""The ministry's promise: an answer within five working days, counted Monday to Friday.

Public holidays are not known here: around them an application may be called late that is not (docs/decisions/0021).
While an application lies with its applicant, the days do not count.
"""

from datetime import date, timedelta
from enum import StrEnum

TARGET = 5  # working days
_SOON = 1  # working day that is left
_SATURDAY = 5


class Standing(StrEnum):
    ON_TIME = "on_time"
    SOON = "soon"
    LATE = "late"


def is_working_day(day: date) -> bool:
    return day.weekday() < _SATURDAY


def after(day: date, working_days: int) -> date:
    """The working day so many working days after ``day``."""
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= is_working_day(day)
    return day


def between(day: date, until: date) -> int:
    """How many working days lie after ``day``, up to ``until``; negative if it has passed."""
    if until < day:
        return -between(until, day)
    days = (day + timedelta(days=number) for number in range(1, (until - day).days + 1))
    return sum(map(is_working_day, days))


def standing(due_on: date, today: date) -> Standing:
    """How it stands with something that is due on a day."""
    if due_on < today:
        return Standing.LATE
    return Standing.SOON if between(today, due_on) <= _SOON else Standing.ON_TIME


def soon_until(today: date) -> date:
    """What is due up to this day is due soon."""
    day = after(today, _SOON)
    # A weekend behind it brings nothing new, but belongs to it.
    while not is_working_day(day + timedelta(days=1)):
        day += timedelta(days=1)
    return day
