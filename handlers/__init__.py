"""What the assistant says and does in chat: one module per conversation that a person can have."""
