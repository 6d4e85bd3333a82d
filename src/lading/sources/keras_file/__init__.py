"""The parts of the Keras reader."""
