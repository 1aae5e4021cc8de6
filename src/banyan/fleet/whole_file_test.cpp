#include "banyan/fleet/whole_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "banyan/base/descriptor.hpp"
#include "banyan/fleet/local/testing_folder.hpp"

namespace banyan::fleet {
namespace {

class WholeFile : public ::testing::Test {
 protected:
  std::string content() const {
    std::ifstream stream(file_);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  unsigned mode() const {
    struct stat facts{};
    return ::stat(file_.c_str(), &facts) == 0 ? facts.st_mode & 0777U : 0;
  }
  std::ptrdiff_t files() const { return std::distance(std::filesystem::directory_iterator(folder_.path()), {}); }

  testing::TestFolder folder_;
  std::filesystem::path file_ = folder_.path() / "file";
};

TEST_F(WholeFile, replaces_another_and_keeps_its_mode_unless_told) {
  ASSERT_TRUE(write_whole_file(file_, "first"));
  ::chmod(file_.c_str(), 0640);
  ASSERT_TRUE(write_whole_file(file_, "second"));
  EXPECT_EQ(content(), "second");
  EXPECT_EQ(mode(), 0640U);
  ASSERT_TRUE(write_whole_file(file_, "third", 0600));
  EXPECT_EQ(mode(), 0600U);
  EXPECT_EQ(files(), 1);
}

TEST_F(WholeFile, that_cannot_be_written_leaves_what_was_there) {
  ASSERT_TRUE(write_whole_file(file_, "first"));
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{.rlim_cur = 1'000, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const Result<void> written = write_whole_file(file_, std::string(2'000, 'a'));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, file_.string() + " cannot be written: File too large");
  EXPECT_EQ(content(), "first");
  EXPECT_EQ(files(), 1);
}

TEST_F(WholeFile, goes_where_a_link_leads) {
  const std::filesystem::path link = folder_.path() / "link";
  ASSERT_TRUE(write_whole_file(file_, "first"));
  std::filesystem::create_symlink("file", link);
  ASSERT_TRUE(write_whole_file(link, "second"));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(content(), "second");
}

TEST_F(WholeFile, is_no_file_where_something_else_takes_the_text) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Descriptor reader(ends[0]);
  const Descriptor writer(ends[1]);
  EXPECT_TRUE(write_whole_file("/dev/fd/" + std::to_string(writer.get()), "text"));
  char text[5] = {};
  EXPECT_EQ(::read(reader.get(), text, 4), 4);
  EXPECT_STREQ(text, "text");
}

}  // namespace
}  // namespace banyan::fleet
