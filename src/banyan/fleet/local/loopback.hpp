#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "banyan/base/descriptor.hpp"
#include "banyan/base/random.hpp"
#include "banyan/base/result.hpp"

namespace banyan::fleet {

/// Loopback ports that nobody listens on now, each given once. They lie outside the range that outgoing connections are
/// given: one is still free when a server that ended comes back to it. Thread safety: none.
class FreePorts {
 public:
  explicit FreePorts(Random& random) : random_(random) {}

  /// Fails when there is none.
  Result<std::uint16_t> next();

 private:
  Random& random_;
  std::set<std::uint16_t> given_;
};

/// Whether somebody accepts connections there.
bool answers(std::uint16_t port);

/// What is asked of a server on this machine, and what it answers; one connection a question.
///
/// Each sends `question`, and reads until the other side closes, the answer is `bytes_max` long, or the time is over.
/// Nothing when it cannot be reached or sends nothing in time.
std::optional<std::string> ask_port(std::uint16_t port, std::string_view question, std::chrono::milliseconds at_most);
std::optional<std::string> ask_socket(const std::string& path, std::string_view question,
                                      std::chrono::milliseconds at_most);

struct HttpAnswer {
  int status = 0;
  std::string body;
};

/// GET on 127.0.0.1. `header` is a whole header line without its end, or empty.
std::optional<HttpAnswer> http_get(std::uint16_t port, std::string_view path, std::chrono::milliseconds at_most,
                                   std::string_view header = {});

/// A connection to a Unix socket; not valid when nobody listens.
Descriptor connect_socket(const std::string& path);

/// Listens on a Unix socket that only this user may open. The path has at most 107 bytes.
Result<Descriptor> listen_socket(const std::string& path);

}  // namespace banyan::fleet
