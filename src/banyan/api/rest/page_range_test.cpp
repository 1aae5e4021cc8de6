#include "banyan/api/rest/page_range.hpp"

#include <gtest/gtest.h>

namespace banyan::api::rest {
namespace {

Result<PageRange> narrowed(std::string_view range, PageRange page = {.offset = 0, .limit = 100}) {
  const http::Header header{"Range", range};
  http::Request request;
  request.headers = {&header, 1};
  return narrowed_by_header(request, page);
}

void expect_page(const Result<PageRange>& page, std::uint64_t offset, std::uint64_t limit) {
  ASSERT_TRUE(page);
  EXPECT_EQ(page->offset, offset);
  EXPECT_EQ(page->limit, limit);
}

TEST(PageRange, is_what_limit_and_offset_and_the_header_have_in_common) {
  expect_page(narrowed("0-1"), 0, 2);
  expect_page(narrowed("10-"), 10, 90);
  expect_page(narrowed("items=5-7"), 5, 3);
  expect_page(narrowed("0-1", {.offset = 0, .limit = 3}), 0, 2);
  expect_page(narrowed("0-10", {.offset = 4, .limit = 3}), 4, 3);
  expect_page(narrowed("99999999999999999999-99999999999999999999", {.offset = 0, .limit = 0}), 0, 0);
}

TEST(PageRange, that_is_not_understood_is_passed_over) {
  for (const std::string_view range : {"", "-", "-5", "a-b", "0-1,4-5", "bytes=0-1", "1", "0 - 1"})
    expect_page(narrowed(range), 0, 100);
}

TEST(PageRange, of_nothing_is_refused) {
  EXPECT_EQ(narrowed("1-0").error().reason, "range_not_satisfiable");
  EXPECT_EQ(narrowed("5-9", {.offset = 0, .limit = 5}).error().reason, "range_not_satisfiable");
  EXPECT_EQ(narrowed("99999999999999999999-").error().reason, "range_not_satisfiable");
}

TEST(PageStatus, is_partial_where_more_are_known_to_be_there) {
  EXPECT_EQ(status_of(0, 2, std::nullopt)->content_range, "0-1/*");
  EXPECT_EQ(status_of(0, 2, std::nullopt)->status, 200);
  EXPECT_EQ(status_of(3, 2, 15)->content_range, "3-4/15");
  EXPECT_EQ(status_of(3, 2, 15)->status, 206);
  EXPECT_EQ(status_of(0, 15, 15)->status, 200);
  EXPECT_EQ(status_of(0, 0, 0)->content_range, "*/0");
  EXPECT_EQ(status_of(0, 0, std::nullopt)->content_range, "*/*");
  EXPECT_EQ(status_of(15, 0, 15)->content_range, "*/15");
}

TEST(PageStatus, of_a_page_past_the_last_record_is_an_error_that_tells_how_many_there_are) {
  const auto refused = status_of(100, 0, 15);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields.at(0).message, "An offset of 100 was requested, but there are only 15 rows.");
}

}  // namespace
}  // namespace banyan::api::rest
