"""Who may do what with the API: named keys, each with its scopes, its end and its limit."""
