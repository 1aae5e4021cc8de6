#include "banyan/services/key_text.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "banyan/services/testing_rig.hpp"

namespace banyan::services {
namespace {

TEST(KeyText, is_what_to_string_makes_of_the_key) {
  const Collection users = testing::open_collection("users");
  for (const std::int64_t id : {std::int64_t{0}, std::int64_t{123}, std::numeric_limits<std::int64_t>::min(),
                                std::numeric_limits<std::int64_t>::max()})
    EXPECT_EQ(KeyText(users, id).view(), to_string(RecordKey{&users, id}));
  const Collection notes = testing::open_collection(std::string(63, 'n'), IdKind::uuid);
  const Value uuid = std::string("0193a1c4-9f3e-7d2b-8c11-5f0e9a6b7c21");
  EXPECT_EQ(KeyText(notes, uuid).view(), to_string(RecordKey{&notes, uuid}));
}

TEST(KeyText, is_empty_for_what_cannot_be_an_id_of_the_collection) {
  const Collection users = testing::open_collection("users");
  const Collection notes = testing::open_collection("notes", IdKind::uuid);
  EXPECT_TRUE(KeyText(users, std::string("0193a1c4-9f3e-7d2b-8c11-5f0e9a6b7c21")).empty());
  EXPECT_TRUE(KeyText(users, Null()).empty());
  EXPECT_TRUE(KeyText(notes, std::int64_t{1}).empty());
  EXPECT_TRUE(KeyText(notes, std::string("short")).empty());
  EXPECT_TRUE(KeyText(notes, std::string(2'000, 'x')).empty());
}

}  // namespace
}  // namespace banyan::services
