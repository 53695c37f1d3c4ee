"""The steps of a plan, one file each: the frozen node that describes a step, and the cursor that runs it."""
