"""The parts of reading XGBoost files."""
