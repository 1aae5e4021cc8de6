#include "banyan/adapters/sqlite/store.hpp"

#include <gtest/gtest.h>

#include "banyan/adapters/sqlite/test_support.hpp"

namespace banyan::sqlite {
namespace {

using namespace testkit;  // NOLINT: the words of these tests

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() : opened(Options{.file = directory.path() / "data" / "app.db"}) {}
  void SetUp() override {
    const auto started = opened.start();
    ASSERT_TRUE(started) << started.error().message << " / " << started.error().detail;
  }
  TempDirectory directory;
  Opened opened;
};

TEST_F(StoreTest, what_was_created_is_found) {
  const auto applied = opened.apply({opened.create("users", {{"name", text("Alice")}, {"age", number(30)}})});
  ASSERT_TRUE(applied) << applied.error().message << applied.error().detail;
  const auto found = opened.find("users", number(1));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*applied->changes.front().record, *found);
  EXPECT_EQ(found->values, (std::vector<Value>{number(1), text("Alice"), Null{}, number(30)}));
}

}  // namespace
}  // namespace banyan::sqlite
