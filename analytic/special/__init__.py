"""Special functions in which closed forms of Gaussian expectations are written, each in balls and in float64."""
