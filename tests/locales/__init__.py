"""Tests of how values look in a sentence and of loading texts. Whether code and texts agree is in tests/house."""
