"""Video at rest: keys, encrypted segments, export cuts, playback pieces. Knows no Django."""
