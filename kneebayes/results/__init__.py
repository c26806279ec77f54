"""What a question brought, showing itself as text, HTML, tidy DataFrame and picture."""
