"""What visitors may hand in: said by the page, kept by :mod:`model.uploads`. Torch-free."""

from __future__ import annotations

FORMATS = {
    "JPEG": "JPEG",
    "PNG": "PNG",
    "WebP": "WEBP",
    "AVIF": "AVIF",
    "HEIC": "HEIF",
    "GIF": "GIF",
}
"""What is taken, by content, with Pillow's name; of an animation the first frame."""

BYTES_MAX = 20 * 1024 * 1024
"""Of the file; a server limits its requests as well."""

PIXELS_MAX = 50 * 1024 * 1024
"""To be decoded, of data sets too; a panorama of 3050 x 561 has 1.7 million.

A phone of "50 megapixels" makes up to 8192 x 6144 of them, which is just below. Of a JPEG that a
visitor hands in they count after the reduction by 2, 4 or 8 that its decoder makes itself.
"""

WALL_S = 20.0
"""Time to read one file by the clock, for a machine that has much else to do."""

WAIT_S = 10.0
"""How long a file waits for a free process."""
