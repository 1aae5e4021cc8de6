#include "tests/servers/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "banyan/base/random.hpp"

namespace banyan::testkit {
namespace {

constexpr std::uint16_t port_min = 15'000;
constexpr std::uint16_t port_max = 31'999;  // Linux gives outgoing connections ports from 32768 on
constexpr int tries_max = 200;

bool can_be_bound(std::uint16_t port) {
  const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (handle < 0) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = ::bind(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(handle);
  return bound;
}

}  // namespace

std::uint16_t free_port() {
  SystemRandom random;
  for (int i = 0; i < tries_max; ++i) {
    const auto port = static_cast<std::uint16_t>(port_min + random.below(port_max - port_min + 1));
    if (can_be_bound(port)) return port;
  }
  throw std::runtime_error("no free port on the loopback interface");
}

}  // namespace banyan::testkit
