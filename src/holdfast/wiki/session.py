"""An operator's login on one wiki: by bot password, with its tokens, asserted with every request.

The password and the tokens are sent in bodies of POST only, and stand in no error, log or repr.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from holdfast.accounts.names import same_account
from holdfast.actions.steps.ports import BusyError, HandLostError
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError, ServiceUnavailableError
from holdfast.ids import WikiName
from holdfast.wiki.client import Value, WikiClient, error_code
from holdfast.wiki.posting import Posted, post_once
from holdfast.wiki.refusals import BAD_TOKEN, SESSION_GONE, refusal

TOKEN_OF = {"userrights": "userrights", "setglobalaccountstatus": "setglobalaccountstatus"}
"""The token that an action takes, where it is not the csrf token."""

_WHO: Mapping[str, Value] = {"meta": "userinfo", "uiprop": "rights|changeablegroups|blockinfo|groups"}


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """A bot password: `Account@app` and its password."""

    name: str
    password: str = field(repr=False)

    @property
    def account(self) -> str:
        """The account that acts, without the bot password's name."""
        return self.name.rpartition("@")[0]


class OperatorSession:
    """Logs in when first needed. Reads with patience; writes once."""

    def __init__(self, wiki: WikiName, client: WikiClient, credentials: Credentials) -> None:
        self.wiki = wiki
        self.operator = credentials.account
        self._client = client
        self._credentials = credentials
        self._tokens: dict[str, str] = {}
        self._rights: frozenset[str] | None = None
        self._was_logged_out = False

    def __repr__(self) -> str:
        return f"OperatorSession({self.operator} on {self.wiki})"

    @property
    def place(self) -> str:
        """Who acts where, as errors show it."""
        return f"{self.operator} on {self.wiki}"

    @property
    def batch_size(self) -> int:
        """How many names a request may hold."""
        return 500 if "apihighlimits" in (self._rights or ()) else 50

    def read(self, **parameters: Value) -> Mapping[str, Any]:
        """The `query` of one request, made as this operator. Raises BusyError, HandLostError, InputRefusedError."""
        for part in self.parts(**parameters):
            return part
        return {}

    def parts(self, **parameters: Value) -> Iterator[Mapping[str, Any]]:
        """The `query` of each answer, until the wiki has no more to give."""
        for content in self.answers(**parameters):
            yield content.get("query") or {}

    def answers(self, **parameters: Value) -> Iterator[Mapping[str, Any]]:
        """Each answer whole, until the wiki has no more to give."""
        go_on: Mapping[str, Any] | None = {}
        while go_on is not None:
            content = self._answer({**parameters, **go_on})
            go_on = content.get("continue")
            yield content

    def _answer(self, parameters: Mapping[str, Value]) -> Mapping[str, Any]:
        """One answer. A login that was lost is made anew, once."""
        was_logged_in = self._rights is not None
        self.log_in()
        try:
            return self._asked(parameters)
        except InputRefusedError as reason:
            if reason.offender not in SESSION_GONE:
                raise
            self.forget()
            if not was_logged_in:
                raise self._logged_out(str(reason.offender)) from None
        self.log_in()
        try:
            return self._asked(parameters)
        except InputRefusedError as reason:
            if reason.offender not in SESSION_GONE:
                raise
            raise self._logged_out(str(reason.offender)) from None

    def _asked(self, parameters: Mapping[str, Value]) -> Mapping[str, Any]:
        try:
            return self._client.read(action="query", **{**parameters, "assertuser": self.operator}).content
        except ServiceUnavailableError as reason:
            raise _busy(reason) from None

    def write(self, action: str, **parameters: Value) -> Mapping[str, Any]:
        """What the wiki answers to one write. A token too old is fetched anew, once; nothing else is repeated.

        Raises BusyError, HandLostError, InputRefusedError, CheckFailedError as `refusals` has it.
        """
        self.log_in()
        answer = self._post(action, parameters)
        if error_code(answer.content) == BAD_TOKEN:
            self._tokens = {}
            answer = self._post(action, parameters)
        code = error_code(answer.content)
        if code in SESSION_GONE or code == BAD_TOKEN:
            raise self._logged_out(code or "")
        self._was_logged_out = False
        error = refusal(answer, place=self.place)
        if error is not None:
            raise error
        found = answer.content.get(action)
        return found if isinstance(found, dict) else {}

    def log_in(self) -> None:
        """Log in, unless that is done. Raises HandLostError `wiki.hand.login`, BusyError."""
        if self._rights is not None:
            return
        self._client.session.cookies.clear()
        self._tokens = {}
        token = self._tokens_of("login")["logintoken"]
        answer = post_once(
            self._client,
            {
                "action": "login",
                "lgname": self._credentials.name,
                "lgpassword": self._credentials.password,
                "lgtoken": token,
            },
        )
        error = refusal(answer, place=self.place)
        if error is not None:
            raise error
        login = answer.content.get("login")
        login = login if isinstance(login, dict) else {}
        if login.get("result") != "Success" or not same_account(str(login.get("lgusername")), self.operator):
            reason = login.get("reason")
            raise HandLostError(
                "wiki.hand.login",
                "the operator cannot log in",
                expected="a login by bot password",
                got=_reason_code(reason) or str(login.get("result", "no result"))[:40],
                place=self.place,
                hint="look at the name and password in wikis.toml, and at the account on the wiki",
            )
        found = self._asked({**_WHO, "meta": "userinfo|tokens", "type": "csrf|userrights"}).get("query") or {}
        self._rights = frozenset((found.get("userinfo") or {}).get("rights", ()))
        self._keep(found.get("tokens") or {})

    def userinfo(self) -> Mapping[str, Any]:
        """Who the wiki takes this operator for, now: rights, groups that may be changed, block."""
        found: Mapping[str, Any] = self.read(**_WHO).get("userinfo") or {}
        self._rights = frozenset(found.get("rights", ()))
        return found

    def forget(self) -> None:
        """The login is no longer believed in; the next request logs in."""
        self._rights = None
        self._tokens = {}

    def _logged_out(self, code: str) -> HoldfastError:
        """The first time the next try logs in again, after the state was read again; then the hand counts as lost."""
        self.forget()
        again, self._was_logged_out = self._was_logged_out, True
        if again:
            return HandLostError(
                "wiki.hand.logged_out",
                "the wiki does not keep the operator logged in",
                got=code,
                place=self.place,
                hint="look at the account on the wiki; the second operator goes on",
            )
        return BusyError(
            "wiki.logged_out",
            "the operator's login on the wiki was lost; nothing was written",
            outcome_known=True,
            got=code,
            place=self.place,
            hint="the next try logs in again",
        )

    def _post(self, action: str, parameters: Mapping[str, Value]) -> Posted:
        kind = TOKEN_OF.get(action, "csrf")
        if kind not in self._tokens:
            wanted = "csrf|userrights" if kind != "setglobalaccountstatus" else kind
            self._keep(self._tokens_of(wanted))
        return post_once(
            self._client,
            {
                **parameters,
                "action": action,
                "assert": "bot" if "bot" in (self._rights or ()) else "user",
                "assertuser": self.operator,
                "token": self._tokens.get(kind, ""),
            },
        )

    def _keep(self, tokens: Mapping[str, Any]) -> None:
        self._tokens |= {name.removesuffix("token"): text for name, text in tokens.items() if isinstance(text, str)}

    def _tokens_of(self, kinds: str) -> Mapping[str, str]:
        try:
            answer = self._client.read(action="query", meta="tokens", type=kinds)
        except ServiceUnavailableError as reason:
            raise _busy(reason) from None
        tokens = (answer.content.get("query") or {}).get("tokens")
        if not isinstance(tokens, dict) or not all(isinstance(text, str) for text in tokens.values()):
            raise CheckFailedError(
                "wiki.no_tokens",
                "the wiki gives no tokens, without which nothing can be written",
                place=self.place,
                hint="look whether the address is that of api.php",
            )
        return tokens


def _reason_code(reason: object) -> str:
    code = reason.get("code") if isinstance(reason, dict) else None
    return code if isinstance(code, str) and code.isprintable() and len(code) < 100 else ""


def _busy(reason: ServiceUnavailableError) -> BusyError:
    """A reading that could not be done, as the actions know it: nothing was written by it."""
    return BusyError(
        reason.code,
        reason.what,
        outcome_known=True,
        expected=reason.expected,
        got=reason.got,
        place=reason.place,
        hint=reason.hint,
    )
