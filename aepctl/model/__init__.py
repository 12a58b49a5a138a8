"""The nouns that everything else is about: frozen data that knows no file and no format."""
