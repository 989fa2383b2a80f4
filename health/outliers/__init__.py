"""Whether what is asked is unlike everything that was asked of the model before, told as the answer is given."""
