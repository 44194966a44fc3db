"""What people fill in: the questions of an edition, and the forms around them."""
