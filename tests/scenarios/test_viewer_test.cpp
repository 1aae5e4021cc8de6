#include <algorithm>
#include <cctype>

#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"

namespace banyan::scenarios {
namespace {

bool holds_name_of_header(const std::filesystem::path& binary) {
  std::string content = read_text(binary);
  EXPECT_GT(content.size(), 100'000U) << binary;
  std::ranges::transform(content, content.begin(), [](unsigned char c) { return std::tolower(c); });
  return content.find("banyan-test-viewer") != std::string::npos;
}

class TestViewer : public ServedTest {
 protected:
  TestViewer() : ServedTest(scenario_config(), Executable::testing) {}
};

TEST(ReleaseBinary, cannot_be_told_who_asks) {
  EXPECT_FALSE(holds_name_of_header(banyan_binary()));
  EXPECT_TRUE(holds_name_of_header(testing_binary())) << "else nothing was looked for";
}

class ReleaseServer : public ServedTest {};
TEST_F(ReleaseServer, does_not_look_at_the_header_of_tests) {
  EXPECT_EQ(send(as_viewer("id=7;role=admin", get("/secrets"))).status, 401);
  EXPECT_EQ(send(as_viewer("nonsense", get("/users"))).status, 200);
}

TEST_F(TestViewer, is_a_user_whom_a_closed_collection_turns_away_as_known) {
  EXPECT_EQ(send(as_viewer("id=7;role=admin;email=a@b.c", get("/secrets"))).status, 403);
  EXPECT_EQ(send(as_viewer("id=7", get("/users"))).status, 200);
}

TEST_F(TestViewer, goes_before_the_key_and_leaves_it_as_it_is) {
  EXPECT_EQ(send(as_service(get("/secrets"))).status, 200);
  EXPECT_EQ(send(as_viewer("id=7", as_service(get("/secrets")))).status, 403);
  EXPECT_EQ(send(get("/secrets")).status, 401);
}

TEST_F(TestViewer, that_is_none_is_refused) {
  for (const char* wrong : {"7", "id=7;id=8", "id=7;rank=admin", "=7"})
    EXPECT_EQ(send(as_viewer(wrong, get("/users"))).status, 401) << wrong;
}

}  // namespace
}  // namespace banyan::scenarios
