#include "banyan/adapters/redis/client_fixture.hpp"

namespace banyan::redis {
namespace {

class RedisTlsTest : public testing::Test {
 protected:
  static testkit::RedisServer& server() {
    static testkit::RedisServer server({.tls = true});
    return server;
  }
  static std::string reason_of(Options options) {
    ClientUnderTest client(std::move(options));
    client->start();
    return client->unready_reason().value_or("ready");
  }
};

TEST_F(RedisTlsTest, a_server_with_the_right_certificate_is_spoken_to_in_tls) {
  ClientUnderTest client(Options{.url = server().tls_url(), .tls_ca_file = server().certificate()});
  client->start();
  ASSERT_FALSE(client->unready_reason()) << *client->unready_reason();
  const std::string big(std::size_t{5} << 20, 'x');
  ASSERT_TRUE(client.write({"SET", "key", big}));
  EXPECT_TRUE(client.text({"GET", "key"}) == big);
}

TEST_F(RedisTlsTest, a_certificate_that_nobody_trusted_has_signed_is_refused) {
  constexpr auto refused = "the certificate of Redis is not to be trusted";
  EXPECT_EQ(reason_of({.url = server().tls_url(), .tls_ca_file = server().other_certificate()}), refused);
  EXPECT_EQ(reason_of({.url = server().tls_url()}), refused);
}

TEST_F(RedisTlsTest, a_certificate_of_another_host_is_refused) {
  std::string url = server().tls_url();
  url.replace(url.find("127.0.0.1"), 9, "localhost");
  EXPECT_EQ(reason_of({.url = url, .tls_ca_file = server().certificate()}),
            "the certificate of Redis is not to be trusted");
}

TEST_F(RedisTlsTest, whoever_says_so_trusts_any_certificate) {
  EXPECT_EQ(reason_of({.url = server().tls_url(), .tls_verify = false}), "ready");
}

// Redis waits for more of what it does not understand.
TEST_F(RedisTlsTest, a_port_without_tls_is_silent_and_the_log_says_what_to_try) {
  std::string url = server().tls_url();
  url.replace(url.rfind(':') + 1, std::string::npos, std::to_string(server().port()));
  ClientUnderTest client(
      Options{.url = url, .tls_ca_file = server().certificate(), .connect_timeout = std::chrono::milliseconds(300)});
  client->start();
  EXPECT_EQ(client->unready_reason(), "Redis does not answer");
  EXPECT_EQ(client.log().count("write redis:// where the port has no TLS"), 1U);
}

TEST_F(RedisTlsTest, a_file_of_certificates_that_is_none_is_an_error_of_the_options) {
  const SystemClock clock;
  NullLog log;
  UnseenMetrics metrics;
  SystemRandom random;
  const auto client =
      Client::make({.url = server().tls_url(), .tls_ca_file = "/nowhere.pem"}, {clock, log, metrics, random});
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::invalid);
  EXPECT_NE(client.error().message.find("/nowhere.pem"), std::string::npos);
}

}  // namespace
}  // namespace banyan::redis
