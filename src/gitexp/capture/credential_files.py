"""Which files are credentials, by name and by how they begin; a run's snapshot leaves them out and lists them.

Code with a key inside is not one of them: the run needs it. ``secret_findings`` finds those, for a warning.
"""

from __future__ import annotations

import functools
import re

HEAD_BYTES = 8192
"""How much of a file's beginning decides."""

_EXAMPLES = (".example", ".sample", ".template", ".tmpl", ".dist", ".default", ".defaults", ".schema", ".pub", ".md")


def _read_table(table: str) -> dict[str, str]:
    rows = (line.split("=") for line in table.strip().splitlines())
    return {name: why.strip() for names, why in rows for name in names.split()}


_NAMES = _read_table("""
    .env .flaskenv = environment file
    id_rsa id_dsa id_ecdsa id_ed25519 id_ecdsa_sk id_ed25519_sk = SSH private key
    secring.gpg = private key
    .netrc _netrc .pgpass pgpass.conf .my.cnf .mylogin.cnf .htpasswd .smbcredentials = logins
    .git-credentials .pypirc .dockercfg .dockerconfigjson .vault-token .databrickscfg = login of a tool
    .s3cfg .boto .rclone.conf rclone.conf .modal.toml .neptune_tokens kaggle.json kubeconfig = login of a tool
    .terraformrc credentials.tfrc.json = login of a tool
    credentials credentials.json credentials.csv credentials.db credentials.toml credentials.ini = credentials
    credentials.yaml credentials.yml .credentials .credentials.json = credentials
    application_default_credentials.json access_tokens.db accesstokens.json = cloud login
    service_account.json service-account.json serviceaccount.json client_secret.json client_secrets.json = cloud login
    .secret .secrets secrets.yaml secrets.yml secrets.json secrets.toml secrets.env secrets.ini = secrets
    secret.yaml secret.yml secret.json secret.toml .secrets.yaml .secrets.yml .secrets.json .secrets.toml = secrets
    .bash_history .zsh_history .python_history .psql_history .mysql_history .histfile = history of a shell
""")
_ENDINGS = _read_table("""
    .ppk = SSH private key
    .p12 .pfx .p8 .jks .keystore .kdb .kdbx .agekey = key store
    .kubeconfig .tfrc.json = login of a tool
    _accesskeys.csv = credentials
    .tfstate .tfstate.backup = Terraform state, which holds secrets in clear
""")
_KEY_FILES_OF_CLOUDS = ("service-account", "service_account", "client_secret_")
"""Downloaded under such names, with an id behind them; JSON."""
_PATHS = _read_table("""
    .aws/credentials .aws/config = AWS login
    .docker/config.json .kube/config huggingface/token huggingface/stored_tokens gh/hosts.yml = login of a tool
    .snowsql/config .streamlit/secrets.toml = secrets
    .dvc/config.local = DVC credentials
""")
_FOLDERS = _read_table("""
    .ssh .gnupg = private keys
    .aws/sso .aws/cli .config/gcloud = cloud login
""")
_PUBLIC_IN_FOLDERS = ("config", "known_hosts", "authorized_keys")
_SOURCES = tuple(
    _read_table("""
    .py .pyi .ipynb .r .jl .js .ts .jsx .tsx .go .rs .java .kt .scala .c .cc .cpp .h .hpp .cs .rb .php .pl .lua = code
    .sh .bash .md .rst .txt .html .csv .tsv .jsonl .patch .diff = text that may speak of keys
""")
)
_MIXED_ENDINGS = (".env", ".envrc", ".tfvars", ".renviron", ".conf", ".config", "settings.json")
_NPM_FILES = frozenset({".npmrc", ".yarnrc.yml"})
_KEY_ENDINGS = (".pem", ".key")
CREDENTIAL_MARKS = (b"PRIVATE KEY-----", b"AGE-SECRET-KEY-1", b"PuTTY-User-Key-File", b'"refresh_token"')
"""One of them stands in each file that its content alone makes credentials."""
_PRIVATE_KEY = (
    rb"(?m)^-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----\r?$|^PuTTY-User-Key-File-[23]:|^AGE-SECRET-KEY-1"
)
_NPM_LOGIN = rb"(?m)^\s*(?:.*:)?(?:_(?:authToken|auth|password)\s*=|npmAuth(?:Token|Ident):)\s*[\"']?(?!\$\{)[^\s\"']"


