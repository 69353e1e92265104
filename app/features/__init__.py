"""What a model may know before a game, and nothing that happened later."""
