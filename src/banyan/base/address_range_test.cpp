#include "banyan/base/address_range.hpp"

#include <gtest/gtest.h>

namespace banyan {
namespace {

bool contains(std::string_view range, std::string_view address) {
  return parse_address_range(range).value().contains(parse_address(address).value());
}

TEST(AddressRange, holds_what_shares_its_first_bits) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.1.2"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(contains("192.168.4.0/22", "192.168.7.255"));
  EXPECT_FALSE(contains("192.168.4.0/22", "192.168.8.0"));
  EXPECT_TRUE(contains("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(contains("127.0.0.1", "127.0.0.2"));
  EXPECT_TRUE(contains("fd00::/7", "fc00::1"));
  EXPECT_FALSE(contains("fd00::/8", "fc00::1"));
  EXPECT_TRUE(contains("0.0.0.0/0", "1.2.3.4"));
  EXPECT_FALSE(contains("0.0.0.0/0", "::1")) << "every IPv4 address, and no other";
}

TEST(AddressRange, of_ipv4_holds_addresses_as_a_socket_for_both_sees_them) {
  EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_FALSE(contains("10.0.0.0/8", "::10.1.2.3"));
}

TEST(AddressRange, is_written_in_no_other_way) {
  for (const char* bad : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "10.0.0", "a",
                          "localhost", "10.0.0.1:80", "[::1]", "10.0.0.0/8/8", " 10.0.0.1"})
    EXPECT_FALSE(parse_address_range(bad)) << bad;
}

TEST(Address, may_have_brackets_and_a_port) {
  const auto v4 = parse_address("10.0.0.1");
  const auto v6 = parse_address("2001:db8::1");
  for (const char* text : {"10.0.0.1", "10.0.0.1:80"}) EXPECT_EQ(parse_address_and_port(text), v4) << text;
  for (const char* text : {"2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80"})
    EXPECT_EQ(parse_address_and_port(text), v6) << text;
  for (const char* bad : {"", "unknown", "_hidden", "[::1", "[::1]x", ":80", "[10.0.0.1"})
    EXPECT_FALSE(parse_address_and_port(bad)) << bad;
}

}  // namespace
}  // namespace banyan
