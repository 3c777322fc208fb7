"""Parts of `./run.sh bench knowledge` and `knowledge-scale`: ours, the peers, sets, figures, tables."""
