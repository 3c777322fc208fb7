"""What Sanatyar knows: entries, their normalising and matching, and the engine that answers one message.

Nothing here knows of a messenger, of tickets or of HTTP; callers hand over plain text and plain data.
"""
