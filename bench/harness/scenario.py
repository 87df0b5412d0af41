"""What a scenario is, and what is asked of the server in it."""
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
  """A bound for what the server has in a column, in units of what a peer has there; or, without a peer, for the figure itself."""
  column: str
  peer: str = ""
  # Bounds by the name of the server; who is not named has none.
  at_most: dict = field(default_factory=dict)
  at_least: dict = field(default_factory=dict)
  # By the name of the server: whose figure in which column is taken off first, for what the peer need not do.
  plus: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
  name: str
  what: str
  arguments: list = field(default_factory=list)
  # Columns of the table, the first is what servers are compared by (see table.py).
  columns: tuple = ()
  timeout_s: float = 180
  # How many deliveries there must be; None: as many as fit into the time.
  deliveries: int | None = None
  # Of arauto, as environment variables. Peers lack them: where there are some, peers are not measured.
  settings: dict = field(default_factory=dict)
  # Instances "inst0", "inst1" and so on.
  instances: int = 1
  # Settings of arauto by title: each is measured as a server of its own, against the first one.
  variants: dict = field(default_factory=dict)
  # Peers cannot do this.
  is_own: bool = False
  # Words for the bare server.
  limit_arguments: tuple = ()
  # All speak TLS; peers that cannot are left out.
  is_secure: bool = False
  # The disk alone is measured, too, with so many events a second; 0: it is not.
  disk_rate: int = 0
  # With as many events a second as are offered to the servers.
  has_disk: bool = False
  # So many pings there must be at least.
  pings: int = 0
  # The server is restarted under its clients.
  is_storm: bool = False
  # As it is delivered, too, and not as a router only.
  is_compared: bool = False
  # The offered rate is half of what the slower kind of arauto delivers in that scenario.
  half_of: str = ""
  # The server may use both processors, beside the load generator.
  is_unpinned: bool = False
  targets: tuple = ()
