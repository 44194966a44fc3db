"""The screens of charges, bills and money."""
