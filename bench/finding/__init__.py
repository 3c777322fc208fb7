"""Parts of `./run.sh bench knowledge` and `./run.sh bench knowledge-scale`: ours, the peers, sets, figures, tables."""
