#!/bin/sh
# The password comes as a file and reaches the program as part of its address; made by
# secrets.sh in hexadecimal, so nothing in it needs quoting.
set -eu
if [ -n "${DATABASE_PASSWORD_FILE:-}" ]; then
    DATABASE_URL="postgresql://${DATABASE_USER}:$(cat "$DATABASE_PASSWORD_FILE")@${DATABASE_HOST:-postgres}/portal"
    export DATABASE_URL
fi
exec "$@"
