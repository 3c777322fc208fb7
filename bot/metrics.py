"""The figures that /metrics shows. One registry per process; no ids, no text."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """Counters and gauges by their names in Prometheus."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.received = Counter(
            "sanatyar_updates_received", "Updates stored in the inbox", ["kind"], registry=self.registry
        )
        self.duplicates = Counter(
            "sanatyar_updates_duplicate", "Updates that were known already", registry=self.registry
        )
        self.handled = Counter(
            "sanatyar_updates_handled", "Updates closed, by outcome", ["outcome"], registry=self.registry
        )
        self.unit_seconds = Histogram(
            "sanatyar_unit_seconds",
            "Time of one unit of work",
            registry=self.registry,
            buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
        )
        self.wait_seconds = Histogram(
            "sanatyar_answer_seconds",
            "From said in a committed unit to delivered",
            registry=self.registry,
            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
        )
        self.sent = Counter("sanatyar_sends", "Rows of the outbox, by outcome", ["outcome"], registry=self.registry)
        self.questions = Counter(
            "sanatyar_questions", "Questions asked, by decision", ["decision"], registry=self.registry
        )
        self.inbox = Gauge("sanatyar_inbox", "Updates by status, done left out", ["status"], registry=self.registry)
        self.outbox = Gauge("sanatyar_outbox", "Rows by state, sent left out", ["state"], registry=self.registry)
        self.poll_failures = Counter("sanatyar_poll_failures", "Polls that failed", registry=self.registry)
