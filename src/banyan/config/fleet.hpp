#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace banyan::config {

/// Where something listens. `host` is a numeric address or, for instances, a name; IPv6 stands without brackets.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

/// "127.0.0.1:8080", "[::1]:8080".
std::string to_string(const Endpoint& endpoint);

/// Instances behind one balancer. docs/fleet.md says what each means; empty `instances`: no fleet is described.
struct Fleet {
  enum class Balancer : unsigned char { haproxy, nginx };
  enum class Algorithm : unsigned char { round_robin, least_connections, ip_hash };

  struct Instance {
    Endpoint endpoint;
    unsigned weight = 1;              ///< 1 to 256: its share against that of others.
    std::size_t max_connections = 0;  ///< Requests that it is given at once; 0: no bound.
    bool operator==(const Instance&) const = default;
  };

  /// Ended at the balancer; no certificate: clients speak plain HTTP.
  struct Tls {
    std::filesystem::path certificate;  ///< PEM, with the chain.
    std::filesystem::path key;          ///< PEM; empty: it is in the certificate's file.
    Endpoint redirect;                  ///< Plain HTTP that answers with a redirect; port 0: none.
    std::chrono::seconds hsts{0};       ///< For Strict-Transport-Security; 0: the header is not sent.
    bool enabled() const { return !certificate.empty(); }
    bool operator==(const Tls&) const = default;
  };

  struct Health {
    std::string path = "/health/ready";
    std::chrono::milliseconds interval{2'000};
    std::chrono::milliseconds timeout{1'000};
    unsigned rise = 2;  ///< Checks in a row that bring an instance back.
    unsigned fall = 3;  ///< Checks in a row that take it out.
    bool operator==(const Health&) const = default;
  };

  std::vector<Instance> instances;
  std::uint16_t first_port = 3000;  ///< Of instances that are given as a count: on 127.0.0.1 from here on.
  Balancer balancer = Balancer::haproxy;
  Algorithm algorithm = Algorithm::round_robin;
  Endpoint listen{"127.0.0.1", 8080};  ///< The one address that clients use.
  std::string sticky_cookie;           ///< Its name; empty: a client may be answered by any instance.
  Tls tls;
  Health health;
  std::chrono::milliseconds drain{30'000};  ///< For what is in flight when something is taken out or replaced.
  unsigned retries = 3;                     ///< Further instances that a request may be given to.
  Endpoint metrics{"127.0.0.1", 8404};      ///< Where the balancer shows its own metrics; port 0: nowhere.
  std::filesystem::path runtime_socket = "/run/haproxy/admin.sock";  ///< Of HAProxy's runtime API.

  bool operator==(const Fleet&) const = default;
};

/// Whether HAProxy 2.6 finds the key: it looks into the certificate's file, and for `<certificate>.key` and
/// `<certificate without its extension>.key` beside it.
bool haproxy_finds_key(const Fleet::Tls& tls);

}  // namespace banyan::config
