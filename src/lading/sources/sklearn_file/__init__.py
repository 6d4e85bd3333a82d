"""The parts of reading fitted estimators of scikit-learn."""
