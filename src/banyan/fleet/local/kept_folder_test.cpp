#include "banyan/fleet/local/kept_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "banyan/fleet/local/testing_folder.hpp"

namespace banyan::fleet {
namespace {

using ::testing::HasSubstr;

class Kept : public ::testing::Test {
 protected:
  std::filesystem::path in(const std::string& name) const { return folder_.path() / name; }

  testing::TestFolder folder_;
};

TEST_F(Kept, data_is_in_a_folder_that_was_not_there_or_empty_and_is_taken_again) {
  std::filesystem::create_directory(in("empty"));
  for (const std::string name : {"new/inner", "empty"}) {
    ASSERT_TRUE(take_kept_folder(in(name)));
    std::ofstream(in(name) / "data") << "kept";
    const Result<void> again = take_kept_folder(in(name));
    EXPECT_TRUE(again) << again.error().message;
    EXPECT_TRUE(std::filesystem::exists(in(name) / "data"));
  }
}

TEST_F(Kept, data_is_not_in_a_folder_that_holds_something_else_and_it_is_left_alone) {
  std::filesystem::create_directories(in("project/data"));
  const Result<void> refused = take_kept_folder(in("project"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("`banyan up` has not made"));
  EXPECT_THAT(refused.error().hint, HasSubstr("empty or not there yet"));
  std::filesystem::remove(in("project/data"));
  EXPECT_TRUE(std::filesystem::is_empty(in("project")));
}

TEST_F(Kept, data_is_not_where_no_url_of_a_database_leads) {
  const Result<void> refused = take_kept_folder(in("50%"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().hint, HasSubstr("'%'"));
  EXPECT_FALSE(std::filesystem::exists(in("50%")));
}

TEST_F(Kept, data_is_not_in_a_file_nor_below_one) {
  std::ofstream(in("file")) << "a file";
  for (const std::string name : {"file", "file/inner"}) {
    const Result<void> refused = take_kept_folder(in(name));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().hint, HasSubstr("--keep"));
  }
}

}  // namespace
}  // namespace banyan::fleet
