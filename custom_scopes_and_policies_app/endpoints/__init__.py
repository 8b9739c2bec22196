"""The machine endpoints, each one function `Call → Answer`, the same behind every entrance (design §7)."""