def is_credential_file(path: bytes, head: bytes, globs: tuple[str, ...] = ()) -> str | None:
    """Why a file is taken for credentials, None when it is not. ``head`` is its beginning, HEAD_BYTES are enough.

    ``globs`` are a project's own, those of ``.gitignore`` but for ``!``: without a slash they match in any folder.
    """
    whole = path.decode("latin-1").lower()
    name = whole.rpartition("/")[2]
    if any(_compile_glob(glob).fullmatch(path) for glob in globs):
        return "named in redaction.files"
    by_name = None if name.endswith(_EXAMPLES) else _judge_name(whole, name)
    return by_name or _judge_ending(name, head) or _judge_content(name, head)


@functools.lru_cache(8192)
def may_be_credential_file(path: bytes, globs: tuple[str, ...] = ()) -> bool:
    """Whether a path alone makes its file credentials, or does so with some contents: the quick half of the question.

    False leaves only what ``CREDENTIAL_MARKS`` stand in.
    """
    whole = path.decode("latin-1").lower()
    name = whole.rpartition("/")[2]
    return (
        any(_compile_glob(glob).fullmatch(path) for glob in globs)
        or name in _NPM_FILES
        or name.endswith((*_KEY_ENDINGS, *_MIXED_ENDINGS))
        or (not name.endswith(_EXAMPLES) and _judge_name(whole, name) is not None)
    )


def _judge_name(whole: str, name: str) -> str | None:
    if name in _NAMES:
        return _NAMES[name]
    if name.startswith((".env.", ".env-")):
        return _NAMES[".env"]
    if name.startswith(_KEY_FILES_OF_CLOUDS) and name.endswith(".json"):
        return "cloud login"
    for ending, why in _ENDINGS.items():
        if name.endswith(ending):
            return why
    for place, why in _PATHS.items():
        if f"/{whole}".endswith(f"/{place}"):
            return why
    for folder, why in _FOLDERS.items():
        if f"/{folder}/" in f"/{whole}" and name not in _PUBLIC_IN_FOLDERS:
            return why
    return None


def _judge_ending(name: str, head: bytes) -> str | None:
    """Names that credentials share with other files: what is in it decides."""
    if name in _NPM_FILES:
        return "npm login" if _compile(_NPM_LOGIN).search(head) else None
    if name.endswith(_KEY_ENDINGS):
        # A certificate is public, and a bundle of them is what a run may need; Keynote's .key is a zip archive.
        public = (b"CERTIFICATE-----" in head or b"PUBLIC KEY-----" in head) and b"PRIVATE KEY" not in head
        return None if public or head.startswith(b"PK\x03\x04") else "private key"
    if name.endswith(_MIXED_ENDINGS):
        return "secrets" if _holds_secrets(head) else None
    return None


def _judge_content(name: str, head: bytes) -> str | None:
    if name.endswith(_SOURCES):
        return None
    if b"PRIVATE KEY-----" in head or b"AGE-SECRET-KEY-1" in head or head.startswith(b"PuTTY-User-Key-File"):
        if _compile(_PRIVATE_KEY).search(head):
            return "private key"
        if b'"private_key"' in head and b'"service_account"' in head:
            return "cloud login"
    if b'"refresh_token"' in head and (b'"client_secret"' in head or b'"access_token"' in head):
        return "cloud login"
    return None


def _holds_secrets(head: bytes) -> bool:
    from gitexp.capture.secret_assignments import find_assigned
    from gitexp.capture.secret_detector import find_tokens

    lower = head.lower()
    found = next(find_assigned(head, lower, prose=False), None) or next(find_tokens(head, lower), None)
    return found is not None


@functools.cache
def _compile(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


@functools.cache
def _compile_glob(glob: str) -> re.Pattern[bytes]:
    anchored = "/" in glob.rstrip("/")
    translated = {"/**/": "/(?:.*/)?", "**/": "(?:.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(/\*\*/|^\*\*/|/\*\*$|\*|\?|\[!?[^\]]+\])", glob.strip("/"))
    body = "".join(
        translated.get(part) or (f"[{part[1:-1].replace('!', '^', 1)}]" if part[:1] == "[" else re.escape(part))
        for part in parts
    )
    return re.compile(f"{'' if anchored else '(?:.*/)?'}{body}(?:/.*)?".encode(), re.DOTALL)
