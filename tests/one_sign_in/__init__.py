"""One sign-in, both ways: through a provincial provider, and for departments' systems. Over real HTTP."""
