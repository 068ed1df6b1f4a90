"""Pages: developer portal, home, office, sign-in and consent."""
