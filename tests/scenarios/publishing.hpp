#pragma once

#include <string>
#include <vector>

#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"

/// An application with relations of every kind, for scenarios of the query language.
namespace banyan::scenarios {

inline constexpr const char* publishing_config = R"(
[server]
listen = "127.0.0.1:{port}"

[database]
url = "sqlite:app.db"

[collections.people]
fields.name   = { type = "text", required = true }
fields.age    = { type = "integer" }
fields.height = { type = "number" }
fields.extra  = { type = "json" }
access.read   = "anyone"
access.create = "anyone"
access.update = "anyone"
access.delete = "anyone"

[collections.posts]
search = ["title"]
fields.title  = { type = "text", required = true }
fields.author = { type = "reference", to = "people", on_delete = "cascade" }
fields.editor = { type = "reference", to = "people", on_delete = "set_null" }
fields.score  = { type = "integer", unique = true }
access.read   = "anyone"
access.create = "anyone"
access.update = "anyone"
access.delete = "anyone"

[collections.comments]
fields.text   = { type = "text" }
fields.post   = { type = "reference", to = "posts", on_delete = "cascade" }
fields.writer = { type = "reference", to = "people", on_delete = "cascade" }
access.read   = "anyone"
access.create = "anyone"

[collections.tags]
fields.word = { type = "text", unique = true }
access.read   = "anyone"
access.create = "anyone"

[collections.post_tags]
fields.post = { type = "reference", to = "posts", on_delete = "cascade" }
fields.tag  = { type = "reference", to = "tags", on_delete = "cascade" }
access.read   = "anyone"
access.create = "anyone"
)";

/// Ann (1) has written posts 1 and 2, Bob (2) post 3, nobody post 4; Bob edits 1. Comments stand under 1 and 3.
inline const std::vector<Request>& published() {
  static const std::vector<Request> requests = {
      post("/people", R"([{"name":"Ann","age":40,"height":1.5,"extra":{"city":"Ulm","n":3,"tags":["a","b"]}},
                          {"name":"Bob","age":20,"height":1.8,"extra":{"city":"Aachen","n":20}},
                          {"name":"Cy","extra":{"city":null}}])"),
      post("/posts", R"([{"title":"One fox","author":1,"editor":2,"score":5},{"title":"Two","author":1,"score":7},
                         {"title":"Three foxes","author":2,"score":1},{"title":"Four"}])"),
      post("/comments", R"([{"text":"good","post":1,"writer":2},{"text":"bad","post":1,"writer":3},
                            {"text":"so so","post":3,"writer":1},{"text":"fine","post":1,"writer":1}])"),
      post("/tags", R"([{"word":"red"},{"word":"blue"}])"),
      post("/post_tags", R"([{"post":1,"tag":1},{"post":1,"tag":2},{"post":2,"tag":2}])"),
  };
  return requests;
}

class PublishingTest : public ScenarioTest {
 protected:
  PublishingTest() : ScenarioTest(publishing_config) {}
};

inline Scenario shown(std::string name, const std::string& path, std::string json) {
  return {std::move(name), published(), get(path), {.json = std::move(json)}};
}

inline Scenario refused_as(std::string name, const std::string& path, int status, const std::string& code,
                           std::vector<std::string> contains = {}) {
  contains.push_back("\"code\":\"" + code + "\"");
  return {std::move(name), published(), get(path), {.status = status, .contains = std::move(contains)}};
}

}  // namespace banyan::scenarios
