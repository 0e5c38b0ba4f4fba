"""The tables of the confidential store. Only the files of this room use them.

What could identify a person stands in sealed columns alone: bytes that say nothing without the master key, which
lies outside the database. The plain columns hold kinds, states, times and ids without meaning.
"""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models


class StreamKey(models.Model):
    """One stream of facts and its key, wrapped by the master key. Without the key the stream is forgotten."""

    kind = models.CharField(max_length=32)
    stream_id = models.CharField(max_length=64)
    wrapped_key = models.BinaryField(null=True)
    length = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    denied = models.JSONField(default=list)
    """Members who may not see this one stream."""
    concerns = models.JSONField(default=list)
    """Members whom it is about: nobody reads or decides about themselves."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "stream_id"], name="office_one_key_a_stream")]


class FactRow(models.Model):
    """One fact: what kind of thing happened, when, by which member, and its sealed details."""

    stream = models.ForeignKey(StreamKey, on_delete=models.PROTECT, related_name="facts")
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="office_facts_in_order")]


class SummaryRow(models.Model):
    """What a list shows of a stream: made anew from its facts with each of them.

    `state`, `due_at` and `tags` are plain and must not identify anybody; `sealed` holds the rest.
    """

    stream = models.OneToOneField(StreamKey, on_delete=models.PROTECT, related_name="summary", primary_key=True)
    kind = models.CharField(max_length=32)
    state = models.CharField(max_length=32)
    due_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    tags = models.JSONField(default=list)
    sealed = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "state", "-changed_at", "stream"], name="office_summary_state"),
            models.Index(fields=["kind", "-changed_at", "stream"], name="office_summary_kind"),
            models.Index(fields=["kind", "due_at"], name="office_summary_due"),
        ]


class BlindToken(models.Model):
    """That a stream holds a certain value, as a keyed token: equal values meet, no value can be read."""

    purpose = models.CharField(max_length=32)
    token = models.CharField(max_length=64)
    stream = models.ForeignKey(StreamKey, on_delete=models.CASCADE, related_name="tokens")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "token", "stream"], name="office_one_token_a_stream")
        ]


class AttachmentRow(models.Model):
    """A file that belongs to a stream, sealed under the stream's key; its hash is in the stream's facts."""

    stream = models.ForeignKey(StreamKey, on_delete=models.PROTECT, related_name="attachments")
    attachment_id = models.CharField(max_length=32, unique=True)
    sealed = models.BinaryField()
    made_at = models.DateTimeField()


class AuditRow(models.Model):
    """One entry of the audit log. Rows are only ever added; each carries the hash of the one before."""

    seq = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    member = models.CharField(max_length=32)
    verb = models.CharField(max_length=32)
    kind = models.CharField(max_length=32)
    stream_id = models.CharField(max_length=64)
    outcome = models.CharField(max_length=16)
    entry = models.BinaryField()
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["member", "-seq"], name="office_audit_member"),
            models.Index(fields=["kind", "stream_id", "-seq"], name="office_audit_object"),
            models.Index(fields=["verb", "-seq"], name="office_audit_verb"),
            models.Index(fields=["outcome", "-seq"], name="office_audit_outcome"),
            models.Index(fields=["at"], name="office_audit_at"),
        ]


class ReadCount(models.Model):
    """How many different sealed streams a member read on a day; the budget is spent here."""

    member = models.CharField(max_length=32)
    day = models.DateField()
    kind = models.CharField(max_length=32)
    stream_id = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "day", "kind", "stream_id"], name="office_read_once_a_day")
        ]


class AlarmRow(models.Model):
    """Something that a person has to look at: ids and counts, never names."""

    at = models.DateTimeField()
    code = models.CharField(max_length=64)
    place = models.CharField(max_length=128)
    count = models.PositiveIntegerField(null=True)
    seen_by = models.CharField(max_length=32, default="")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "place"], condition=models.Q(seen_at=None), name="office_one_open_alarm"
            )
        ]


class SignatureRow(models.Model):
    """One member's passkey signature over a proposal's bytes, exactly as the browser gave it."""

    proposal = models.ForeignKey(StreamKey, on_delete=models.PROTECT, related_name="signatures")
    member = models.CharField(max_length=32)
    credential_id = models.BinaryField()
    client_data = models.BinaryField()
    authenticator_data = models.BinaryField()
    signature = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "member"], name="office_one_signature_a_member")]


class PasskeyCounter(models.Model):
    """The last counter that a passkey showed when it signed."""

    credential_id = models.BinaryField(unique=True, max_length=1024)
    counter = models.PositiveBigIntegerField(default=0)


class OutboxRow(models.Model):
    """What a transaction promised to do outside the database: done at least once, each task idempotent."""

    task = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)
    stream_id = models.CharField(max_length=64)
    part = models.CharField(max_length=128, default="")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=128, default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "kind", "stream_id", "part"], name="office_promised_once")
        ]
        indexes = [models.Index(fields=["done_at", "due_at"], name="office_outbox_due")]


class LogEntryRow(models.Model):
    """An entry meant for the public log, sealed here until it is there, and then where it stands."""

    stream = models.ForeignKey(StreamKey, on_delete=models.PROTECT, related_name="log_entries")
    name = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)
    payload = models.BinaryField()
    is_sealed = models.BooleanField(default=False)
    opens_at = models.DateTimeField(null=True)
    opens_on = models.CharField(max_length=200, default="")
    meant_at = models.DateTimeField()
    meant_index = models.PositiveBigIntegerField(null=True)
    index = models.PositiveBigIntegerField(null=True)
    leaf_hash = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "name"], name="office_one_entry_a_name")]


class JournalRow(models.Model):
    """One line of a sweep's journal: what was meant, sent and found for one step."""

    sweep = models.CharField(max_length=64)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    step = models.CharField(max_length=200)
    state = models.CharField(max_length=32)
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sweep", "seq"], name="office_journal_in_order")]
        indexes = [models.Index(fields=["sweep", "step", "seq"], name="office_journal_step")]


