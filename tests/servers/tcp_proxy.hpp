#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace banyan::testkit {

enum class Direction { to_server, to_client };

/// Forwards a loopback port to another, and breaks what it forwards. It has a thread of its own; each function returns
/// once it has been done. Thread safe.
class TcpProxy {
 public:
  explicit TcpProxy(std::uint16_t target_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  std::uint16_t port() const noexcept;

  /// Resets every connection at both ends.
  void cut_all();
  /// From now on: the connection that forwards the `bytes`-th byte that way, all connections counted together, is cut
  /// right after it; then no more are. 0 takes it back.
  void cut_once_after(Direction direction, std::uint64_t bytes);
  /// From now on: each connection is cut after that many bytes of its own. 0 takes it back.
  void cut_each_after(Direction direction, std::uint64_t bytes);
  /// While stalled nothing is read or forwarded, and connections stay.
  void stall(bool stalled);
  /// Stalls by itself after that many bytes that way, all connections counted together.
  void stall_after(Direction direction, std::uint64_t bytes);
  /// While refused nobody listens on the port; connections stay.
  void refuse(bool refused);

  std::size_t connections() const;                     ///< Open at this moment.
  std::uint64_t forwarded(Direction direction) const;  ///< Bytes, since it was made.
  std::uint64_t cuts() const;                          ///< By cut_once_after and cut_each_after.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banyan::testkit
