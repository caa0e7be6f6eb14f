"""The pages on which a customer decides about an order: one design with the mails, in the same languages."""
