"""What travels compressed, and what does not."""

import gzip
import io
from datetime import UTC, datetime

import pytest
from django.test import Client

from kernel import schema, uploads
from tenants.site import operations as site
from tests import pictures

GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize("path", ["/", "/balai/", "/sitemap.xml", "/tidak-ada/"])
def test_pages_and_data_travel_compressed(path, hub_client: Client, centre):
    plain = hub_client.get(path)
    packed = hub_client.get(path, headers=GZIP)
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert int(packed["Content-Length"]) < len(plain.content)
    assert gzip.decompress(packed.content)[:30] == plain.content[:30]
    assert "Accept-Encoding" in plain["Vary"], "a cache must not give one the other's"


def test_a_photo_is_compressed_already(centre, centre_client: Client):
    with schema.centre(centre):
        picture = uploads.picture(io.BytesIO(pictures.plain(300, 200)))
        name = site.show_photo(picture, alt="Gedung", now=datetime(2026, 11, 24, tzinfo=UTC)).photo
    answer = centre_client.get(f"/berkas/{name}", headers=GZIP)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer
