"""Who alone does something: one poller among several processes. A lease in the database, renewed while held."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_

from db.engine import Unit
from db.models import Lease


async def take(work: Unit, name: str, holder: str, length: timedelta) -> bool:
    """Take or renew the lease. False while another holder's lease runs."""
    statement = work.insert(Lease).values(name=name, holder=holder, until_at=work.now + length)
    statement = statement.on_conflict_do_update(
        index_elements=[Lease.name],
        set_={"holder": holder, "until_at": work.now + length},
        where=or_(Lease.holder == holder, Lease.until_at <= work.now),
    ).returning(Lease.name)
    return (await work.session.execute(statement)).first() is not None


async def drop(work: Unit, name: str, holder: str) -> None:
    """Give the lease up, if it is ours, so that another process need not wait for its end."""
    await work.session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


async def release_all(work: Unit) -> None:
    """At the start of the only process on a database: whoever held a lease is dead."""
    await work.session.execute(delete(Lease))
