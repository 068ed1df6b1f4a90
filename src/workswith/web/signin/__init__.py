"""The screens of sign-in, sign-up, lost password and consent. Their protocol is identity's."""
