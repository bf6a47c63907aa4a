"""The engine of doorplate: tables in, tables out, one way."""
