"""The nouns that everything else is about. Plain frozen data; nothing here knows a file or a format."""
