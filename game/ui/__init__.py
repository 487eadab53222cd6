"""The page: the only part of the game that imports gradio."""
