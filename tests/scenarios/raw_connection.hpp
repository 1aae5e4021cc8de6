#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace banyan::scenarios {

/// One answer, as it came over the wire. Header names in lower case; of a repeated one, the last.
struct RawResponse {
  int status = 0;
  std::map<std::string, std::string> headers;
  std::string body;
};

/// A plain TCP connection to 127.0.0.1, for requests that no client library would send. Not thread-safe.
class RawConnection {
 public:
  RawConnection() = default;
  ~RawConnection();
  RawConnection(RawConnection&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}
  RawConnection& operator=(RawConnection&& other) noexcept;

  bool connect(std::uint16_t port);
  /// False when the peer has closed.
  bool send(std::string_view bytes);
  /// No more is sent; reading goes on.
  void finish_sending() const;
  void close();

  /// The next answer; nothing when the peer closes or the time is over before it is whole. With `head_only`, the
  /// answer to HEAD, which has no body whatever it says.
  std::optional<RawResponse> read_response(std::chrono::milliseconds at_most, bool head_only = false);
  /// Whether the peer closes within that time; what comes until then is dropped.
  bool closed_within(std::chrono::milliseconds at_most);

 private:
  bool receive_until(std::chrono::steady_clock::time_point end);

  int socket_ = -1;
  std::string received_;
};

}  // namespace banyan::scenarios
