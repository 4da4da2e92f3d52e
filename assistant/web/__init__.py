"""What people see: templates, styles, scripts and the catalogues of words."""
