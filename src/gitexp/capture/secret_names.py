"""What a name says about its value: ``--api-key`` holds a secret, ``--pad-token`` and ``--num-tokens`` do not.

A name is read as words (``HF_TOKEN``, ``hfToken`` and ``--hf-token`` are the same two); the last one says what the
value is, the one before it says whose. ``password_file`` is therefore a file, and ``tokenizer`` no token at all.
"""

from __future__ import annotations

import functools
import re
from enum import Enum, auto

HEADS = ("pass", "pwd", "_pw", "-pw", "secret", "token", "key", "auth", "credential")
"""Every name that is not NO has one of these in it, in lower case."""


def _read_list(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SERVICES = _read_list(
    "wandb hf huggingface hugging openai anthropic claude gemini google gcp azure aws cohere mistral groq together "
    "replicate deepseek fireworks perplexity xai nvidia ngc nim databricks neptune comet clearml mlflow dagshub "
    "kaggle roboflow pinecone weaviate qdrant langsmith langchain tavily serper serpapi voyage jina stability "
    "elevenlabs assemblyai runpod lambdalabs paperspace modal vast github gh gitlab gl bitbucket gitea slack discord "
    "telegram sentry datadog dd newrelic pypi twine npm docker registry quay vault consul cloudflare digitalocean do "
    "linode heroku vercel netlify stripe twilio sendgrid mailgun mailchimp notion jira atlassian zenodo figshare "
    "dropbox box s3 minio r2 b2 gcs oss cos ibm mapbox labelstudio lightning grid openrouter"
)
_TOKEN_OWNERS = _SERVICES | _read_list(
    "api access auth oauth oauth2 bearer refresh hub session security private personal secret jwt csrf xsrf deploy "
    "service account user login app admin bot webhook pat repo repository ci job write read my jupyter notebook "
    "server vpn k8s kube kubernetes cluster identity install installation"
)
_MANY_TOKENS = _read_list("api access auth oauth refresh bearer secret")
_KEY_OWNERS = (_SERVICES - {"google", "grid", "box"}) | _read_list(
    "api secret access private priv auth encryption encrypt decryption signing hmac ssh deploy fernet aes rsa"
)
_PERHAPS_KEY_OWNERS = _read_list(
    "app application client service account storage session master security license shared subscription admin user "
    "google server webhook jwt"
)
_PASS_OWNERS = _read_list(
    "db database user smtp imap mail email ftp sftp redis mysql mariadb postgres postgresql pg mongo mongodb mssql sql "
    "oracle root admin auth login ssh proxy http basic sudo key account ldap service kafka rabbitmq amqp rabbit my "
    "api vpn wifi broker keystore truststore zip archive git registry docker jdbc"
)
_MODEL_TOKENS = _read_list(
    "pad padding eos bos unk unknown mask cls class sep separator special stop start end begin image img video audio "
    "vision text think prompt next last first prev previous per register query memory trigger placeholder learnable "
    "eot eoh fim prefix suffix middle target source src tgt max min num n total new word sub subword input output "
    "initializer instance modifier additional extra dist distillation decoder encoder lang language domain task "
    "speaker label answer question context control blank null empty visual patch time speech stats state "
    "bytes byte char unused reserved reward action response assistant system human turn role dummy ending"
)
_DATA_KEYS = _read_list(
    "public sort primary foreign image images img label labels text input inputs output outputs target targets "
    "dataset data cache group monitor metric metrics loss state dict state_dict model partition join hash prng rng "
    "random jax dropout column col row index feature field mask query value attention attn embed pos position "
    "batch sample idx item config param params checkpoint ckpt weight weights audio video prompt answer question "
    "caption class id score reward obs observation action info result eval train val test split file filename object "
    "name json yaml tree map log best early stopping"
)
_NEUTRAL = _read_list(
    "value val string str text plain plaintext b64 base64 raw prod production staging stage dev development test "
    "testing old new current primary secondary default hex encoded v here"
)
_VERBS = _read_list(
    "no use save show skip with without ask prompt require requires disable enable has is need needs allow generate "
    "reset print hide check force rotate validate"
)
_GLUED = ("password", "passwd", "passphrase", "secret", "apikey", "secretkey", "accesskey", "privatekey", "accountkey")
_GLUED_TOKEN = ("authtoken", "accesstoken", "apitoken", "bottoken", "refreshtoken", "sessiontoken", "hftoken")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


class Secrecy(Enum):
    """How sure a name is that its value is secret, and so which values of it are hidden."""

    NO = auto()
    PASSWORD = auto()
    """Any value, numbers too."""
    SECRET = auto()
    """Any value but numbers and paths."""
    PERHAPS = auto()
    """A value of 16 characters or more with letters and digits."""
    HARDLY = auto()
    """A value of 20 characters or more, of letters in both cases and digits."""
    LOGIN = auto()
    """``user:password``, or as PERHAPS."""


def is_secret_name(name: str) -> bool:
    """Whether an environment variable, flag or param of this name may hold a secret; for what is recorded by name."""
    return classify_name(name) is not Secrecy.NO


def is_switch_name(name: str) -> bool:
    """Whether a flag of this name may stand alone (``--no-password``), so that what follows it is not its value."""
    words = _read_words(name)
    return len(words) > 1 and words[0] in _VERBS


def is_plural_name(name: str) -> bool:
    """Whether a flag of this name takes several values (``--api-keys A B``)."""
    return name.lower().endswith("s") and not name.lower().endswith("pass")


@functools.lru_cache(maxsize=4096)
def classify_name(name: str) -> Secrecy:
    """What a name says about its value. Of a dotted key the last part speaks, with the one before it as owner."""
    lower = name.lower()
    if not any(head in lower for head in HEADS) or name in {"PWD", "OLDPWD"}:
        return Secrecy.NO
    parts = [part for part in name.split(".") if not part.isdigit()]
    if any(part.lower() in {"secrets", "credentials", "passwords"} for part in parts[:-1]):
        return Secrecy.SECRET
    words = _read_words(".".join(parts[-2:]))
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in _NEUTRAL):
        words.pop()
    if not words:
        return Secrecy.NO
    return _classify_words(words[-1], words[-2] if len(words) > 1 else "")


