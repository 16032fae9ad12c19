"""From strings to tokens: of all callers in one go, long texts in pieces."""
