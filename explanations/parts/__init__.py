"""Texts, pictures and sounds as parts that can be hidden, and what each part is worth."""
