"""Programs that others published for the original, and the small scripts that drive them.

``*.txt`` say what is installed (see the Makefile) into an environment of its own under
``.tools/programs``; the scripts run there, or as a person's own script would, and import nothing of ours.
"""
