"""The models being served: found in the repository, verified, loaded, in service, unloaded."""
