"""What happens at the front door, step by step, and which rows of the record each step leaves."""
