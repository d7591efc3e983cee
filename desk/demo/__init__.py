"""The bundled sample web: invented counties, pages and people, staged over three days (staging.toml)."""
