"""What all pages share: visits, sessions, forms, language, templates, headers, errors."""
