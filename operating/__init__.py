"""An operator's commands, for a stack in an AWS account or the local one."""
