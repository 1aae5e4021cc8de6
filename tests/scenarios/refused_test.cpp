#include <algorithm>
#include <string>

#include "scenarios/publishing.hpp"

// A request that is answered as refused has changed nothing, and one that ends in success has done what it says.
namespace banyan::scenarios {
namespace {

Request rest(std::string method, const std::string& query, std::string body, const std::string& prefer = {}) {
  const std::string wanted = "return=representation" + (prefer.empty() ? "" : "," + prefer);
  return request(std::move(method), "/rest/v1/posts?" + query, std::move(body), {{"Prefer", wanted}});
}

class Refused : public PublishingTest {
 protected:
  std::string everything() {
    return must(get("/posts?limit=1000")).body + must(get("/people?limit=1000")).body +
           must(get("/comments?limit=1000")).body;
  }
};

TEST_F(Refused, changes_nothing) {
  for (const Request& one : published()) must(one);
  const std::string title = R"({"title":"changed"})";
  const std::string before = everything();
  for (const Request& one : {
           rest("POST", "select=count()", title),
           rest("POST", "select=title,score.sum()", title),
           rest("POST", "select=title&order=author(name)", title),
           rest("POST", "select=nothing", title),
           rest("POST", "select=title,author(nothing)", title),
           rest("POST", "", R"([{"title":"new"},{"title":1}])"),
           rest("POST", "on_conflict=title", title, "resolution=merge-duplicates"),
           rest("POST", "columns=nothing", title),
           rest("PATCH", "id=eq.1&select=count()", title),
           rest("PATCH", "id=eq.1&select=score::text,title.max()", title),
           rest("PATCH", "id=eq.1&order=author(name)", title),
           rest("PATCH", "id=eq.1&limit=1", title),
           rest("PATCH", "id=eq.1", R"({"score":"x"})"),
           rest("PATCH", "nothing=eq.1", title),
           rest("PATCH", "id=gt.0", title, "handling=strict,max-affected=2"),
           rest("DELETE", "id=eq.1&select=count()", ""),
           rest("DELETE", "id=eq.1&order=author(name)", ""),
           rest("DELETE", "id=eq.1&select=title,comments(text)", ""),
           rest("DELETE", "id=gt.0", "", "handling=strict,max-affected=2"),
           rest("PUT", "id=eq.1&select=count()", R"({"id":1,"title":"changed"})"),
           rest("PUT", "id=eq.1", R"({"id":2,"title":"changed"})"),
           post("/posts?select=count()", title),
           patch("/posts/1?select=count()", title),
           patch("/posts/1?order=title", title),
           post("/batch", R"({"operations":[{"method":"PATCH","path":"/posts/1","body":{"title":"changed"}},
                                            {"method":"PATCH","path":"/posts/99","body":{"title":"x"}}]})"),
       }) {
    const Response answer = send(one);
    EXPECT_GE(answer.status, 400) << one.method << " " << one.path << "\n" << answer.body;
    EXPECT_LT(answer.status, 500) << one.method << " " << one.path << "\n" << answer.body;
    EXPECT_EQ(everything(), before) << one.method << " " << one.path << "\n" << answer.body;
  }
}

TEST_F(Refused, what_is_kept_and_cannot_be_shown_is_a_success_without_a_body) {
  for (const Request& one : published()) must(one);
  const Response changed = send(rest("PATCH", "id=eq.1&select=title::integer", R"({"score":50})"));
  EXPECT_EQ(changed.status, 204) << changed.body;
  EXPECT_EQ(must(get("/posts/1?select=score")).body, R"({"score":50})");
  const Response created = send(rest("POST", "select=title::integer", R"({"title":"new"})"));
  EXPECT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.body, "");
  const Response removed = send(rest("DELETE", "id=eq.2&select=title::integer", ""));
  EXPECT_EQ(removed.status, 204) << removed.body;
  EXPECT_EQ(send(get("/posts/2")).status, 404);
  const Response tried = send(rest("PATCH", "id=eq.3&select=title::integer", R"({"score":51})", "tx=rollback"));
  EXPECT_EQ(tried.status, 400) << "nothing is kept";
}

class ManyWithARule : public ServedTest {
 protected:
  ManyWithARule()
      : ServedTest(R"(
[server]
listen = "127.0.0.1:{port}"
[database]
url = "sqlite:app.db"
[api]
max_limit = 10000
max_batch = 5000
[collections.notes]
fields.public = { type = "boolean" }
access.read   = "anyone"
access.create = "anyone"
[collections.comments]
fields.note   = { type = "reference", to = "notes" }
fields.text   = { type = "text" }
access.read   = "record.note.public == true"
access.create = "anyone"
access.update = "anyone"
)") {}
};

TEST_F(ManyWithARule, are_all_shown_when_they_are_written) {
  constexpr int count = 4'500;  // more than one filter holds
  std::string notes = "[";
  std::string comments = "[";
  for (int i = 1; i <= count; ++i) {
    notes += std::string(i > 1 ? "," : "") + R"({"public":)" + (i % 45 == 0 ? "false}" : "true}");
    comments += std::string(i > 1 ? "," : "") + R"({"note":)" + std::to_string(i) + R"(,"text":"a"})";
  }
  must(post("/notes", notes + "]"));
  must(post("/comments", comments + "]"));
  const Response changed = must(request("PATCH", "/rest/v1/comments?text=eq.a&select=id", R"({"text":"b"})",
                                        {{"Prefer", "return=representation"}}));
  // Which match tells what they hold, so that only those are changed that may be read.
  EXPECT_EQ(std::ranges::count(changed.body, '{'), count - count / 45);
  const Response left = must(as_service(get("/comments?text=eq.a&select=count()")));
  EXPECT_EQ(left.body, R"([{"count":100}])");
}

}  // namespace
}  // namespace banyan::scenarios
