"""What is common to functions that are traced on example inputs: open lengths, the axis of entries, names."""
