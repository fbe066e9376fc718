"""All contact with the world: http, archive, store, gates, warehouse."""
