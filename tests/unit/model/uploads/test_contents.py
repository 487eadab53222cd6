from __future__ import annotations

import pytest

from model.uploads.contents import jpeg_has_more, kind_of
from model.uploads.limits import SCANS_MAX, SEGMENTS_MAX
from tests.uploads import EMPTY_SCAN, encoded, scene, with_scans

END = b"\xff\xd9"


def refused(data: bytes) -> bool:
    return jpeg_has_more(data, scans_max=SCANS_MAX, segments_max=SEGMENTS_MAX)


def box(*brands: bytes) -> bytes:
    body = b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:])
    return (len(body) + 4).to_bytes(4, "big") + body + bytes(40)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", None),
        (b"GIF", None),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
        (b"RIFF\0\0\0\0WAVEfmt ", None),
        (box(b"avif", b"mif1"), "AVIF"),
        (box(b"mif1", b"miaf", b"avif"), "AVIF"),
        (box(b"heic", b"mif1"), "HEIC"),
        (box(b"mif1", b"heic"), "HEIC"),
        (box(b"mp42", b"isom"), None),
        (box(b"jp2 "), None),
    ],
)
def test_the_content_says_what_a_file_is(data: bytes, kind: str | None) -> None:
    assert kind_of(data) == kind


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 1}])
def test_what_encoders_write_is_within_the_limits(options: dict[str, object]) -> None:
    assert not refused(encoded(scene(640, 480), "JPEG", quality=95, **options))


@pytest.mark.parametrize(("more", "verdict"), [(30, False), (100, True), (12_000, True)])
def test_scans_are_counted(more: int, verdict: bool) -> None:
    assert refused(with_scans(more)) == verdict


def test_padding_does_not_hide_a_scan() -> None:
    data = encoded(scene(64, 48), "JPEG")
    padded = b"\xff\xff\xff\xff" + EMPTY_SCAN[1:]
    assert refused(data[:-2] + padded * 100 + END)
    assert refused(data[:-2] + b"\xff\xfe\x00\x00" + EMPTY_SCAN * 100 + END)


def test_scans_of_previews_and_of_what_follows_the_picture_do_not_count() -> None:
    preview = EMPTY_SCAN * 100 + END
    segment = b"\xff\xe1" + (len(preview) + 2).to_bytes(2, "big") + preview
    data = encoded(scene(64, 48), "JPEG")
    assert not refused(data[:2] + segment + data[2:])
    assert not refused(data + EMPTY_SCAN * 100), "a film of the moment, as phones append it"


def test_segments_are_counted() -> None:
    data = encoded(scene(64, 48), "JPEG")
    comment = b"\xff\xfe\x00\x02"
    assert not refused(data[:2] + comment * 300 + data[2:])
    assert refused(data[:2] + comment * 3000 + data[2:])
