"""What MVAUtils can hold in memory: the feature in 8 bits with sign, the way to the right child in 16."""

MOST_FEATURES = 127
MOST_SKIP = 32767
