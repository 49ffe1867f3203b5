"""Real servers for tests: each a private instance on a free loopback port, in a folder of its own, ended by its pid."""
