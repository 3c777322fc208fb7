"""The cast of the page: two owners (guests come on demand) and a staff group with two members.

Their ids are what the settings of a demonstration name.
"""

from sandbox.driver import Group
from sandbox.world import World

STAFF_CHAT_ID = -1001000000001
STAFF_IDS = (701, 702)


def set_stage(world: World) -> Group:
    """Fill a world with the cast; returns the staff group."""
    world.phone(501, "مینا", "رضایی", "fa", "mina_rezaei")
    world.phone(502, "Daniel", "Amini", "en", "daniel_amini")
    staff = [world.phone(STAFF_IDS[0], "سارا", "احمدی", "fa"), world.phone(STAFF_IDS[1], "Kamran", "Sadeghi", "en")]
    return world.group(STAFF_CHAT_ID, "میز خدمت — Service desk", staff, forum=True)
