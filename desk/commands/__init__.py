"""One module a command of the interface: `configure(parser)` and `run(args, desk) -> int`."""
