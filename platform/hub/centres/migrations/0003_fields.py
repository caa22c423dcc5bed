"""The vocational fields that the public register knew when Balai began; an import adds what is new to it."""

from django.db import migrations

FIELDS = [
    ("tik", "Teknologi Informasi dan Komunikasi", "Information and communication technology"),
    ("garmen", "Garmen Apparel", "Garment and apparel"),
    ("tata-busana", "Tata Busana", "Fashion and tailoring"),
    ("otomotif", "Teknik Otomotif", "Automotive"),
    ("processing", "Pengolahan Hasil", "Food and produce processing"),
    ("bahasa-inggris", "Bahasa Inggris", "English language"),
    ("las", "Teknik Las", "Welding"),
    ("pertanian", "Pertanian", "Agriculture"),
    ("bisnis", "Bisnis dan Manajemen", "Business and management"),
    ("industri-kreatif", "Industri Kreatif", "Creative industry"),
    ("tata-boga", "Tata Boga", "Culinary arts"),
    ("bangunan", "Bangunan", "Construction"),
    ("agribisnis", "Agribisnis", "Agribusiness"),
    ("elektronika", "Teknik Elektronika", "Electronics"),
    ("pariwisata", "Pariwisata", "Tourism"),
    ("perikanan", "Perikanan", "Fisheries"),
    ("pendingin", "Teknik Pendingin", "Refrigeration"),
    ("housekeeping", "Tata Graha", "Housekeeping"),
    ("kecantikan", "Tata Kecantikan", "Beauty care"),
    ("bahasa-jepang", "Bahasa Jepang", "Japanese language"),
    ("produktivitas", "Produktivitas", "Productivity"),
    ("metodologi", "Metodologi Pelatihan", "Training methodology"),
    ("manufaktur", "Teknik Manufaktur", "Manufacturing"),
    ("pengembangan-sosial", "Pengembangan Sosial Masyarakat", "Community development"),
    ("batik", "Desain Batik", "Batik design"),
]


def create(apps, schema_editor):
    field = apps.get_model("centres", "VocationalField")
    field.objects.bulk_create(field(code=code, name=name, name_en=name_en) for code, name, name_en in FIELDS)


class Migration(migrations.Migration):
    dependencies = [("centres", "0002_notify")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
