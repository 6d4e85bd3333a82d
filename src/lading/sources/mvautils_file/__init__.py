"""Parts of the source ``mvautils``."""
