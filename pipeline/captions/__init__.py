"""Caption engine: renders timed words over a video, each highlighted while it is spoken."""