def _read_words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _classify_words(last: str, owner: str) -> Secrecy:
    for judge in (_judge_password, _judge_token, _judge_key, _judge_login):
        verdict = judge(last, owner)
        if verdict is not None:
            return verdict
    return Secrecy.NO


def _judge_password(last: str, owner: str) -> Secrecy | None:
    stem = last.removesuffix("s") if last.endswith(("ords", "swds", "ses", "pwds")) else last
    if stem.endswith(("password", "passwd", "passphrase", "passcode")) or (stem.endswith("pwd") and stem != "oldpwd"):
        return Secrecy.PASSWORD
    if last in {"pass", "pw"}:
        if owner in _PASS_OWNERS:
            return Secrecy.PASSWORD
        return Secrecy.PERHAPS if last == "pass" and not owner else Secrecy.NO
    return Secrecy.PASSWORD if last.endswith("pass") and last.removesuffix("pass") in _PASS_OWNERS else None


def _judge_token(last: str, owner: str) -> Secrecy | None:
    if last.endswith(_GLUED_TOKEN):
        return Secrecy.SECRET
    if last == "tokens":
        return Secrecy.SECRET if owner in _MANY_TOKENS else Secrecy.NO
    if last != "token":
        return None
    if owner in _MODEL_TOKENS:
        return Secrecy.NO
    return Secrecy.SECRET if owner in _TOKEN_OWNERS else Secrecy.PERHAPS


def _judge_key(last: str, owner: str) -> Secrecy | None:
    if last.endswith(_GLUED) or last.removesuffix("s").endswith(("secret", "apikey")):
        return Secrecy.SECRET
    if last == "base" and owner == "key":  # Rails' SECRET_KEY_BASE
        return Secrecy.SECRET
    if last == "keys":
        return Secrecy.SECRET if owner in {"api", "secret", "access", "private", "encryption"} else Secrecy.NO
    if last != "key":
        return None
    if owner in _KEY_OWNERS:
        return Secrecy.SECRET
    if owner in _DATA_KEYS:
        return Secrecy.NO
    return Secrecy.PERHAPS if owner in _PERHAPS_KEY_OWNERS else Secrecy.HARDLY


def _judge_login(last: str, owner: str) -> Secrecy | None:
    if last == "authorization":
        return Secrecy.SECRET
    if last in {"auth", "credential", "credentials", "userpwd"} and owner not in _VERBS:
        return Secrecy.LOGIN
    return None
