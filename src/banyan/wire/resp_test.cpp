#include "banyan/wire/resp.hpp"

#include <gtest/gtest.h>

#include <array>

namespace banyan::resp {
namespace {

using namespace std::string_literals;

constexpr std::size_t plenty = 1 << 20;

Reply text_reply(Reply::Kind kind, std::string text) {
  Reply reply;
  reply.kind = kind;
  reply.text = std::move(text);
  return reply;
}
Reply string(std::string text) { return text_reply(Reply::Kind::string, std::move(text)); }
Reply integer(std::int64_t value) {
  Reply reply;
  reply.kind = Reply::Kind::integer;
  reply.integer = value;
  return reply;
}
Reply array(std::vector<Reply> items) {
  Reply reply;
  reply.kind = Reply::Kind::array;
  reply.items = std::move(items);
  return reply;
}

struct Read {
  std::vector<Reply> replies;
  std::optional<Error> error;
};

/// All that the bytes hold, fed in pieces of that size.
Read read(std::string_view bytes, std::size_t piece, std::size_t reply_bytes_max = plenty) {
  Reader reader(reply_bytes_max);
  Read read;
  for (std::size_t at = 0; at < bytes.size() && !read.error; at += piece) {
    reader.feed(bytes.substr(at, piece));
    while (true) {
      auto next = reader.next();
      if (!next) read.error = next.error();
      if (!next || !*next) break;
      read.replies.push_back(std::move(**next));
    }
  }
  return read;
}

std::string nested(std::size_t depth) {
  std::string bytes;
  for (std::size_t i = 0; i < depth; ++i) bytes += "*1\r\n";
  return bytes + ":1\r\n";
}

TEST(RespTest, replies_of_every_kind_are_read_however_the_stream_is_cut) {
  const std::string stream =
      "+OK\r\n-ERR no\r\n:-7\r\n$3\r\n\0\r\n\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n"
      "*3\r\n:1\r\n*2\r\n$1\r\na\r\n*0\r\n-WRONG kind\r\n:9223372036854775807\r\n"s;
  const std::vector<Reply> expected{
      text_reply(Reply::Kind::status, "OK"),
      text_reply(Reply::Kind::error, "ERR no"),
      integer(-7),
      string(std::string("\0\r\n", 3)),
      string(""),
      Reply(),
      Reply(),
      array({}),
      array({integer(1), array({string("a"), array({})}), text_reply(Reply::Kind::error, "WRONG kind")}),
      integer(INT64_MAX)};
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    const Read seen = read(stream, piece);
    ASSERT_FALSE(seen.error) << seen.error->detail << " in pieces of " << piece;
    ASSERT_EQ(seen.replies, expected) << "in pieces of " << piece;
  }
}

TEST(RespTest, what_is_not_the_protocol_is_an_error_for_good) {
  for (const std::string_view bytes : {"HTTP/1.1 400 Bad Request\r\n", ":1x\r\n", ":99999999999999999999\r\n",
                                       "$-2\r\n", "*-2\r\n", "$x\r\n", "\r\n", "%1\r\n", "*1\r\n!\r\n"}) {
    Reader reader(plenty);
    reader.feed(bytes);
    const auto first = reader.next();
    ASSERT_FALSE(first) << bytes;
    EXPECT_EQ(first.error().code, ErrorCode::invalid) << bytes;
    EXPECT_FALSE(first.error().detail.empty()) << bytes;
    reader.feed("+OK\r\n");
    EXPECT_FALSE(reader.next()) << bytes;
  }
}

TEST(RespTest, arrays_nest_as_deep_as_the_bound_and_no_deeper) {
  EXPECT_FALSE(read(nested(depth_max), 1000).error);
  const Read deeper = read(nested(depth_max + 1), 1000);
  ASSERT_TRUE(deeper.error);
  EXPECT_EQ(deeper.error->code, ErrorCode::invalid);
}

TEST(RespTest, a_reply_larger_than_the_bound_is_refused_before_it_has_come) {
  const std::string long_line = "+" + std::string(3000, 'x');
  const std::string long_string = "$100000\r\n" + std::string(3000, 'x');
  std::string many_items = "*100000\r\n";
  for (int i = 0; i < 500; ++i) many_items += ":1\r\n";
  const std::string whole = "*500\r\n" + many_items.substr(many_items.find('\n') + 1);
  for (const std::string& bytes : {long_line, long_string, many_items, whole}) {
    for (const std::size_t piece : {std::size_t{7}, bytes.size()}) {
      const Read seen = read(bytes, piece, 2000);
      ASSERT_TRUE(seen.error) << bytes.substr(0, 20);
      EXPECT_EQ(seen.error->code, ErrorCode::too_large);
    }
  }
}

TEST(RespTest, the_bound_is_of_one_reply_and_not_of_what_comes_with_it) {
  std::string stream;
  for (int i = 0; i < 1000; ++i) stream += "$5\r\nvalue\r\n";
  const Read seen = read(stream, stream.size(), 200);
  ASSERT_FALSE(seen.error) << seen.error->message;
  EXPECT_EQ(seen.replies.size(), 1000U);
}

TEST(RespTest, an_array_that_announces_more_than_it_has_costs_nothing) {
  EXPECT_FALSE(read("*2147483647\r\n:1\r\n", 100, 2000).error);
}

TEST(RespTest, a_command_is_written_as_an_array_of_strings_of_any_bytes) {
  std::string out = "before";
  const std::array<std::string_view, 4> words{"SET", std::string_view("k\0\r\n", 4), "", std::string_view()};
  ASSERT_TRUE(append_command(out, words));
  EXPECT_EQ(out, "before*4\r\n$3\r\nSET\r\n$4\r\nk\0\r\n\r\n$0\r\n\r\n$0\r\n\r\n"s);
}

TEST(RespTest, a_command_that_no_server_takes_is_refused) {
  std::string out;
  const std::string_view pretended("x", command_bytes_max);  // refused by its length, before it is looked at
  const std::array<std::string_view, 2> words{"ECHO", pretended};
  const auto appended = append_command(out, words);
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().code, ErrorCode::too_large);
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace banyan::resp
