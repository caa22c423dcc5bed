"""Signing in: allauth's own back end; the person comes with their roles, in one statement."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from .models import User


class Backend(AuthenticationBackend):
    def get_user(self, user_id: Any) -> User | None:
        """The person of a session with roles and second factor, or None if the account was closed."""
        user = User.objects.with_roles().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
