"""The messenger process: ingress, worker, sender, the Bot API transport, and where all of it is put together."""
