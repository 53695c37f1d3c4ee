"""The command ``kerax``; one file per subcommand."""
