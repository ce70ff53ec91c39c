#!/bin/sh
# Run once by the postgres image after roles.sql: gives the two roles their passwords.
set -eu
for role in owner:portal_owner application:portal_app; do
    password=$(cat "/run/secrets/${role%%:*}_password")
    # Through standard input: an argument could be read by every process.
    echo "ALTER ROLE ${role#*:} PASSWORD '${password}';" |
        psql --quiet --set ON_ERROR_STOP=1 --username postgres --dbname portal
done
