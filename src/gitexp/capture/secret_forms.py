"""The forms that tokens have: those that detect-secrets knows, as a gate before it, and those that it lacks.

Importing detect-secrets takes 105 ms, most of it for ``requests``, which its base class imports; a whole
``exp run -- true`` takes 170. So each of its detectors has a form here that is at least as wide, found by literals
that every match must hold; only a match makes the detector load, and it has the last word. What it finds and the form
does not is listed in ``NARROWER``, with the reason.

Left out of the detectors: those that guess by randomness (hashes, checkpoints and base64 data are what runs are made
of), those that go by name (IBM Cloud, Cloudant, SoftLayer, npm, keywords: our names decide), public IP addresses,
Twilio's (account ids, not secrets), private keys and logins in URLs (here below: the detector sees the first line of
a key alone, and no password without a user or with a ``$``).
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

NARROWER = {
    "AWSKeyDetector": "a whole word of 8 different characters (ACCA… is common DNA); not 40 characters near aws",
    "ArtifactoryDetector": "30 characters or more with both cases and digits (APACHEARROW is none)",
    "DiscordBotTokenDetector": "both cases and a digit in the last part (dotted names of modules have its shape)",
    "TelegramBotTokenDetector": "35 characters and no more, in both cases (a time and a commit id have its shape)",
    "JwtTokenDetector": "in large texts, 20 characters without a dot (a real header has them)",
    "OpenAIDetector": "up to 400 characters before the mark",
}


@dataclass(frozen=True, slots=True)
class Form:
    """A form of token. A match holds one of ``literals``; its group 1, else all of it, is hidden."""

    kind: str
    literals: tuple[bytes, ...]
    pattern: bytes
    detector: str | None = None
    """Module and class in ``detect_secrets.plugins`` that must agree."""
    folded: bool = False
    """Whether case does not matter: literals and pattern are then in lower case."""
    spread: bool = False
    """Whether a match can be without 20 characters of ``[A-Za-z0-9_-]`` in a row."""
    shortest: int = 0
    """How long a match is at least; said only where the literals are in every text."""
    mixed: bool = False
    """Whether the last part must have letters of both cases and digits."""


def _own(kind: str, *literals: str, body: str, ends: str = r"(?![A-Za-z0-9])") -> Form:
    starts = "|".join(re.escape(literal) for literal in literals)
    return Form(kind, tuple(map(str.encode, literals)), rf"(?<![A-Za-z0-9])(?:{starts}){body}{ends}".encode())


_GITLAB_KINDS = (b"pat", b"dt", b"ft", b"soat", b"rt", b"cbt", b"imt", b"ptt", b"agent", b"oas")
_DETECTED = (
    Form(
        "AWS access key",
        (b"A3T", b"ABIA", b"ACCA", b"AKIA", b"ASIA"),
        rb"(?<![A-Za-z0-9])(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9])",
        "aws.AWSKeyDetector",
    ),
    Form(
        "Azure storage key",
        (b"AccountKey=",),
        rb"(?<=AccountKey=)[a-zA-Z0-9+/=]{88}",
        "azure_storage_key.AzureStorageKeyDetector",
        spread=True,
    ),
    Form(
        "Artifactory credential",
        (b"AKC", b"AP"),
        # A letter first, and what is before it after that: a pattern that begins with an assertion is 20 times slower.
        rb"A(?<![^\s=:\"]A)(?:KC|P[0-9A-F])[A-Za-z0-9]{27,200}(?![^\s\"])",
        "artifactory.ArtifactoryDetector",
        mixed=True,
    ),
    Form(
        "Discord token",
        (b".",),
        rb"[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,60}",
        "discord.DiscordBotTokenDetector",
        shortest=58,
        mixed=True,
    ),
    Form(
        "GitHub token",
        (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"),
        rb"gh[pousr]_[A-Za-z0-9_]{36,255}(?:[.-][A-Za-z0-9_-]{20,600}){0,3}",
        "github_token.GitHubTokenDetector",
    ),
    Form(
        "GitLab token",
        (*(b"gl%b-" % kind for kind in _GITLAB_KINDS), b"GR1348941"),
        rb"(?:gl(?:" + b"|".join(_GITLAB_KINDS) + rb")-|GR1348941)[A-Za-z0-9_-]{20,1100}",
        "gitlab_token.GitLabTokenDetector",
    ),
    Form(
        "JSON web token",
        (b"eyJ",),
        # A run without a dot is swallowed whole, so that the next search starts behind it: linear on base64 data.
        rb"eyJ[A-Za-z0-9_=-]++(?:\.[A-Za-z0-9_=-]++(?:\.[A-Za-z0-9_.+/=-]*+)?)?",
        "jwt.JwtTokenDetector",
    ),
    Form("Mailchimp key", (b"-us",), rb"[0-9a-z]{32}-us[0-9]{1,2}", "mailchimp.MailchimpDetector"),
    Form(
        "OpenAI key",
        (b"T3BlbkFJ",),
        rb"sk-[A-Za-z0-9_-]{20,400}?T3BlbkFJ[A-Za-z0-9]{20}[A-Za-z0-9_-]{0,400}",
        "openai.OpenAIDetector",
    ),
    Form(
        "PyPI token",
        (b"pypi-AgE",),
        rb"pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[A-Za-z0-9_-]{70,2000}",
        "pypi_token.PypiTokenDetector",
    ),
    Form("SendGrid key", (b"SG.",), rb"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", "sendgrid.SendGridDetector"),
    Form(
        "Slack token",
        (b"xox",),
        rb"xox[abpors]-[0-9][0-9-]{0,200}-[a-z0-9]{1,200}",
        "slack.SlackDetector",
        folded=True,
        spread=True,
    ),
    Form(
        "Slack webhook",
        (b"hooks.slack.com/services/",),
        rb"https://hooks\.slack\.com/services/(?:t[a-z0-9_]{1,64}/b[a-z0-9_]{1,64}/[a-z0-9_]{1,128})",
        "slack.SlackDetector",
        folded=True,
        spread=True,
    ),
    Form(
        "Square secret", (b"sq0csp-",), rb"sq0csp-[0-9A-Za-z\\_-]{43}", "square_oauth.SquareOAuthDetector", spread=True
    ),
    Form("Stripe key", (b"k_live_",), rb"[rs]k_live_[0-9a-zA-Z]{24,200}", "stripe.StripeDetector"),
    Form(
        "Telegram token",
        (b":",),
        rb"[0-9]{8,10}:[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])",
        "telegram_token.TelegramBotTokenDetector",
        shortest=44,
        mixed=True,
    ),
)
_WORD = r"[A-Za-z0-9_-]"
_LACKING = (
    _own("Hugging Face token", "hf_", "api_org_", body=r"[A-Za-z0-9]{30,64}"),
    _own("Anthropic key", "sk-ant-", body=_WORD + "{24,200}"),
    _own("OpenAI key", "sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-", body=_WORD + "{32,400}"),
    _own("OpenRouter key", "sk-or-v1-", body=r"[a-f0-9]{64}"),
    Form("API key", (b"sk-",), rb"(?<![A-Za-z0-9_-])sk-(?=[a-z]*[0-9A-Z])[A-Za-z0-9]{32,64}(?![A-Za-z0-9_-])"),
    _own("Google API key", "AIza", body=_WORD + "{35}", ends=r"(?![A-Za-z0-9_-])"),
    _own("Google access token", "ya29.", body=_WORD + "{40,2048}"),
    _own("Google client secret", "GOCSPX-", body=_WORD + "{28}"),
    _own("Weights & Biases key", "wandb_v1_", body=r"[A-Za-z0-9_]{40,120}"),
    Form(
        "Weights & Biases key",
        (b"wandb login",),
        rb"wandb login(?: --[a-z-]+)* ([0-9a-f]{40})(?![0-9a-f])",
        folded=True,
    ),
    _own("Neptune token", "eyJhcGlfYWRkcmVzcyI6", "eyJhcGlfdXJsIjo", body=r"[A-Za-z0-9+/]{20,600}={0,2}"),
    _own("GitHub token", "github_pat_", body=r"[A-Za-z0-9_]{36,255}"),
    _own(
        "GitLab token", "glpat-", "glrt-", "glrtr-", "gldt-", "glcbt-", body=_WORD + r"{20,300}(?:\.[0-9a-z]{2,9}){0,2}"
    ),
    _own("npm token", "npm_", body=r"[A-Za-z0-9]{36}"),
    _own("Slack token", "xapp-", "xoxe-", "xoxe.xox", "xoxc-", "xoxd-", body=r"[A-Za-z0-9%.-]{20,600}"),
    _own("NVIDIA key", "nvapi-", body=_WORD + "{60,80}"),
    _own("Groq key", "gsk_", body=r"[A-Za-z0-9]{48,60}"),
    _own("Replicate token", "r8_", body=r"[A-Za-z0-9]{37}"),
    _own("xAI key", "xai-", body=r"[A-Za-z0-9]{70,90}"),
    _own("Perplexity key", "pplx-", body=r"[A-Za-z0-9]{40,64}"),
    _own("Databricks token", "dapi", body=r"[a-f0-9]{32}(?:-[0-9])?"),
    _own("LangSmith key", "lsv2_pt_", "lsv2_sk_", body=r"[a-f0-9]{32}_[a-f0-9]{10}"),
    _own("Pinecone key", "pcsk_", body=r"[A-Za-z0-9_]{50,90}"),
    _own("RunPod key", "rpa_", body=r"[A-Z0-9]{30,60}[a-z0-9]{0,12}"),
    _own("Docker token", "dckr_pat_", "dckr_oat_", body=_WORD + "{27,64}"),
    _own("DigitalOcean token", "dop_v1_", "doo_v1_", body=r"[a-f0-9]{64}"),
    _own("Vault token", "hvs.", "hvb.", body=_WORD + "{60,300}"),
    _own("Atlassian token", "ATATT3", body=r"[A-Za-z0-9_=-]{60,300}"),
    _own("Sentry token", "sntrys_", "sntryu_", body=r"[A-Za-z0-9+/=_-]{40,400}"),
    _own("age key", "AGE-SECRET-KEY-1", body=r"[A-Z0-9]{58}"),
    _own(
        "Discord webhook",
        "discord.com/api/webhooks/",
        "discordapp.com/api/webhooks/",
        body=rf"[0-9]{{8,25}}/({_WORD}{{40,100}})",
    ),
    Form("signed URL", (b"sig=",), rb"[?&]sig=([a-z0-9%+/=_-]{20,512})", folded=True, spread=True),
    Form(
        "signed URL",
        (b"signature=",),
        rb"[?&](?:x-(?:amz|goog)-)?signature=([a-z0-9%+/=_-]{20,2048})",
        folded=True,
    ),
    Form(
        "bearer token",
        (b"bearer ",),
        rb"\bbearer +(?=[a-z._~+/=-]{0,256}[0-9])([a-z0-9._~+/=-]{16,4096})",
        folded=True,
        spread=True,
    ),
    Form(
        "authorization header",
        (b"authorization",),
        rb"authorization[\"'\\]{0,2} ?[:=] ?[\"'\\]{0,2}(?:basic|token|apikey|bearer) +([^\s\"'\\]{6,4096})",
        folded=True,
        spread=True,
    ),
    Form(
        "password in a URL",
        (b"://",),
        rb"://[^\s/:@'\"?#<>\\`]{0,128}+:([^\s/'\"<>\\`]{1,256}?)@(?!sha256:)(?![^\s/?#'\",;)]{0,256}@)",
        spread=True,
    ),
    Form("token in a URL", (b"://",), rb"https?://((?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{20,255})@", spread=True),
)
FORMS: tuple[Form, ...] = _DETECTED + _LACKING


@functools.cache
def compile_form(form: Form) -> re.Pattern[bytes]:
    """The compiled pattern of a form, made when its literals were first seen: all of them take 20 ms."""
    return re.compile(form.pattern)
