"""Servers made of others: with other settings, with TLS, of another build, or such that they can be restarted."""
import subprocess
from pathlib import Path

from .servers import Arauto, HeldArauto, LimitPlain


def held(server_class):
  """The same build, as one that can be restarted."""

  class Held(HeldArauto, server_class):
    name = server_class.name

  return Held


def with_settings(server_class, title, settings):
  """The same build with other settings, as a server of its own."""

  class Variant(server_class):
    name = f"{server_class.name} {title}"

    def environment(self):
      return {**super().environment(), **settings}

  return Variant


def secured(server_class):
  """The same server with TLS: arauto by its settings, the bare one by its arguments."""

  class Secured(server_class):
    name = server_class.name
    is_secure = True
    metrics_path = None  # The load generator asks for it without TLS.

    def command(self, scratch):
      words = super().command(scratch)
      self._key, self._certificate = make_certificate(scratch)
      if isinstance(self, LimitPlain):
        words += ["--tls-key", self._key, "--tls-certificate", self._certificate]
      return words

    def environment(self):
      return {**super().environment(), "SERVER_TYPE": "https", "SSL_CONF_PRIVKEY": self._key,
              "SSL_CONF_FULLCHAIN": self._certificate}

  return Secured


def make_certificate(directory):
  """A key and a certificate that nobody trusts. Returns their paths."""
  key, certificate = (str(Path(directory) / name) for name in ("key.pem", "certificate.pem"))
  subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                  "1", "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
  return key, certificate


def of_program(server_class, program):
  """Another build of it."""

  class Built(server_class):
    def command(self, scratch):
      return [str(program), *super().command(scratch)[1:]]

  return Built


def another_arauto(program):
  """Another build, as a peer."""

  class Against(of_program(Arauto, program)):
    name = "arauto against"

  return Against
