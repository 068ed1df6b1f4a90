"""What happened, in the order of each plant, until everyone concerned has been told."""
