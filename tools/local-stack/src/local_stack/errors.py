class LocalStackError(Exception):
    """What stopped us, where, and how to put it right: one line for the person at the terminal."""
