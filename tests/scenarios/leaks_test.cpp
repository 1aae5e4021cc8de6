#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "scenarios/leak_pairs.hpp"

namespace banyan::scenarios::leaks {
namespace {

std::string whole(const Response& response) {
  std::string text = std::to_string(response.status) + "\n";
  for (const auto& [name, value] : response.headers) text += name + ": " + value + "\n";
  return text + "\n" + response.body;
}

std::string described(const Viewer& viewer, const Request& request) {
  std::string text = viewer.name + " " + request.method + " " + request.path + " " + request.body;
  for (const auto& [name, value] : request.headers) text += " [" + name + ": " + value + "]";
  return text;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Asks as every viewer and looks for what that one may not see.
class Matrix {
 public:
  explicit Matrix(HttpClient& client) : client_(client) {}

  void ask(const Probe& probe) {
    for (const Viewer& viewer : viewers())
      for (int time = 0; time < 2; ++time) look(viewer, probe);
  }

  int cases() const noexcept { return cases_; }
  const std::vector<std::string>& leaks() const noexcept { return leaks_; }
  const std::vector<std::string>& unanswered() const noexcept { return unanswered_; }
  bool has_seen(const Viewer& viewer, const std::string& marker) const { return seen_.contains({viewer.name, marker}); }

 private:
  void look(const Viewer& viewer, const Probe& probe) {
    ++cases_;
    const Response response = client_.send(viewer.as(probe.request));
    const std::string text = whole(response);
    if (response.status == 0 || response.status >= 500) unanswered_.push_back(described(viewer, probe.request) + text);
    if (probe.answered && viewer.service && response.status >= 300)
      unanswered_.push_back(described(viewer, probe.request) + "\n" + text);
    const std::string known = probe.request.path + probe.request.body;
    for (const Marker& marker : markers_) {
      if (holds(known, marker.text) || !holds(text, marker.text)) continue;
      if (marker.visible(viewer)) {
        seen_.emplace(viewer.name, marker.text);
      } else {
        leaks_.push_back(marker.text + " to " + described(viewer, probe.request));
      }
    }
  }

  HttpClient& client_;
  const std::vector<Marker> markers_ = markers();
  int cases_ = 0;
  std::vector<std::string> leaks_;
  std::vector<std::string> unanswered_;
  std::set<std::pair<std::string, std::string>> seen_;
};

std::string first_of(const std::vector<std::string>& texts) {
  std::string shown;
  for (std::size_t i = 0; i < std::min<std::size_t>(texts.size(), 20); ++i) shown += texts[i] + "\n";
  return shown;
}

class Leaks : public ServedTest {
 protected:
  explicit Leaks(const std::string& rules = std::string(config)) : ServedTest(rules, Executable::testing) {}
  void SetUp() override {
    ServedTest::SetUp();
    for (const Request& request : founding()) must(request);
  }
};

TEST_F(Leaks, no_answer_holds_what_its_viewer_may_not_see) {
  Matrix matrix(client_);
  for (const auto& probes : {reading_probes(), wrong_probes(), writing_probes(), kept_writes(), reading_probes()})
    for (const Probe& probe : probes) matrix.ask(probe);
  EXPECT_TRUE(matrix.leaks().empty()) << matrix.leaks().size() << " leaks:\n" << first_of(matrix.leaks());
  EXPECT_TRUE(matrix.unanswered().empty()) << matrix.unanswered().size() << ":\n" << first_of(matrix.unanswered());
  for (const Marker& marker : markers())
    for (const Viewer& viewer : viewers())
      EXPECT_EQ(matrix.has_seen(viewer, marker.text), marker.visible(viewer)) << viewer.name << " " << marker.text;
  std::cout << matrix.cases() << " cases, " << matrix.leaks().size() << " leaks\n";
}

// Two answers may differ in when they were made, in which request it was, in how far the database and the cache were by
// then, and where they repeat what was asked.
std::string comparable(Response response, const std::string& text) {
  std::erase_if(response.headers, [](const auto& header) {
    return header.first == "date" || header.first == "x-request-id" || header.first == "banyan-position";
  });
  response.body = replaced(response.body, text, "#");
  return whole(response);
}

/// Asks for what is hidden and for what is not there, as every viewer from whom it is hidden.
class Telling {
 public:
  explicit Telling(HttpClient& client) : client_(client) {}

  void ask_all() {
    const std::vector<Marker> all = markers();
    const auto tag_of = [&](const Note& note) {
      return client_.send(as_service(get("/notes/" + std::to_string(note.id)))).header("etag").value_or("\"\"");
    };
    for (const Pair& pair : telling_pairs(tag_of)) {
      const auto marker = std::ranges::find(all, pair.marker, &Marker::text);
      for (const Viewer& viewer : viewers())
        if (!marker->visible(viewer)) ask(viewer, pair);
    }
  }

  int cases() const noexcept { return cases_; }
  const std::vector<std::string>& told() const noexcept { return told_; }

 private:
  void ask(const Viewer& viewer, const Pair& pair) {
    ++cases_;
    const std::string truth = comparable(client_.send(viewer.as(pair.truth)), pair.true_text);
    const std::string lie = comparable(client_.send(viewer.as(pair.lie)), pair.false_text);
    if (truth == lie) return;
    told_.push_back(described(viewer, pair.truth) + "\n" + truth + "\n-- but of what is not there\n" + lie);
  }

  HttpClient& client_;
  int cases_ = 0;
  std::vector<std::string> told_;
};

TEST_F(Leaks, what_is_hidden_is_answered_as_what_is_not_there) {
  Telling telling(client_);
  telling.ask_all();
  EXPECT_TRUE(telling.told().empty()) << telling.told().size() << " told apart:\n" << first_of(telling.told());
  std::cout << telling.cases() << " cases, " << telling.told().size() << " told apart\n";
}

/// A rule of the config that is not there, or asks for less.
struct Weakness {
  std::string name;
  std::string rule;
  std::string instead;
  bool tells = false;  ///< What is hidden can then be told from what is not there, too.
};
std::ostream& operator<<(std::ostream& out, const Weakness& weakness) { return out << weakness.name; }

class LeaksFound : public Leaks, public testing::WithParamInterface<Weakness> {
 protected:
  LeaksFound() : Leaks(replaced(std::string(config), GetParam().rule, GetParam().instead)) {}
};

TEST_P(LeaksFound, where_a_rule_is_missing) {
  ASSERT_TRUE(holds(std::string(config), GetParam().rule));
  Matrix matrix(client_);
  for (const Probe& probe : reading_probes()) matrix.ask(probe);
  EXPECT_FALSE(matrix.leaks().empty());
  Telling telling(client_);
  telling.ask_all();
  EXPECT_EQ(!telling.told().empty(), GetParam().tells);
}

const Weakness weaknesses[] = {
    {"record", R"(access.read = "record.owner == viewer.id || viewer.role == 'admin' || record.public == true")",
     R"(access.read = "anyone")", true},
    {"reference", R"(access.read = "record.note.public == true ||)", R"(access.read = "record.note.public != null ||)",
     true},
    {"field", R"(fields.secret = { type = "text", read = "record.owner == viewer.id" })",
     R"(fields.secret = { type = "text" })", true},
    {"role", R"(access.read = "viewer.role == 'admin'")", R"(access.read = "viewer.role != 'admin'")"},
    {"closed", R"(fields.content = { type = "text" })",
     R"(fields.content = { type = "text" }
access.read = "anyone")"},
};
INSTANTIATE_TEST_SUITE_P(Rules, LeaksFound, testing::ValuesIn(weaknesses),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace banyan::scenarios::leaks
