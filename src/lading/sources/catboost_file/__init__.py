"""The parts of reading CatBoost files."""
