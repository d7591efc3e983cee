"""Where to look: the spider, the source registry and the platforms."""
