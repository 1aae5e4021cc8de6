#include "tests/servers/redis_server.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <utility>

#include "tests/servers/loopback.hpp"

namespace banyan::testkit {
namespace {

using std::chrono::steady_clock;

constexpr auto start_within = std::chrono::seconds(30);
constexpr auto look_again_after = std::chrono::milliseconds(5);
constexpr const char* pid_file = "redis.pid";

std::filesystem::path make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "banyan-redis-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder like " + name);
  return std::filesystem::canonical(name);
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

RedisServer::RedisServer(RedisSettings settings)
    : settings_(std::move(settings)),
      folder_(make_folder()),
      guard_(std::make_unique<Guard>(folder_, folder_, pid_file)),
      port_(free_port()) {
  if (settings_.tls) {
    tls_port_ = free_port();
    certificate_ = make_certificate(folder_, "server");
    other_certificate_ = make_certificate(folder_, "other");
  }
  write_configuration();
  start();
}

RedisServer::~RedisServer() {
  if (process_ >= 0) kill_9();
}

void RedisServer::write_configuration() const {
  std::ofstream file(folder_ / "redis.conf");
  file << "bind 127.0.0.1\n"
       << "port " << port_ << "\n"
       << "unixsocket " << socket().string() << "\n"
       << "dir " << folder_.string() << "\n"
       << "pidfile " << (folder_ / pid_file).string() << "\n"
       << "daemonize no\nsave \"\"\nappendonly no\n"
       << "requirepass " << password << "\n"
       << "user " << user << " on >" << user_password << " ~* &* +@all\n";
  if (settings_.tls)
    file << "tls-port " << tls_port_ << "\n"
         << "tls-cert-file " << certificate().string() << "\n"
         << "tls-key-file " << certificate_.key.string() << "\n"
         << "tls-ca-cert-file " << certificate().string() << "\n"
         << "tls-auth-clients no\n";
  for (const std::string& line : settings_.more) file << line << "\n";
}

std::string RedisServer::url_through(std::uint16_t port) const {
  return "redis://:" + std::string(encoded_password) + "@127.0.0.1:" + std::to_string(port);
}

std::string RedisServer::tls_url() const {
  return "rediss://:" + std::string(encoded_password) + "@127.0.0.1:" + std::to_string(tls_port_);
}

std::string RedisServer::run(const std::vector<std::string>& words) const {
  const std::filesystem::path printed = folder_ / "redis-cli.log";
  std::filesystem::remove(printed);
  std::vector<std::string> command{
      "/usr/bin/redis-cli", "--no-auth-warning", "-a", std::string(password), "-s", socket()};
  command.insert(command.end(), words.begin(), words.end());
  const int status = wait_for_program(start_program(command, printed));
  std::string text = text_of(printed);
  if (status != 0) throw std::runtime_error("redis-cli fails: " + text);
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

void RedisServer::start() {
  // What an earlier start wrote must not be taken for this one's.
  std::filesystem::remove(folder_ / "redis.log");
  process_ = start_program({"/usr/bin/redis-server", folder_ / "redis.conf"}, folder_ / "redis.log");
  const auto until = steady_clock::now() + start_within;
  while (log().rfind("Ready to accept connections") == std::string::npos) {
    if (!lives(process_) || steady_clock::now() > until) throw std::runtime_error("Redis does not start:\n" + log());
    std::this_thread::sleep_for(look_again_after);
  }
}

void RedisServer::kill_9() {
  ::kill(process_, SIGKILL);
  wait_for_program(std::exchange(process_, -1));
}

void RedisServer::freeze() { ::kill(process_, SIGSTOP); }
void RedisServer::thaw() { ::kill(process_, SIGCONT); }

std::string RedisServer::log() const { return text_of(folder_ / "redis.log"); }

}  // namespace banyan::testkit
