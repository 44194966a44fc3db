"""The page that goes on without a network, the receipts that came back, the centre's view, the public check."""
