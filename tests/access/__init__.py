"""Nobody sees, asks, stops or changes more than they may: everything that can be called, tried by every role."""
