"""What the customer is told by e-mail: one design, several languages, HTML and plain text."""
