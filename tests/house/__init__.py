"""Tests of the house itself: who imports whom, sizes, texts, buttons, settings, no network."""
