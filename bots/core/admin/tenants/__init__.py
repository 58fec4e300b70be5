"""`/tenant`: tenants as the operator runs them and their owners see them."""
