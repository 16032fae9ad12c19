"""Which versions of a model are served, and under which labels: plain values, and how settings spell them."""
