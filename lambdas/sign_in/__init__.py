"""Who comes in: signs people in with an OpenID Connect provider, or by a key, and out again."""
