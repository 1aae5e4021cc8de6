#include "banyan/adapters/redis/transport.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>

#include <utility>
#include <vector>

namespace banyan::redis {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

Error unreachable(const error_code& error) {
  return Error(ErrorCode::unavailable, "Redis cannot be reached").with_detail(error.message());
}

bool is_address(const std::string& host) {
  error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

}  // namespace

Result<std::unique_ptr<asio::ssl::context>> make_tls(const Options& options) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_verify_mode(options.tls_verify ? asio::ssl::verify_peer : asio::ssl::verify_none);
  error_code error;
  if (options.tls_ca_file.empty())
    context->set_default_verify_paths(error);
  else
    context->load_verify_file(options.tls_ca_file, error);
  if (!error) return context;
  return fail(Error(ErrorCode::invalid, "the certificates to trust for Redis cannot be read: " + options.tls_ca_file)
                  .with_hint("name a file of certificates in PEM")
                  .with_detail(error.message()));
}

Transport::Transport(asio::io_context& io, const Endpoint& endpoint, asio::ssl::context* tls)
    : endpoint_(endpoint), tls_context_(tls), resolver_(io), socket_(io) {}

void Transport::connect(Opened done) {
  if (endpoint_.socket.empty()) return resolve(std::move(done));
  connect_to({asio::local::stream_protocol::endpoint(endpoint_.socket)}, std::move(done));
}

void Transport::resolve(Opened done) {
  resolver_.async_resolve(endpoint_.host, std::to_string(endpoint_.port), asio::ip::tcp::resolver::numeric_service,
                          [this, done = std::move(done)](const error_code& error,
                                                         const asio::ip::tcp::resolver::results_type& found) mutable {
                            if (error) return done(fail(unreachable(error)));
                            std::vector<Socket::endpoint_type> endpoints;
                            for (const auto& entry : found) endpoints.emplace_back(entry.endpoint());
                            connect_to(endpoints, std::move(done));
                          });
}

void Transport::connect_to(const std::vector<Socket::endpoint_type>& endpoints, Opened done) {
  asio::async_connect(socket_, endpoints,
                      [this, done = std::move(done)](const error_code& error, const Socket::endpoint_type&) mutable {
                        if (error) return done(fail(unreachable(error)));
                        error_code ignored;  // a Unix socket has no such option
                        socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
                        if (!endpoint_.tls) return done({});
                        begin_tls(std::move(done));
                      });
}

void Transport::begin_tls(Opened done) {
  tls_.emplace(socket_, *tls_context_);
  const std::string& host = endpoint_.host;
  if (!is_address(host)) SSL_set_tlsext_host_name(tls_->native_handle(), host.c_str());
  if ((SSL_get_verify_mode(tls_->native_handle()) & SSL_VERIFY_PEER) != 0)
    tls_->set_verify_callback(asio::ssl::host_name_verification(host));
  tls_->async_handshake(asio::ssl::stream_base::client,
                        [this, done = std::move(done)](const error_code& error) mutable {
                          if (error) return done(fail(tls_error(error)));
                          done({});
                        });
}

Error Transport::tls_error(const error_code& error) {
  if (error.category() != asio::error::get_ssl_category()) return unreachable(error);
  const long verified = SSL_get_verify_result(tls_->native_handle());
  if (verified == X509_V_OK && error.message().find("certificate") == std::string::npos)
    return Error(ErrorCode::invalid, "Redis does not speak TLS there")
        .with_detail(error.message())
        .with_hint("write redis:// where the port has no TLS");
  const std::string reason = verified == X509_V_OK ? "" : std::string(": ") + X509_verify_cert_error_string(verified);
  return Error(ErrorCode::invalid, "the certificate of Redis is not to be trusted")
      .with_detail(error.message() + reason)
      .with_hint("name the file of who signed it, and reach Redis by a name that stands in it");
}

void Transport::read_some(std::span<char> room, Moved done) {
  const asio::mutable_buffer buffer(room.data(), room.size());
  if (tls_)
    tls_->async_read_some(buffer, std::move(done));
  else
    socket_.async_read_some(buffer, std::move(done));
}

void Transport::write_some(std::string_view bytes, Moved done) {
  const asio::const_buffer buffer(bytes.data(), bytes.size());
  if (tls_)
    tls_->async_write_some(buffer, std::move(done));
  else
    socket_.async_write_some(buffer, std::move(done));
}

void Transport::close() {
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace banyan::redis
