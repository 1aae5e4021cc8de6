#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "banyan/base/access_log.hpp"
#include "banyan/base/address_range.hpp"
#include "banyan/base/clock.hpp"
#include "banyan/base/log.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/base/random.hpp"
#include "banyan/base/result.hpp"
#include "banyan/http/listener.hpp"
#include "banyan/http/response.hpp"
#include "banyan/http/router.hpp"

namespace banyan::http {

/// Bounds on what a client may send and how long it may take. All are configurable.
struct Limits {
  std::size_t request_line_bytes = 8 * 1024;
  std::size_t header_bytes = 16 * 1024;  ///< All header lines together.
  std::size_t header_count = 100;
  std::size_t body_bytes = 1024 * 1024;
  std::size_t body_memory_bytes = 256 * 1024 * 1024;  ///< Bodies of all connections that did not come whole at once.
  std::size_t connections = 20'000;                   ///< Over all loops; one more is answered 503 and closed.
  std::size_t pipelined_requests = 64;  ///< Parsed ahead of the one being answered: more waits in the socket.
  std::chrono::milliseconds header_timeout{10'000};    ///< From a request's first byte to the end of its headers.
  std::chrono::milliseconds body_timeout{30'000};      ///< From there to the end of its body.
  std::chrono::milliseconds idle_timeout{75'000};      ///< Between requests.
  std::chrono::milliseconds request_timeout{30'000};   ///< The deadline that handlers get.
  std::chrono::milliseconds write_timeout{30'000};     ///< For the peer to take an answer.
  std::chrono::milliseconds shutdown_timeout{10'000};  ///< For requests in flight after stop().
};

/// Cross-origin access from browsers.
struct Cors {
  std::vector<std::string> origins;  ///< "*" or exact origins; empty turns CORS off.
  std::chrono::seconds max_age{600};
  std::vector<std::string> exposed = {};  ///< Headers of the application that pages may read, beside the usual ones.
};

struct ServerOptions {
  std::size_t loops = 0;  ///< 0: one a core.
  Limits limits;
  Cors cors;
  std::vector<AddressRange> trusted_proxies;  ///< Peers that are believed when they say for whom they ask.
};

/// What the server is given. All outlive it.
struct ServerParts {
  const Clock& clock;
  Random& random;
  Log& log;
  Metrics& metrics;
  AccessLog& access_log;
  ProblemRenderer render_problem;
};

/// HTTP/1.1 over plain sockets: one event loop a core, a connection stays on the loop that accepted it.
/// Thread safety: stop() and port() from any thread; run() once.
class Server {
 public:
  /// Listens on the reserved address with every loop. Errors say what is in the way and what to do.
  static Result<std::unique_ptr<Server>> listen(ReservedAddress address, ServerOptions options, const Router& router,
                                                ServerParts parts);
  virtual ~Server() = default;

  virtual std::uint16_t port() const = 0;
  /// Serves until stop(), then lets requests in flight end within `shutdown_timeout`. Runs one loop on the calling
  /// thread and the others on threads of their own; returns when all are down.
  virtual void run() = 0;
  /// Begins the shutdown: no new connections, idle ones closed, answers say `Connection: close`.
  virtual void stop() = 0;
  virtual bool stopping() const = 0;
};

}  // namespace banyan::http
