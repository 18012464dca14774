"""The whole service on this machine, with a made-up company."""
