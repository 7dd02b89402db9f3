#!/bin/sh
# Make the passwords that compose.yaml reads, in secrets/ beside it. Those that are there stay.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
for name in database_password store_password; do
    [ -s "secrets/$name" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "secrets/$name"
done
# Containers read them as other users than this one; the folder stays closed.
chmod 0444 secrets/*
echo "passwords are in $(pwd)/secrets"
