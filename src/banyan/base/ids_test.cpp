#include "banyan/base/ids.hpp"

#include <gtest/gtest.h>

#include <set>

namespace banyan {
namespace {

TEST(UuidV7, is_canonical_and_says_its_version_and_variant) {
  ManualClock clock(1'645'557'742'000'000);  // RFC 9562, appendix A.6
  SeededRandom random(1);
  const std::string id = make_uuid_v7(clock, random);
  EXPECT_EQ(canonical_uuid(id), id);
  EXPECT_EQ(id.substr(0, 13), "017f22e2-79b0");
  EXPECT_EQ(id[14], '7');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
}

TEST(UuidV7, sorts_by_the_millisecond_of_its_making) {
  ManualClock clock;
  SeededRandom random(2);
  std::string last;
  for (int i = 0; i < 1'000; ++i) {
    clock.advance(std::chrono::milliseconds(1));
    const std::string id = make_uuid_v7(clock, random);
    EXPECT_LT(last, id);
    last = id;
  }
}

TEST(CanonicalUuid, takes_either_case_and_nothing_else) {
  EXPECT_EQ(canonical_uuid("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  for (const char* wrong : {"", "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
                            "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
                            "017f22e2079b0-7cc3-98c4-dc0c0c07398f"})
    EXPECT_EQ(canonical_uuid(wrong), std::nullopt) << wrong;
}

TEST(HexToken, differs_every_time) {
  SystemRandom random;
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i) tokens.insert(make_hex_token(random, 16));
  EXPECT_EQ(tokens.size(), 100U);
  EXPECT_EQ(tokens.begin()->size(), 32U);
}

}  // namespace
}  // namespace banyan
