"""How everything is kept: engine, unit of work, inbox, outbox, conversations, models, migrations."""
