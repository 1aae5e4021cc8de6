#include "banyan/observe/descriptor_writer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

namespace banyan::observe {
namespace {

constexpr std::chrono::milliseconds no_patience{0};
bool give_up() { return false; }

class DescriptorWriterTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
    capacity_ = static_cast<std::size_t>(::fcntl(ends_[1], F_SETPIPE_SZ, 65'536));
  }
  void TearDown() override {
    for (const int end : ends_) ::close(end);
  }
  std::string read(std::size_t size) const {
    std::string bytes(size, '\0');
    const ssize_t got = ::read(ends_[0], bytes.data(), size);
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return bytes;
  }

  std::array<int, 2> ends_{-1, -1};
  std::size_t capacity_ = 0;
};

TEST_F(DescriptorWriterTest, a_line_that_was_cut_off_does_not_run_into_the_next) {
  DescriptorWriter writer(ends_[1]);
  const DescriptorWriter::Outcome cut = writer.write(std::string(capacity_ + 1, 'x') + "\n", no_patience, give_up);
  EXPECT_TRUE(cut.failed);
  EXPECT_EQ(cut.written, capacity_);
  EXPECT_EQ(read(capacity_).size(), capacity_);
  EXPECT_FALSE(writer.write("next\n", no_patience, give_up).failed);
  EXPECT_FALSE(writer.write("and next\n", no_patience, give_up).failed);
  EXPECT_EQ(read(capacity_), "\nnext\nand next\n");
}

TEST_F(DescriptorWriterTest, a_full_pipe_is_asked_as_often_as_the_caller_likes) {
  DescriptorWriter writer(ends_[1]);
  ASSERT_FALSE(writer.write(std::string(capacity_ - 1, 'x') + "\n", no_patience, give_up).failed);
  int asked = 0;
  const auto thrice = [&] { return ++asked < 3; };
  const DescriptorWriter::Outcome outcome = writer.write("more\n", no_patience, thrice);
  EXPECT_TRUE(outcome.failed);
  EXPECT_EQ(outcome.written, 0u);
  EXPECT_EQ(asked, 3);
}

TEST_F(DescriptorWriterTest, what_is_not_open_is_a_failure_and_no_more) {
  DescriptorWriter writer(-1);
  EXPECT_TRUE(writer.write("line\n", no_patience, give_up).failed);
}

}  // namespace
}  // namespace banyan::observe
