"""The demonstration: mail servers on this machine, sample letters, and a configuration that points there."""
