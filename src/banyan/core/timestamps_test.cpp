#include "banyan/core/timestamps.hpp"

#include <gtest/gtest.h>

#include <random>

namespace banyan {
namespace {

TEST(Timestamps, every_accepted_spelling_becomes_the_one_canonical_text) {
  const std::pair<const char*, const char*> cases[] = {
      {"2026-11-23T18:17:05Z", "2026-11-23T18:17:05.000000Z"},
      {"2026-11-23t18:17:05z", "2026-11-23T18:17:05.000000Z"},
      {"2026-11-23 18:17:05.5Z", "2026-11-23T18:17:05.500000Z"},
      {"2026-11-23T18:17:05.1234569Z", "2026-11-23T18:17:05.123456Z"},
      {"2026-11-23T18:17:05.000000999999999999999999999Z", "2026-11-23T18:17:05.000000Z"},
      {"2026-11-23T18:17:05+02:00", "2026-11-23T16:17:05.000000Z"},
      {"2026-11-23T18:17:05-23:59", "2026-11-24T18:16:05.000000Z"},
      {"2026-11-23T18:17:05-00:00", "2026-11-23T18:17:05.000000Z"},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"},
      {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
  };
  for (const auto& [given, canonical] : cases) {
    const auto micros = parse_timestamp(given);
    ASSERT_TRUE(micros) << given;
    EXPECT_EQ(format_timestamp(*micros), canonical) << given;
  }
}

TEST(Timestamps, what_does_not_exist_or_is_not_rfc_3339_is_refused) {
  for (const char* given : {"",
                            "2026",
                            "2026-11-23",
                            "2026-11-23T18:17Z",
                            "2026-11-23T18:17:05",
                            "2026-02-30T00:00:00Z",
                            "2023-02-29T00:00:00Z",
                            "2026-13-01T00:00:00Z",
                            "2026-00-01T00:00:00Z",
                            "2026-01-00T00:00:00Z",
                            "2026-11-23T24:00:00Z",
                            "2026-11-23T18:60:00Z",
                            "2016-12-31T23:59:60Z",
                            "2026-11-23T18:17:05.Z",
                            "2026-11-23T18:17:05,5Z",
                            "2026-11-23T18:17:05+2:00",
                            "2026-11-23T18:17:05+0200",
                            "2026-11-23T18:17:05+24:00",
                            "2026-11-23T18:17:05+02:60",
                            "2026-11-23T18:17:05Z ",
                            " 2026-11-23T18:17:05Z",
                            "2026-11-23T18:17:05 02:00",
                            "0000-01-01T00:00:00Z",
                            "0001-01-01T00:00:00+00:01",
                            "9999-12-31T23:59:59-00:01",
                            "+2026-11-23T18:17:05Z",
                            "12026-11-23T18:17:05Z",
                            "2026-1-23T18:17:05Z",
                            "2026-11-23_18:17:05Z"})
    EXPECT_FALSE(parse_timestamp(given)) << given;
}

TEST(Timestamps, every_microsecond_of_the_range_survives_the_way_through_text) {
  const UnixMicros first = *parse_timestamp("0001-01-01T00:00:00Z");
  const UnixMicros last = *parse_timestamp("9999-12-31T23:59:59.999999Z");
  std::mt19937_64 random(20261123);
  std::uniform_int_distribution<UnixMicros> any(first, last);
  UnixMicros before = first;
  for (int i = 0; i < 20'000; ++i) {
    const UnixMicros micros = any(random);
    const std::string text = format_timestamp(micros);
    ASSERT_EQ(text.size(), 27U);
    ASSERT_EQ(parse_timestamp(text), micros) << text;
    ASSERT_EQ(format_timestamp(before) < text, before < micros) << "the order of text is that of time";
    ASSERT_EQ(format_date(micros), text.substr(0, 10));
    before = micros;
  }
}

TEST(Timestamps, dates_are_days_of_the_calendar) {
  for (const char* given : {"2026-11-23", "0001-01-01", "9999-12-31", "2024-02-29"})
    EXPECT_TRUE(is_valid_date(given)) << given;
  for (const char* given : {"", "2026-11-31", "2023-02-29", "0000-01-01", "2026-11-23 ", "2026-11-23T00:00:00Z",
                            "20261123", "2026/11/23", "10000-01-01"})
    EXPECT_FALSE(is_valid_date(given)) << given;
}

}  // namespace
}  // namespace banyan
