"""The addresses of the console, assembled from its rooms."""

from allauth.account import views as account
from django.urls import include, path

from holdfast.registry import kinds_in
from holdfast.web.console import rooms, sign_in_audit
from holdfast.web.console.room import Room

ROOMS: tuple[Room, ...] = tuple(sorted(kinds_in(rooms, "ROOM").values(), key=lambda room: (room.order, room.name)))

urlpatterns = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
]
for _room in ROOMS:
    _prefix = f"{_room.name}/" if _room.name != "start" else ""
    urlpatterns.append(path(_prefix, include((list(_room.urls), _room.name))))

# its receivers listen as long as this module is loaded
RECEIVERS = sign_in_audit

handler404 = "holdfast.web.console.pages.not_found"
