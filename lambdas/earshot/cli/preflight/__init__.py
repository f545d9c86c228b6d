"""`earshot preflight`: what would stop a deployment, found before it begins."""
