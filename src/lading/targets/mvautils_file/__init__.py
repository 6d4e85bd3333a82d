"""Parts of the target ``mvautils``."""
