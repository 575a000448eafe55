"""Credential files: left out by name and by how they begin; what only looks like one stays."""

from __future__ import annotations

import pytest

from gitexp.capture.credential_files import is_credential_file
from gitexp.capture.secret_findings import Finding, find_secrets

BEGIN, END = b"-----BEGIN ", b"-----END "
KEY = BEGIN + b"RSA PRIVATE KEY-----\n" + b"MIIE" * 32 + b"\n" + END + b"RSA PRIVATE KEY-----\n"
CERTIFICATE = BEGIN + b"CERTIFICATE-----\n" + b"MIID" * 32 + b"\n" + END + b"CERTIFICATE-----\n"
ACCOUNT = b'{\n "type": "service_account",\n "private_key": "' + KEY.replace(b"\n", b"\\n") + b'"}'

CREDENTIALS = [
    (b".env", b""),
    (b"services/fraud/.env", b""),
    (b".ENV", b""),
    (b".env.local", b""),
    (b".env.production", b""),
    (b"prod.env", b"LR=0.1\nDB_PASSWORD=abc\n"),
    (b"deploy/id_rsa", b""),
    (b"id_ed25519", b""),
    (b"server.pem", KEY),
    (b"server.key", b"\x30\x82\x04\xa4"),
    (b"both.pem", CERTIFICATE + KEY),
    (b"store.p12", b""),
    (b"store.jks", b""),
    (b"vault.kdbx", b""),
    (b"putty.ppk", b""),
    (b".netrc", b""),
    (b".pgpass", b""),
    (b".pypirc", b""),
    (b".npmrc", b"//npm.example.org/:_authToken=abcdef\n"),
    (b".yarnrc.yml", b"npmAuthToken: abcdef\n"),
    (b".git-credentials", b""),
    (b"credentials.json", b""),
    (b"service-account-4711.json", b""),
    (b"client_secret_4711.apps.json", b""),
    (b"kaggle.json", b""),
    (b".kaggle/kaggle.json", b""),
    (b".aws/credentials", b""),
    (b"home/.docker/config.json", b""),
    (b".dockercfg", b""),
    (b".kube/config", b""),
    (b"kubeconfig", b""),
    (b"infra/terraform.tfstate", b""),
    (b"infra/terraform.tfstate.backup", b""),
    (b".streamlit/secrets.toml", b""),
    (b"conf/secrets.yaml", b""),
    (b".dvc/config.local", b""),
    (b".ssh/deploy", b""),
    (b".config/gcloud/application_default_credentials.json", b""),
    (b".bash_history", b""),
    (b"whatever", KEY),
    (b"whatever.json", ACCOUNT),
    (b"token.json", b'{"access_token": "x", "refresh_token": "y"}'),
    (b"caf\xe9/.env", b""),
]
ORDINARY = [
    (b"train.py", b"import torch\n"),
    (b"train.py", b"KEY = '''" + KEY + b"'''\n"),
    (b"README.md", KEY),
    (b".env.example", b"API_KEY=\n"),
    (b".env.sample", b""),
    (b".env.template", b""),
    (b"env.py", b""),
    (b"environment.yml", b"name: x\n"),
    (b"local.env", b"OMP_NUM_THREADS=4\n"),
    (b"id_rsa.pub", b"ssh-rsa AAAA"),
    (b"cacert.pem", CERTIFICATE),
    (b"slides.key", b"PK\x03\x04"),
    (b".npmrc", b"save-exact=true\n"),
    (b".npmrc", b"//npm.example.org/:_authToken=${NPM_TOKEN}\n"),
    (b"tokenizer.json", b'{"added_tokens": []}'),
    (b"tokens.txt", b"the\n"),
    (b"special_tokens_map.json", b'{"pad_token": "<pad>"}'),
    (b"config.json", b'{"pad_token_id": 0}'),
    (b".dvc/config", b"[core]\n"),
    (b".ssh/known_hosts", b""),
    (b"secretary.py", b""),
    (b"src/secrets.py", b""),
    (b"credentials.py", b""),
    (b"keys.csv", b""),
    (b"model.safetensors", b"\x00"),
    (b"app.conf", b"lr = 0.1\n"),
]


@pytest.mark.parametrize(("path", "head"), CREDENTIALS, ids=lambda part: repr(part[:40]))
def test_credentials_are_left_out_with_a_reason(path: bytes, head: bytes) -> None:
    assert is_credential_file(path, head)


@pytest.mark.parametrize(("path", "head"), ORDINARY, ids=lambda part: repr(part[:40]))
def test_other_files_stay(path: bytes, head: bytes) -> None:
    assert is_credential_file(path, head) is None


def test_project_names_further_files() -> None:
    globs = ("*.vault", "conf/private/", "deploy/**/login.ini")
    for path in (b"a.vault", b"x/y/a.vault", b"conf/private/a/b.txt", b"deploy/login.ini", b"deploy/a/b/login.ini"):
        assert is_credential_file(path, b"", globs) == "named in redaction.files"
    for path in (b"vault.py", b"x/conf/private/a", b"login.ini", b"a.vaults"):
        assert is_credential_file(path, b"", globs) is None


def test_findings_name_line_and_kind_and_never_the_token() -> None:
    token = b"hf_" + b"aB3" * 11 + b"x"
    data = b"import os\nTOKEN = '" + token + b"'\nlr = 0.1\n" + KEY
    assert find_secrets(data) == [Finding(2, "Hugging Face token"), Finding(4, "private key")]
    assert find_secrets(b"password = 'hunter2'\nmd5 = '" + b"0123456789abcdef" * 2 + b"'\n") == []
