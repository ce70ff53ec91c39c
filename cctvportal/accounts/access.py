"""Who may do what: the seven actors, and the two gates that every view and service stands behind.

The rules are tables of predicates (django-rules), one per app in `<app>/rules.py`. They generate
docs/permissions.md, and tests/test_permissions.py walks them over every URL and every service.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, Protocol, TypeVar, cast

import rules
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import Http404, HttpRequest, HttpResponseBase

from cctvportal.accounts.signals import access_denied

if TYPE_CHECKING:
    from cctvportal.accounts.models import User


class Actor(StrEnum):
    """The columns of the permission matrix (security.md 2)."""

    APPLICANT = "P"
    APPROVER = "K"
    DELEGATE = "L"
    OFFICER = "O"
    AUDITOR = "A"
    IT_ADMIN = "I"
    ANONYMOUS = "X"


class System:
    """The portal itself, where no person acts: expiry, sweeps, the recorder."""

    is_active = True
    is_anonymous = False
    pk = None

    def __str__(self) -> str:
        return "Sistem"


SYSTEM: Final = System()
if TYPE_CHECKING:
    Caller = User | System

    class PersonRequest(HttpRequest):
        """What a view behind `page` gets: the visitor has logged in."""

        user: User
else:
    # Names for hints only; the models load after this module.
    Caller = object
    PersonRequest = HttpRequest


class NotAllowed(Http404):
    """Not allowed looks like not found (design.md 3)."""


class Predicate(Protocol):
    """django-rules' predicate, typed, since the library carries no types."""

    def __and__(self, other: Predicate) -> Predicate: ...
    def __or__(self, other: Predicate) -> Predicate: ...
    def __invert__(self) -> Predicate: ...
    def test(self, user: object, target: object) -> bool: ...


def predicate(function: Callable[..., bool]) -> Predicate:
    """A predicate over (user) or (user, target); target is None when no object is asked about."""
    return cast("Predicate", rules.predicate(function))


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of an app's permission table."""

    predicate: Predicate
    title: str
    row: int  # row of the matrix in security.md 2; 0 where our own work needs a row it lacks


TABLE: dict[str, Rule] = {}
# Full name of each service function -> its permission: what the permission test walks over.
SERVICES: dict[str, str] = {}

P = ParamSpec("P")
R = TypeVar("R")


def register(permissions: dict[str, Rule]) -> None:
    """Makes an app's table known to django-rules. Called once, at the end of its rules.py."""
    for name, rule in permissions.items():
        TABLE[name] = rule
        rules.add_perm(name, rule.predicate)


def allows(permission: str, by: Any, target: models.Model | None = None) -> bool:
    """Whether `by` has `permission`, on `target` where there is one. Unknown names are errors."""
    return bool(by.is_active and TABLE[permission].predicate.test(by, target))


def require(permission: str, by: Any, target: models.Model | None = None) -> None:
    """Raises NotAllowed, and tells the access book, unless `by` has `permission` on `target`."""
    if not allows(permission, by, target):
        access_denied.send(sender=require, permission=permission, by=by, target=target)
        raise NotAllowed(permission)


def service(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The gate of a service function, whose acting user is the keyword `by`.

    When the first argument is a model instance, the rule is asked about that object too.
    Raises NotAllowed before anything of the function runs.
    """

    def gate(function: Callable[P, R]) -> Callable[P, R]:
        SERVICES[f"{function.__module__}.{function.__qualname__}"] = permission

        @functools.wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            target = args[0] if args and isinstance(args[0], models.Model) else None
            require(permission, kwargs["by"], target)
            return function(*args, **kwargs)

        return guarded

    return gate


class AnonymousReader(AnonymousUser):
    """A visitor without login: active, so that a rule for everybody can say yes."""

    is_active: bool = True  # type: ignore[assignment] # Django declares the literal False


View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(
    permission: str,
) -> Callable[[Callable[Concatenate[PersonRequest, P], HttpResponseBase]], View[P]]:
    """The gate of a view: a stranger goes to the login, anyone else not allowed gets the 404 page.

    Whether the person may see the one object that the page shows is the selector's question.
    """

    def gate(view: Callable[Concatenate[PersonRequest, P], HttpResponseBase]) -> View[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.user.is_anonymous:
                if not allows(permission, AnonymousReader()):
                    return redirect_to_login(request.get_full_path())
            else:
                require(permission, request.user)
            return view(cast("PersonRequest", request), *args, **kwargs)

        # Django's wrappers copy attributes, so the permission test finds it on any URL.
        guarded.permission = permission  # type: ignore[attr-defined] # an attribute of a function
        return guarded

    return gate


def person(request: HttpRequest) -> User:
    """The logged-in visitor of a view that another gate guards. Raises NotAllowed for none."""
    if request.user.is_anonymous:
        raise NotAllowed("anonymous")
    return request.user
