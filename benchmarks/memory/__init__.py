"""The classic experiments on what networks remember, see and cost, made with ours."""
