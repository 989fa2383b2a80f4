"""Shows: cases in an order to present them on a stage, and an audience that votes."""
