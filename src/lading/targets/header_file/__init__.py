"""Parts of the target ``header``."""
