"""Appeals: their facts, their links, what is published of them."""
