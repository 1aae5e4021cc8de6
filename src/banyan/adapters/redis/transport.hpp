#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "banyan/adapters/redis/options.hpp"
#include "banyan/adapters/redis/url.hpp"
#include "banyan/base/result.hpp"

namespace banyan::redis {

/// Whom TLS connections trust. Errors: `invalid` where options.tls_ca_file is none.
Result<std::unique_ptr<boost::asio::ssl::context>> make_tls(const Options& options);

/// Bytes to and from a server: over TCP or a Unix socket, in TLS or not.
///
/// One read and one write at a time. What is done ends with its call, also after close(); whatever the call captures
/// keeps this object alive. Thread safety: none; it belongs to the thread of `io`.
class Transport {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  using Opened = std::move_only_function<void(Result<void>)>;
  using Moved = std::move_only_function<void(const boost::system::error_code&, std::size_t)>;

  /// `tls` may be null where the endpoint has no TLS.
  Transport(boost::asio::io_context& io, const Endpoint& endpoint, boost::asio::ssl::context* tls);

  /// Errors: `unavailable` (nobody answers), `invalid` (the server's certificate is not to be trusted).
  void connect(Opened done);
  void read_some(std::span<char> room, Moved done);
  void write_some(std::string_view bytes, Moved done);
  void close();

 private:
  void resolve(Opened done);
  void connect_to(const std::vector<Socket::endpoint_type>& endpoints, Opened done);
  void begin_tls(Opened done);
  Error tls_error(const boost::system::error_code& error);

  const Endpoint& endpoint_;
  boost::asio::ssl::context* tls_context_;
  boost::asio::ip::tcp::resolver resolver_;
  Socket socket_;
  std::optional<boost::asio::ssl::stream<Socket&>> tls_;
};

}  // namespace banyan::redis
