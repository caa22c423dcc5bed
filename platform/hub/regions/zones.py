"""Indonesia's three time zones, by province. Every province lies in one of them.

Source: Presidential Decree (Keppres) 41/1987 on the division of Indonesia into three time zones, in force since
1 January 1988. It names the provinces of its day; those founded since lie where the province lay that they were part
of: Bangka Belitung, Banten and Riau Islands in WIB; Gorontalo (Law 38/2000), West Sulawesi (26/2004) and North
Kalimantan (20/2012) in WITA; North Maluku (46/1999) and the Papuan provinces (45/1999, 14 to 16/2022, 29/2022) in WIT.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

WIB = ZoneInfo("Asia/Jakarta")  # UTC+7
WITA = ZoneInfo("Asia/Makassar")  # UTC+8
WIT = ZoneInfo("Asia/Jayapura")  # UTC+9

# By the ministry of home affairs' codes: 1x and 2x Sumatra, 3x Java, 5x Bali and Nusa Tenggara, 6x Kalimantan,
# 7x Sulawesi, 8x Maluku, 9x Papua. Kalimantan is parted: West and Central in WIB, South, East and North in WITA.
_BY_ISLAND = {"1": WIB, "2": WIB, "3": WIB, "5": WITA, "6": WITA, "7": WITA, "8": WIT, "9": WIT}
_BY_PROVINCE = {"61": WIB, "62": WIB}


def of_province(code: str) -> ZoneInfo:
    """The zone of a province by its code. What lies nowhere in Indonesia is told the capital's time."""
    return _BY_PROVINCE.get(code) or _BY_ISLAND.get(code[:1], WIB)


def of_regency(code: str) -> ZoneInfo:
    """The zone of a regency, whose code begins with its province's (``35.05``)."""
    return of_province(code[:2])


def today(now: datetime) -> date:
    """The day in the capital, by which deadlines of the ministry run."""
    return now.astimezone(WIB).date()
