"""Tickets, people, deadlines, events: one verb, one function. No messenger, no HTTP; verbs never commit."""