class Lease(models.Model):
    """Who does a thing that only one may do at a time, until when."""

    name = models.CharField(max_length=128, primary_key=True)
    holder = models.CharField(max_length=64)
    until = models.DateTimeField()


class MemberManager(BaseUserManager):
    """Members are made through invitations alone."""

    def get_by_natural_key(self, username: str) -> "Member":
        return self.get(username=username)


class Member(AbstractBaseUser):
    """A person who works in the console. The sign-in name is a handle of their own choice, never a wiki name.

    Wiki accounts and declared links are facts of the stream `member/ID`.
    """

    id = models.CharField(max_length=32, primary_key=True)
    username = models.CharField(max_length=64, unique=True, null=True)
    is_active = models.BooleanField(default=True)
    suspended_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField()
    person = models.CharField(max_length=64, default="")
    """A keyed token of the natural person: two accounts of one person carry the same."""
    USERNAME_FIELD = "username"
    objects = MemberManager()

    def __str__(self) -> str:
        return str(self.id)


class MemberRole(models.Model):
    """That a member holds a role, from when until when."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="role_rows")
    role = models.CharField(max_length=32)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    proposal = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "role"], condition=models.Q(until=None), name="office_one_open_role"
            )
        ]


class Invitation(models.Model):
    """A link by which one person becomes a member, or gets back in after losing a passkey; used once."""

    token_sha256 = models.CharField(max_length=64, unique=True)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="invitations")
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class SessionManager(BaseSessionManager):
    """Sessions are saved by the backend in `sessions.py`."""

    use_in_migrations = True


class Session(AbstractBaseSession):
    """A signed-in browser: whose, and when it was last seen; its content is sealed."""

    member = models.CharField(max_length=32, default="", db_index=True)
    last_seen_at = models.DateTimeField(null=True)

    objects = SessionManager()

    @classmethod
    def get_session_store_class(cls) -> type:
        from holdfast.store.office.sessions import SessionStore

        return SessionStore

    class Meta:
        db_table = "office_session"


class Sequence(models.Model):
    """A number that only grows, one row a name; its lock puts writers of the audit log in order."""

    name = models.CharField(max_length=32, primary_key=True)
    value = models.PositiveBigIntegerField(default=0)
