"""What happens around every call, whatever its service: identity, admission, errors, logs."""
