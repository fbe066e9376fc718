"""Names of countries and places, and where they are on the map."""
