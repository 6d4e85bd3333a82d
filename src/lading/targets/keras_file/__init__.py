"""The parts of writing Keras' files."""
