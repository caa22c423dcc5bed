"""Invented centres spread as a register spreads real ones: 82 regencies of 5 provinces, one field far ahead.

None of the names is a real centre's; the same number gives the same country every time.
"""

from random import Random

from hub.centres.models import Centre, VocationalField
from hub.regions import operations as regions
from hub.regions.management.commands.load_regions import DEFAULT as REGIONS
from hub.regions.models import Regency
from workflows import onboarding

from . import ground

PROVINCES = ("32", "33", "34", "35", "36")
_REGENCIES = 82
_FIELDS = {
    "tik": 1119, "garmen": 185, "tata-busana": 118, "otomotif": 98, "processing": 97, "bahasa-inggris": 59, "las": 54,
    "pertanian": 39, "bisnis": 36, "industri-kreatif": 33,
}  # fmt: skip
_FIRST = "Nurul Darul Miftahul Raudlatul Bahrul Tarbiyatul Manbaul Roudlotul Mambaul Al".split()
_SECOND = "Huda Falah Hikmah Ulum Muttaqin Hidayah Ihsan Islah Amin Fajar Barokah Mubarok Istiqomah Anwar".split()
_VILLAGES = "Sukamaju Karanganyar Banjarsari Wonorejo Sumberagung Mekarjaya Tanjungsari Purwodadi Kalirejo".split()


def settle(number: int) -> list[Centre]:
    """So many live centres, none like another, in the order of their making."""
    regions.load(folder=REGIONS)
    centres = ground.register(number)
    spread(centres, number)
    onboarding.bring_all_live()
    return list(Centre.objects.filter(pk__in=[centre.pk for centre in centres]).order_by("created_at"))


def spread(centres: list[Centre], seed: int) -> None:
    """Give these centres places, names and fields as a register spreads them."""
    random = Random(seed)
    places = list(Regency.objects.filter(province__in=PROVINCES).order_by("code")[:_REGENCIES])
    fields = {field.pk: field for field in VocationalField.objects.filter(pk__in=_FIELDS)}
    taught = []
    for centre in centres:
        centre.regency = random.choice(places)
        centre.village = f"{random.choice(_VILLAGES)} {random.choice(('Barat', 'Timur', 'Wetan', 'Kulon'))}"
        centre.name = f"BLKK {random.choice(_FIRST)} {random.choice(_SECOND)} {centre.village}"
        centre.established = random.randint(2017, 2023)
        chosen = set(random.choices(list(_FIELDS), weights=list(_FIELDS.values()), k=random.choice((1, 1, 2))))
        taught += [Centre.fields.through(centre=centre, vocationalfield=fields[code]) for code in sorted(chosen)]
    Centre.objects.bulk_update(centres, ["regency", "village", "name", "established"], batch_size=500)
    Centre.fields.through.objects.filter(centre__in=centres).delete()
    Centre.fields.through.objects.bulk_create(taught, batch_size=500)
