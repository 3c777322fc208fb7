"""Tests of how everything is kept: units, queues, leases, migrations, seeding, on SQLite and on PostgreSQL."""
