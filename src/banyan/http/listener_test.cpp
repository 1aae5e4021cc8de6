#include "banyan/http/listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace banyan::http {
namespace {

using testing::HasSubstr;

Descriptor foreign_listener(std::uint16_t& port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(socket.get(), 8), 0);
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return socket;
}

Descriptor connect_to(std::uint16_t port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return socket;
}

std::string complaint(const std::string& address, std::uint16_t port) {
  const auto reserved = reserve_address(address, port);
  return reserved ? "none" : reserved.error().message;
}

TEST(Listener, a_foreign_listener_is_noticed_even_if_it_would_share_the_port) {
  std::uint16_t port = 0;
  Descriptor foreign = foreign_listener(port);
  const auto refused = reserve_address("127.0.0.1", port);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("127.0.0.1:" + std::to_string(port) + " is in use"));
  EXPECT_THAT(refused.error().hint, HasSubstr("ss -ltnp"));
  EXPECT_THAT(refused.error().hint, HasSubstr("PORT="));
  foreign.close();
  EXPECT_EQ(complaint("127.0.0.1", port), "none") << "free again, and still not ours";
}

TEST(Listener, a_reserved_address_is_nobody_elses_before_it_is_served) {
  auto first = reserve_address("127.0.0.1", 0);
  ASSERT_TRUE(first);
  const std::uint16_t port = first->port;
  EXPECT_THAT(complaint("127.0.0.1", port), HasSubstr("in use"));
  const auto listeners = open_listeners(std::move(*first), 2);
  ASSERT_TRUE(listeners) << listeners.error().message;
  EXPECT_EQ(listeners->port, port);
  EXPECT_EQ(listeners->sockets.size(), 2U);
  EXPECT_THAT(complaint("127.0.0.1", port), HasSubstr("in use"));
  EXPECT_THAT(complaint("0.0.0.0", port), HasSubstr("in use"));
}

TEST(Listener, every_socket_of_an_address_gets_its_part_of_those_who_come) {
  auto reserved = reserve_address("127.0.0.1", 0);
  ASSERT_TRUE(reserved);
  const auto listeners = open_listeners(std::move(*reserved), 2);
  ASSERT_TRUE(listeners);
  std::vector<Descriptor> clients;
  for (int i = 0; i < 64; ++i) clients.push_back(connect_to(listeners->port));
  for (const Descriptor& socket : listeners->sockets) {
    EXPECT_TRUE(Descriptor(::accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC)).valid());
  }
}

TEST(Listener, addresses_are_checked) {
  EXPECT_THAT(complaint("nonsense", 0), HasSubstr("'nonsense' is not an IP address"));
  EXPECT_THAT(complaint("192.0.2.1", 0), HasSubstr("not an address of this machine"));
  EXPECT_EQ(complaint("127.0.0.1", 0), "none");
}

TEST(Listener, ipv6_is_written_in_brackets) {
  const auto reserved = reserve_address("::1", 0);
  if (!reserved && reserved.error().message.find("not an address") != std::string::npos) GTEST_SKIP() << "no IPv6 here";
  ASSERT_TRUE(reserved) << reserved.error().message;
  EXPECT_THAT(complaint("::1", reserved->port), HasSubstr("[::1]:"));
}

}  // namespace
}  // namespace banyan::http
