#include "banyan/http/forwarded.hpp"

#include <gtest/gtest.h>

#include "banyan/http/server_fixture.hpp"

namespace banyan::http {
namespace {

std::vector<AddressRange> ranges(std::initializer_list<std::string_view> texts) {
  std::vector<AddressRange> list;
  for (const auto text : texts) list.push_back(parse_address_range(text).value());
  return list;
}

std::string client_of(const std::vector<Header>& headers) {
  const auto trusted = ranges({"10.0.0.0/8", "fd00::/8"});
  return std::string(forwarded_client(headers, trusted));
}

TEST(ForwardedClient, is_the_last_that_is_no_trusted_proxy) {
  EXPECT_EQ(client_of({{"X-Forwarded-For", "203.0.113.7"}}), "203.0.113.7");
  EXPECT_EQ(client_of({{"x-forwarded-for", "6.6.6.6, 203.0.113.7 ,10.0.0.1"}}), "203.0.113.7");
  EXPECT_EQ(client_of({{"X-Forwarded-For", "6.6.6.6, 203.0.113.7"}, {"X-Forwarded-For", "fd00::1"}}), "203.0.113.7");
  EXPECT_EQ(client_of({{"X-Forwarded-For", "[2001:db8::1]:80"}}), "[2001:db8::1]:80");
  EXPECT_EQ(client_of({{"X-Forwarded-For", "10.0.0.2,10.0.0.1"}}), "10.0.0.2") << "the first, where all are trusted";
}

TEST(ForwardedClient, does_not_look_past_what_is_no_address) {
  EXPECT_EQ(client_of({{"X-Forwarded-For", "6.6.6.6, unknown"}}), "");
  EXPECT_EQ(client_of({{"X-Forwarded-For", "6.6.6.6, unknown, 10.0.0.1"}}), "10.0.0.1");
  EXPECT_EQ(client_of({{"X-Forwarded-For", "6.6.6.6,"}}), "");
  EXPECT_EQ(client_of({{"X-Forwarded-For", ""}}), "");
  EXPECT_EQ(client_of({{"X-Real-IP", "6.6.6.6"}}), "");
}

TEST(ForwardedClient, may_be_said_as_rfc_7239_has_it) {
  EXPECT_EQ(client_of({{"Forwarded", "for=203.0.113.7;proto=https;by=10.0.0.1"}}), "203.0.113.7");
  EXPECT_EQ(client_of({{"Forwarded", "proto=https; For=\"[2001:db8::1]:80\", for=10.0.0.1"}}), "[2001:db8::1]:80");
  EXPECT_EQ(client_of({{"Forwarded", "for=6.6.6.6, for=_hidden"}}), "");
  EXPECT_EQ(client_of({{"Forwarded", "proto=https"}}), "");
  EXPECT_EQ(client_of({{"Forwarded", "for=6.6.6.6"}, {"X-Forwarded-For", "203.0.113.7"}}), "203.0.113.7")
      << "a proxy that speaks of X-Forwarded-For need not know of the other";
}

class TrustedProxies : public ServerTest {
 protected:
  std::string logged(std::uint32_t source, std::string_view headers) {
    Client client(server->port(), source);
    client.ask(get("/hello", headers));
    return access_log.last_remote(++asked_);
  }

 private:
  std::size_t asked_ = 0;
};

TEST_F(TrustedProxies, are_believed_and_nobody_else) {
  options.trusted_proxies = ranges({"127.0.0.2"});
  start();
  EXPECT_EQ(logged(2, "X-Forwarded-For: 203.0.113.7\r\n"), "203.0.113.7");
  EXPECT_EQ(logged(2, "Forwarded: for=203.0.113.8\r\n"), "203.0.113.8");
  EXPECT_TRUE(logged(2, "").starts_with("127.0.0.2:")) << "who says nothing is who it is";
  EXPECT_TRUE(logged(2, "X-Forwarded-For: me\r\n").starts_with("127.0.0.2:"));
  EXPECT_TRUE(logged(3, "X-Forwarded-For: 203.0.113.7\r\n").starts_with("127.0.0.3:"));
  EXPECT_TRUE(logged(1, "Forwarded: for=203.0.113.7\r\n").starts_with("127.0.0.1:"));
}

TEST_F(TrustedProxies, are_none_by_default) {
  start();
  EXPECT_TRUE(logged(1, "X-Forwarded-For: 203.0.113.7\r\n").starts_with("127.0.0.1:"));
}

}  // namespace
}  // namespace banyan::http
