#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/leak_requests.hpp"

// Requests that try to tell what is hidden from what is not there, without being shown it.
namespace banyan::scenarios::leaks {

inline std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// The request in two: with the text in the place of `{}`, and with one that stands nowhere.
inline Pair pair_of(Request pattern, const std::string& text, const std::string& other, std::string marker) {
  const auto with = [&](const std::string& by) {
    Request made = pattern;
    made.path = replaced(made.path, "{}", by);
    made.body = replaced(made.body, "{}", by);
    return made;
  };
  return {with(text), with(other), text, other, std::move(marker)};
}

/// What may be asked of a note's `title`, `body` or `secret`, where one is hidden.
inline void add_filter_pairs(std::vector<Pair>& pairs, const std::string& field, const std::string& marker) {
  const std::string other = marker.substr(0, marker.size() - 1) + "y";  // Nothing else stands between the two.
  const Headers rehearsed{{"Prefer", "tx=rollback,return=representation,count=exact"}};
  const auto add = [&](Request pattern) { pairs.push_back(pair_of(std::move(pattern), marker, other, marker)); };
  for (const std::string_view face : faces) {
    const std::string notes = std::string(face) + "/notes?";
    for (const char* operation : {"=eq.{}", "=neq.{}", "=not.eq.{}", "=in.({},x)", "=like.{}", "=gte.{}", "=lt.{}"})
      add(get(notes + field + operation + "&select=id", {{"Prefer", "count=exact"}}));
    add(get(notes + "or=(" + field + ".eq.{},id.eq.0)&select=id"));
    add(get(notes + "not.and=(" + field + ".eq.{},id.gt.0)&select=id"));
    add(get(notes + field + "=eq.{}&select=count()"));
    add(get(notes + field + "=eq.{}&select=id", {{"Prefer", "count=planned"}}));
    add(get(std::string(face) + "/people?select=name,notes!owner!inner(id)&notes." + field + "=eq.{}"));
    add(get(std::string(face) + "/people?select=name,notes!owner(id)&notes." + field + "=eq.{}"));
    add(get(std::string(face) + "/comments?select=id,notes!inner(id)&notes." + field + "=eq.{}"));
    add(get(std::string(face) + "/comments?select=id,notes!inner(id)&notes." + field + "=not.eq.{}"));
  }
  add(request("PATCH", "/rest/v1/notes?" + field + "=eq.{}", R"({"public":true})", rehearsed));
  add(request("DELETE", "/rest/v1/notes?" + field + "=eq.{}", "", rehearsed));
}

/// `tag`: the note's ETag as it is.
inline void add_id_pairs(std::vector<Pair>& pairs, const Note& note, const std::string& tag) {
  const std::string marker = leaks::marker("note", note.id, "body");
  const auto add = [&](Request pattern) {
    Pair& pair = pairs.emplace_back(pair_of(std::move(pattern), std::to_string(note.id), "9", marker));
    pair.true_text.insert(0, "s:");  // As messages have it: notes:2.
    pair.false_text.insert(0, "s:");
  };
  const Headers rehearsed{{"Prefer", "tx=rollback,return=representation"}};
  for (const char* path : {"/notes/{}", "/comments/{}", "/notes/{}?select=id"}) {
    for (const char* name : {"", "If-Match", "If-None-Match"})
      for (const std::string& value : {std::string("*"), std::string("\"1\", \"2\""), tag}) {
        const Headers headers = *name == '\0' ? Headers{} : Headers{{name, value}};
        add(get(path, headers));
        add(request("HEAD", path, "", headers));
      }
  }
  for (const Headers& headers :
       {Headers{}, Headers{{"If-Match", "*"}}, Headers{{"If-Match", "\"1\""}}, Headers{{"If-Match", tag}}}) {
    add(request("PATCH", "/notes/{}", R"({"public":true})", headers));
    add(request("PUT", "/notes/{}", R"({"owner":1,"title":"t"})", headers));
    add(request("DELETE", "/notes/{}", "", headers));
    add(post("/batch", R"({"operations":[{"method":"PATCH","path":"/notes/{}","body":{"public":true}}]})"));
  }
  add(get("/rest/v1/notes?id=eq.{}"));
  add(get("/rest/v1/notes?id=eq.{}", {{"Accept", "application/vnd.pgrst.object+json"}}));
  add(request("PATCH", "/rest/v1/notes?id=eq.{}", R"({"public":true})", rehearsed));
  add(request("DELETE", "/rest/v1/notes?id=eq.{}", "", rehearsed));
  add(request("DELETE", "/rest/v1/comments?id=eq.{}", "", rehearsed));
}

/// A title that a hidden note has, asked for by who may neither make nor change a note so.
inline void add_taken_pairs(std::vector<Pair>& pairs, const Note& note) {
  const std::string marker = leaks::marker("note", note.id, "title");
  const auto add = [&](Request pattern) {
    pairs.push_back(pair_of(std::move(pattern), marker, marker.substr(0, marker.size() - 1) + "y", marker));
  };
  // Nobody's: no viewer is let.
  const std::string body = R"({"owner":null,"title":"{}"})";
  const std::string own = std::to_string(note.owner == 1 ? 3 : 1);
  add(post("/notes", body));
  add(post("/notes", "[" + body + "]"));
  add(request("PATCH", "/notes/" + own, body));
  add(request("PUT", "/notes/" + own, body));
  add(request("PATCH", "/rest/v1/notes?id=eq." + own, body));
  add(post("/batch", R"({"operations":[{"method":"POST","path":"/notes","body":)" + body + "}]}"));
  add(post("/batch", R"({"operations":[{"method":"PATCH","path":"/notes/)" + own + R"(","body":)" + body + "}]}"));
  for (const char* resolution : {"ignore-duplicates", "merge-duplicates"})
    for (const char* also : {"", ",tx=rollback"})
      add(request("POST", "/rest/v1/notes?on_conflict=title", body,
                  {{"Prefer", std::string("resolution=") + resolution + ",return=representation" + also}}));
}

/// `tag_of` gives a note's ETag.
inline std::vector<Pair> telling_pairs(const std::function<std::string(const Note&)>& tag_of) {
  std::vector<Pair> pairs;
  for (const Note& note : every_note) {
    for (const char* field : {"title", "body", "secret"})
      add_filter_pairs(pairs, field, marker("note", note.id, field));
    if (!note.open) add_id_pairs(pairs, note, tag_of(note));
    if (!note.open) add_taken_pairs(pairs, note);
  }
  return pairs;
}

}  // namespace banyan::scenarios::leaks
