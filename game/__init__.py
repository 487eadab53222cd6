"""The game: rules, sessions, page. Never imports torch; of model only its vocabulary."""
