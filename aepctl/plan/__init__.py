"""What differs: wanted, known and observed in, an immutable plan out. No files, clock, network."""
