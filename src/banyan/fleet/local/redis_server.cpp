#include "banyan/fleet/local/redis_server.hpp"

#include <cstdint>
#include <fstream>
#include <string_view>
#include <utility>

#include "banyan/base/ids.hpp"

namespace banyan::fleet {
namespace {

constexpr std::size_t password_bytes = 16;
constexpr std::string_view memory_max = "64mb";
constexpr std::chrono::milliseconds redis_answers_within{500};

void write_configuration(const std::filesystem::path& file, std::uint16_t port, const std::string& password) {
  std::ofstream(file) << "bind 127.0.0.1\n"
                      << "port " << port << "\n"
                      << "daemonize no\n"
                      << "save \"\"\n"
                      << "appendonly no\n"
                      << "maxmemory " << memory_max << "\n"
                      << "maxmemory-policy allkeys-lru\n"
                      << "requirepass " << password << "\n";
}

// Whether it answers so to that command, and to the one before that shows the password.
bool answers_so(std::uint16_t port, const std::string& password, const std::string& command, const char* answer) {
  const auto text = ask_port(port, "AUTH " + password + "\r\n" + command + "\r\nQUIT\r\n", redis_answers_within);
  return text && text->starts_with(std::string("+OK\r\n") + answer + "\r\n");
}

}  // namespace

Result<RedisServer> RedisServer::prepare(const std::filesystem::path& folder, const Programs& programs,
                                         FreePorts& ports, Random& random) {
  Result<std::filesystem::path> program = programs.find("redis-server");
  if (!program) return fail(std::move(program.error()));
  const Result<std::uint16_t> port = ports.next();
  if (!port) return fail(port.error());
  const std::string password = make_hex_token(random, password_bytes);
  const std::filesystem::path configuration = folder / "redis.conf";
  write_configuration(configuration, *port, password);
  RedisServer server;
  server.password = password;
  server.url = "redis://:" + password + "@127.0.0.1:" + std::to_string(*port);
  server.setup = {.name = "redis",
                  .what = "Redis",
                  .port = *port,
                  .child = {.command = {*program, configuration},
                            .environment = {{"PATH", "/usr/bin:/bin"}},
                            .folder = folder,
                            .output = folder / "redis.log",
                            .run_as = {}},
                  .ready = [port = *port, password] { return answers_so(port, password, "PING", "+PONG"); }};
  return server;
}

Result<void> RedisServer::clear() const {
  if (answers_so(setup.port, password, "FLUSHALL", "+OK")) return {};
  return fail(ErrorCode::unavailable, "Redis does not let itself be emptied.");
}

}  // namespace banyan::fleet
