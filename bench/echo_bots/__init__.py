"""The contestants of bench.echo: each reads TOKEN and API_URL as arguments and answers every text with itself."""
