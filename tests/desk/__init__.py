"""Tests of the desk's verbs as tables: references, hours, a ticket's life, who may see what. No messenger."""
