"""The methods of the Bot API that the stand-in knows. Importing this package fills the table.

getUpdates is not here: it waits, so the server calls polling.get_updates.
"""

from sandbox.methods import chats, edits, messages, setup
from sandbox.methods.core import TABLE, call

__all__ = ["TABLE", "call", "chats", "edits", "messages", "setup"]
