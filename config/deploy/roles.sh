#!/bin/sh
# Run once by the postgres image when its volume is empty: roles with passwords from the mounted secrets, database, grants.
set -eu
folder=${DEPLOY_FOLDER:-/deploy}
secrets=${SECRETS_FOLDER:-/run/secrets}
run() { psql --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" "$@"; }

run --dbname postgres --file "$folder/roles.sql"
for role in migrate app purge stats; do
  printf '%s\n' "ALTER ROLE :\"role\" PASSWORD :'password';" |
    run --dbname postgres --set "role=opposable_$role" --set "password=$(cat "$secrets/${role}_password")"
done
run --dbname postgres --command 'CREATE DATABASE opposable OWNER opposable_migrate'
run --dbname opposable --file "$folder/grants.sql"
