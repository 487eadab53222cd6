#!/bin/sh
# Provide the PostgreSQL that the tests of the scoreboard start: Debian's, where apt and root are
# there. Only its programs are wanted: no cluster is made, no service started.
set -eu
for folder in /usr/lib/postgresql/*/bin; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then exit 0; fi
done
if command -v initdb >/dev/null 2>&1 && command -v pg_ctl >/dev/null 2>&1; then exit 0; fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    settings=/etc/postgresql-common/createcluster.conf
    made=
    if [ ! -e "$settings" ]; then
        mkdir -p "$(dirname "$settings")"
        echo "create_main_cluster = false" >"$settings"
        made=yes
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Options::=--force-confold postgresql >/dev/null
    if [ -n "$made" ]; then mv -f "$settings.ucf-dist" "$settings" 2>/dev/null || rm -f "$settings"; fi
    exit 0
fi
echo "The tests of the scoreboard need PostgreSQL. Install it with your system's package" >&2
echo "manager, such as: sudo apt-get install postgresql - then run make test again." >&2
exit 1
