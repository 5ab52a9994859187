"""The published programme, replayed through the operations, and the bulk filler for benches. All its rows are synthetic."""
