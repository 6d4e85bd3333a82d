"""Parts of the source ``gbrforest``."""
