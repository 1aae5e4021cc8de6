"""What is compared with what."""

import dataclasses

from .banyan import Banyan, BanyanPostgres, PgBench
from .servers import Bun, Epoll, Express, Nginx, SupabaseLite
from .shared import INSTANCES, BanyanInstances, BanyanRedis, RedisBenchmark

MAKERS = {
    "epoll": Epoll,
    "nginx": Nginx,
    "banyan": Banyan,
    "banyan-ruled": lambda work: Banyan(work, read="record.age >= 18 || viewer.is_user"),
    "banyan-uncached": lambda work: Banyan(work, cache=False),
    "bun-normal": lambda work: Bun(work, "NORMAL"),
    "bun-full": lambda work: Bun(work, "FULL"),
    "express": lambda work: Express(work, cache=True),
    "express-uncached": lambda work: Express(work, cache=False),
    "supabase-lite": SupabaseLite,
    "banyan-postgres": BanyanPostgres,
    "pgbench-16": lambda work: PgBench(work, 16),
    "pgbench-32": lambda work: PgBench(work, 32),
    "banyan-redis": lambda work: BanyanRedis(work, local="off"),
    "banyan-redis-local": lambda work: BanyanRedis(work, local="64MB"),
    "redis-benchmark": RedisBenchmark,
    "instance-alone": lambda work: BanyanInstances(work, 1, balanced=False),
    "instance-behind": lambda work: BanyanInstances(work, 1, balanced=True),
    "instances-behind": lambda work: BanyanInstances(work, INSTANCES, balanced=True),
}


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    title: str
    servers: tuple
    baseline: str        # Ratios in the table are to this one.
    warm_requests: int = 0  # So many at least before the clock runs: what fills the caches.
    writes: bool = False
    all_cores: bool = False  # Every server on all cores as it does by default, and wrk too; else one core each.
    requests: str = ""  # The workload whose requests these are, where it is not its own.

    def script(self, suffix):
        return (self.requests or self.name) + suffix


WORKLOADS = (
    Workload("cached_read", "Read by id, cached", baseline="nginx", warm_requests=11_000,
             servers=("epoll", "nginx", "banyan", "banyan-ruled", "bun-normal", "express", "supabase-lite")),
    Workload("uncached_read", "Read by id, no cache", baseline="bun-normal",
             servers=("nginx", "banyan-uncached", "bun-normal", "express-uncached", "supabase-lite")),
    Workload("list", "List 20 of 100,000 by an indexed filter", baseline="nginx",
             servers=("nginx", "banyan", "bun-normal", "express", "supabase-lite")),
    Workload("create", "Create", baseline="bun-normal", writes=True, all_cores=True,
             servers=("banyan", "bun-normal", "bun-full", "express", "supabase-lite")),
    Workload("update", "Update", baseline="bun-normal", writes=True, all_cores=True,
             servers=("banyan", "bun-normal", "bun-full", "express", "supabase-lite")),
    Workload("mix", "9 reads to 1 update, Zipf keys", baseline="bun-normal", writes=True,
             servers=("banyan", "bun-normal", "bun-full", "express", "supabase-lite")),
    Workload("postgres_read", "Read by id from PostgreSQL, no cache", baseline="pgbench-16", all_cores=True,
             servers=("banyan-postgres", "pgbench-16", "express-uncached")),
    Workload("postgres_read_one_core", "Read by id from PostgreSQL on one core, no cache", baseline="pgbench-16",
             requests="postgres_read", servers=("banyan-postgres", "pgbench-16", "express-uncached")),
    Workload("postgres_create", "Create in PostgreSQL", baseline="pgbench-32", writes=True, all_cores=True,
             servers=("banyan-postgres", "pgbench-32", "express-uncached")),
    Workload("shared_read", "Read by id, kept in Redis", baseline="redis-benchmark", all_cores=True,
             warm_requests=11_000, requests="cached_read",
             servers=("banyan-redis", "redis-benchmark", "banyan-redis-local", "banyan", "banyan-uncached")),
    Workload("fleet_read", "Read by id from one instance and from three behind HAProxy", baseline="instance-alone",
             all_cores=True, warm_requests=33_000, requests="cached_read",
             servers=("instance-alone", "instance-behind", "instances-behind")),
)
