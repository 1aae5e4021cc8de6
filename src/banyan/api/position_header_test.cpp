#include "banyan/api/position_header.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "banyan/api/base64url.hpp"

namespace banyan::api {
namespace {

constexpr std::string_view key = "the service key of this test";
constexpr Position all{.cache = 1,
                       .raised = 2,
                       .system = std::numeric_limits<std::uint64_t>::max(),
                       .timeline = 4,
                       .lsn = 0x1122334455667788,
                       .hold_until = 1'764'000'000'000'000};

TEST(PositionTokens, are_read_by_who_has_the_key) {
  const PositionTokens tokens(key);
  for (const Position& position : {Position(), all}) {
    const std::string token = tokens.write(position);
    EXPECT_LE(token.size(), 128U);
    EXPECT_EQ(PositionTokens(key).read(token), position);
  }
  EXPECT_EQ(PositionTokens("another key").read(tokens.write(all)), std::nullopt);
}

TEST(PositionTokens, are_refused_when_any_bit_is_another) {
  const PositionTokens tokens(key);
  const std::string bytes = *from_base64url(tokens.write(all));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string forged = bytes;
    forged[bit / 8] = static_cast<char>(forged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(tokens.read(to_base64url(forged)), std::nullopt) << "bit " << bit;
  }
}

TEST(PositionTokens, are_refused_when_they_are_none) {
  const PositionTokens tokens(key);
  const std::string token = tokens.write(all);
  for (const std::string& text : {std::string(), std::string("x"), token + "A", token.substr(1), token + token,
                                  std::string(100'000, 'A'), "\"" + token + "\"", std::string("\xff\x00", 2)})
    EXPECT_EQ(tokens.read(text), std::nullopt) << text.substr(0, 200);
}

class PositionHeaderTest : public testing::Test {
 protected:
  /// Answers with that status after the request has seen more, at once or later.
  http::Response ask(std::optional<std::string> token, int status = 200, bool later = false, Position seen = all) {
    http::Request request;
    std::vector<http::Header> headers;
    if (token) headers.push_back({"Banyan-Position", *token});
    request.headers = headers;
    const http::Handler now = [&](const http::Request&, Context& context) -> Task<http::Response> {
      brought_ = context.position;
      context.reached.fold(seen);
      http::Response response;
      response.status = status;
      return response;
    };
    const http::Handler then = [&](const http::Request& of, Context& context) -> Task<http::Response> {
      co_return co_await now(of, context);
    };
    Context context{executor_, clock_, clock_.steady() + std::chrono::seconds(1)};
    return block_on(header_.around(later ? then : now)(request, context));
  }
  static std::string told(const http::Response& response) {
    const auto found =
        std::ranges::find(response.headers, PositionHeader::name, &decltype(response.headers)::value_type::first);
    return found == response.headers.end() ? std::string() : found->second;
  }

  InlineExecutor executor_;
  SystemClock clock_;
  PositionHeader header_{key};
  PositionTokens tokens_{key};
  Position brought_;
};

TEST_F(PositionHeaderTest, is_on_every_answer_to_who_has_seen_something) {
  for (const bool later : {false, true})
    for (const int status : {200, 201, 204, 304, 404, 412, 503})
      EXPECT_EQ(tokens_.read(told(ask(std::nullopt, status, later))), all) << status;
  EXPECT_EQ(told(ask(std::nullopt, 200, false, {})), "");
}

TEST_F(PositionHeaderTest, brings_what_was_seen_and_goes_on_from_there) {
  Position earlier = all;
  earlier.lsn = 7;
  EXPECT_EQ(tokens_.read(told(ask(tokens_.write(earlier)))), all);
  EXPECT_EQ(brought_, earlier);
  EXPECT_EQ(tokens_.read(told(ask(tokens_.write(all), 200, true, earlier))), all) << "it never goes back";
  EXPECT_EQ(tokens_.read(told(ask(tokens_.write(all), 404, true, {}))), all);
}

TEST_F(PositionHeaderTest, that_cannot_be_read_asks_the_primary_and_is_replaced) {
  for (const std::string& token : {std::string("made up"), PositionTokens("another key").write(all)}) {
    const http::Response response = ask(token);
    EXPECT_EQ(response.status, 200);
    EXPECT_GT(brought_.hold_until, clock_.wall());
    EXPECT_EQ(tokens_.read(told(response)), all) << "and holds nobody to it";
  }
}

}  // namespace
}  // namespace banyan::api
