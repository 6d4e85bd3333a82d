"""The parts of reading LightGBM files."""
