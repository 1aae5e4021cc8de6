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

TEST(Listener, a_foreign_listener_is_noticed_even_if_it_would_share_the_port) {
  std::uint16_t port = 0;
  Descriptor foreign = foreign_listener(port);
  for (const std::size_t loops : {1U, 4U}) {
    const auto made = open_listeners("127.0.0.1", port, loops);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::unavailable);
    EXPECT_THAT(made.error().message, HasSubstr("127.0.0.1:" + std::to_string(port) + " is in use"));
    EXPECT_THAT(made.error().hint, HasSubstr("ss -ltnp"));
    EXPECT_THAT(made.error().hint, HasSubstr("PORT="));
  }
  foreign.close();
  EXPECT_TRUE(open_listeners("127.0.0.1", port, 4)) << "free again, and still not ours";
}

TEST(Listener, another_server_of_our_own_is_noticed_too) {
  const auto first = open_listeners("127.0.0.1", 0, 2);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->sockets.size(), 2U);
  EXPECT_FALSE(open_listeners("127.0.0.1", first->port, 2));
  EXPECT_FALSE(open_listeners("0.0.0.0", first->port, 2));
}

TEST(Listener, addresses_are_checked) {
  EXPECT_THAT(open_listeners("nonsense", 0, 1).error().message, HasSubstr("'nonsense' is not an IP address"));
  EXPECT_THAT(open_listeners("192.0.2.1", 0, 1).error().message, HasSubstr("not an address of this machine"));
  EXPECT_TRUE(open_listeners("127.0.0.1", 0, 1));
}

TEST(Listener, ipv6_is_written_in_brackets) {
  const auto made = open_listeners("::1", 0, 2);
  if (!made && made.error().message.find("not an address") != std::string::npos) GTEST_SKIP() << "no IPv6 here";
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(open_listeners("::1", made->port, 1).error().message, HasSubstr("[::1]:"));
}

}  // namespace
}  // namespace banyan::http
