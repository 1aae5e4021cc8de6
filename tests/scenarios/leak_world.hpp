#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"

// What the leak matrix is asked over: records with marker texts, viewers, and who may see which marker.
namespace banyan::scenarios::leaks {

/// Rules over people, notes and what belongs to them. Who may see what is said again, in other words, by `markers()`.
inline constexpr std::string_view config = R"toml(
[collections.people]
fields.name = { type = "text", required = true, unique = true }
fields.phone = { type = "text", read = "record.id == viewer.id || viewer.role == 'admin'" }
access.read = "anyone"
access.create = "viewer.role == 'admin'"
access.update = "record.id == viewer.id"
access.delete = "nobody"

[collections.notes]
fields.owner = { type = "reference", to = "people", on_delete = "cascade" }
fields.title = { type = "text", unique = true }
fields.body = { type = "text" }
fields.public = { type = "boolean" }
fields.secret = { type = "text", read = "record.owner == viewer.id" }
fields.extra = { type = "json", read = "record.owner == viewer.id" }
fields.stars = { type = "integer", read = "viewer.role == 'admin'" }
fields.reviewer = { type = "reference", to = "people", read = "viewer.role == 'admin'" }
search = ["title", "body"]
access.read = "record.owner == viewer.id || viewer.role == 'admin' || record.public == true"
access.create = "record.owner == viewer.id"
access.update = "record.owner == viewer.id || viewer.role == 'admin'"
access.delete = "record.owner == viewer.id"

[collections.comments]
fields.note = { type = "reference", to = "notes", on_delete = "cascade" }
fields.text = { type = "text" }
access.read = "record.note.public == true || record.note.owner == viewer.id || viewer.role == 'admin'"
access.create = "anyone"
access.update = "anyone"
access.delete = "anyone"

[collections.tags]
fields.word = { type = "text" }
access.read = "anyone"

[collections.taggings]
fields.note = { type = "reference", to = "notes", on_delete = "cascade" }
fields.tag = { type = "reference", to = "tags", on_delete = "cascade" }
fields.reason = { type = "text" }
access.read = "viewer.role == 'admin'"

[collections.vault]
fields.content = { type = "text" }
)toml";

/// Who asks.
struct Viewer {
  std::string name;
  std::string header;  ///< Of tests; empty: none.
  int id = 0;          ///< 0: no user.
  bool admin = false;
  bool service = false;

  Request as(Request made) const {
    if (service) return as_service(std::move(made));
    return header.empty() ? made : as_viewer(header, std::move(made));
  }
};

inline const std::vector<Viewer>& viewers() {
  static const std::vector<Viewer> all{{.name = "anonymous"},
                                       {.name = "stranger", .header = "id=77;role=member", .id = 77},
                                       {.name = "ann", .header = "id=1;role=member;email=ann@example.com", .id = 1},
                                       {.name = "bob", .header = "id=2;role=member", .id = 2},
                                       {.name = "admin", .header = "id=3;role=admin", .id = 3, .admin = true},
                                       {.name = "service", .service = true}};
  return all;
}

struct Note {
  int id;
  int owner;
  bool open;
};
inline constexpr Note every_note[] = {{1, 1, true}, {2, 1, false}, {3, 2, true}, {4, 2, false}};

inline bool may_read(const Viewer& viewer, const Note& note) {
  return viewer.service || viewer.admin || note.open || viewer.id == note.owner;
}

/// A text that stands in one place, and who may see it.
struct Marker {
  std::string text;
  std::function<bool(const Viewer&)> visible;
};

/// "mk-note-2-body-x": no marker is part of another.
inline std::string marker(std::string_view collection, int id, std::string_view field) {
  return "mk-" + std::string(collection) + "-" + std::to_string(id) + "-" + std::string(field) + "-x";
}

inline std::vector<Marker> markers() {
  std::vector<Marker> all;
  for (const Note& note : every_note) {
    const auto readers = [note](const Viewer& viewer) { return may_read(viewer, note); };
    const auto owner = [note](const Viewer& viewer) { return viewer.service || viewer.id == note.owner; };
    const auto admins = [](const Viewer& viewer) { return viewer.service || viewer.admin; };
    for (const char* field : {"title", "body"}) all.push_back({marker("note", note.id, field), readers});
    for (const char* field : {"secret", "extra"}) all.push_back({marker("note", note.id, field), owner});
    all.push_back({std::to_string(770'000 + note.id), admins});
    all.push_back({marker("comment", note.id, "text"), readers});
    all.push_back({marker("tagging", note.id, "reason"), admins});
  }
  for (int id = 1; id <= 3; ++id)
    all.push_back({marker("person", id, "phone"),
                   [id](const Viewer& viewer) { return viewer.service || viewer.admin || viewer.id == id; }});
  all.push_back({marker("vault", 1, "content"), [](const Viewer& viewer) { return viewer.service; }});
  return all;
}

/// What makes the records, in order.
inline std::vector<Request> founding() {
  std::vector<Request> requests;
  const auto add = [&](std::string path, std::string body) {
    requests.push_back(as_service(post(std::move(path), std::move(body))));
  };
  for (int id = 1; id <= 3; ++id)
    add("/people",
        R"({"name":"person )" + std::to_string(id) + R"(","phone":")" + marker("person", id, "phone") + "\"}");
  add("/tags", R"({"word":"red"})");
  for (const Note& note : every_note) {
    const std::string id = std::to_string(note.id);
    add("/notes", R"({"owner":)" + std::to_string(note.owner) + R"(,"title":")" + marker("note", note.id, "title") +
                      R"(","body":")" + marker("note", note.id, "body") + R"(","public":)" +
                      (note.open ? "true" : "false") + R"(,"secret":")" + marker("note", note.id, "secret") +
                      R"(","extra":{"deep":")" + marker("note", note.id, "extra") + R"("},"stars":)" +
                      std::to_string(770'000 + note.id) + R"(,"reviewer":3})");
    add("/comments", R"({"note":)" + id + R"(,"text":")" + marker("comment", note.id, "text") + "\"}");
    add("/taggings", R"({"note":)" + id + R"(,"tag":1,"reason":")" + marker("tagging", note.id, "reason") + "\"}");
  }
  add("/vault", R"({"content":")" + marker("vault", 1, "content") + "\"}");
  return requests;
}

}  // namespace banyan::scenarios::leaks
