#!/bin/bash
# Run once by the database image on an empty volume: the role that runs the house (docker-compose.yml).
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v password="$HOUSE_APP_PASSWORD" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE ROLE house_app LOGIN PASSWORD :'password';
SQL
