"""Systems outside, played on this machine: they answer as the real ones do, and misbehave when they are told to."""
