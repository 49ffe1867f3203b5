"""What a letter says of its writer, read from its labels, its signature and its sentences."""
