"""How good networks, presets and baselines are on public data sets: one run at a time, each in a process of its own."""
