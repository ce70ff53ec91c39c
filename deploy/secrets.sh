#!/bin/sh
# Makes the secrets of docker-compose.yml once; what exists stays. Losing master_key loses the
# camera passwords and the sealed passphrases: keep a copy where the database's backup is not.
set -eu
folder=$(dirname "$0")/secrets
mkdir -p "$folder"
chmod 0700 "$folder"
for name in secret_key master_key superuser_password owner_password application_password; do
    [ -e "$folder/$name" ] || od -An -tx1 -N32 /dev/urandom | tr -d ' \n' >"$folder/$name"
    # The folder keeps others out; inside the containers other accounts must read the files.
    chmod 0444 "$folder/$name"
done
