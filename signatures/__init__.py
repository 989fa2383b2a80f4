"""What people add to or correct in the signatures of models, in versions; and signatures as files."""
