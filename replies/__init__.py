"""Letters out: whether one is sent, in which words, by which server, and what became of it."""
