"""The payment provider's account of each tenant."""
