"""The subcommands of `virton`, one file each, imported only when called."""
