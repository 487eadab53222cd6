#!/bin/sh
# Provide the Chromium that the browser tests drive: Debian's, where apt and root are there.
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
    exit 0
fi
echo "The browser tests need Chromium. Install it with your system's package manager," >&2
echo "such as: sudo apt-get install chromium - then run make test again." >&2
exit 1
