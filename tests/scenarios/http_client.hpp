#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace banyan::scenarios {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = "GET";
  std::string path = "/";
  std::string body;
  Headers headers;  ///< A body goes as application/json unless a Content-Type stands here.
  bool as_service = false;
};

struct Response {
  int status = 0;   ///< 0: there was no answer; `failure` says why.
  Headers headers;  ///< Names in lower case.
  std::string body;
  std::string failure;
  bool repeated = false;  ///< A connection ended without an answer, and libcurl sent the request again by itself.

  std::optional<std::string> header(const std::string& name) const;
};

/// How a client reaches its server.
struct Reach {
  std::string source = {};  ///< The address that it connects from, "127.0.0.5"; empty: the system's choice.
  std::filesystem::path authority = {};  ///< It speaks TLS and trusts this certificate; empty: plain HTTP.
};

/// An ordinary client (libcurl) of a server on 127.0.0.1, with keep-alive. Not thread-safe: one a thread.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port, Reach reach = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  Response send(const Request& request);
  Response get(std::string path);
  Response post(std::string path, std::string body);
  /// From now on it sends the position of the last answer back with each request, as clients of a fleet do.
  void keep_position() noexcept { keeps_position_ = true; }
  void set_port(std::uint16_t port) noexcept { port_ = port; }

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
  bool keeps_position_ = false;
  std::string position_;
  std::uint16_t port_;
  Reach reach_;
};

}  // namespace banyan::scenarios
