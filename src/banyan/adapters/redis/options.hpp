#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "banyan/base/clock.hpp"
#include "banyan/base/log.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/base/random.hpp"

namespace banyan::redis {

/// How a client uses a server.
struct Options {
  std::string url;  ///< As parse_url() takes it.

  bool tls_verify = true;   ///< Whether `rediss://` wants a certificate that is trusted and of this host.
  std::string tls_ca_file;  ///< PEM, of those who sign such certificates; empty: those whom the system trusts.

  std::size_t queue_max = 8'192;  ///< Commands without an answer, waiting or sent; more are `overloaded`.
  std::size_t queue_bytes_max = std::size_t{64} << 20;  ///< Of their words, all together; more are `overloaded`.
  std::size_t reply_bytes_max = std::size_t{64} << 20;  ///< Of one answer; a larger one ends the connection.

  std::chrono::milliseconds connect_timeout{2'000};  ///< Until TLS, password and database are done with.
  /// A server that owes an answer and has sent nothing for so long is taken for dead. Longer than its slowest script.
  std::chrono::milliseconds silence_max{5'000};
  std::chrono::milliseconds ping_after{1'000};  ///< Of silence while nothing is owed.
  /// Commands wait so long for a connection that was lost just now; from then on, or as soon as an attempt has failed,
  /// they are `unavailable` at once.
  std::chrono::milliseconds reconnect_patience{100};
  std::chrono::milliseconds stop_patience{1'000};  ///< For what is under way when the client stops.
  /// Between two attempts to connect, at first; doubles, with jitter, up to backoff_max. The first attempt after a
  /// connection that held as long as that is made at once.
  std::chrono::milliseconds backoff_min{20};
  std::chrono::milliseconds backoff_max{500};
};

/// What a client is built from; all of it outlives the client.
struct Parts {
  const Clock& clock;
  Log& log;
  Metrics& metrics;
  Random& random;  ///< Thread-safe.
};

/// A connection that can be used, to the node of a cluster that has the keys. Two with the same run_id have met the
/// same process, so the same memory.
struct Connected {
  std::string run_id;            ///< As `INFO server` has it: another one since the server was started again.
  std::uint64_t generation = 0;  ///< Counts the connections of this client, from 1.
};

}  // namespace banyan::redis
