#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/leak_world.hpp"

// The requests of the leak matrix. None of them changes what a marker stands in.
namespace banyan::scenarios::leaks {

/// A request that is sent as each viewer, twice.
struct Probe {
  Request request;
  bool answered = false;  ///< The service gets what it asks for, so that the case asks something.
};

/// Two requests that ask for what a viewer may not see, and for what is not there: their answers must be the same, but
/// for the text in which they differ. Only for viewers from whom the marker is hidden.
struct Pair {
  Request truth;
  Request lie;
  std::string true_text;
  std::string false_text;
  std::string marker;  ///< Who may see it may be told apart.
};

inline constexpr std::string_view faces[] = {"", "/rest/v1"};

inline std::vector<std::string> reading_queries() {
  return {
      "/notes",
      "/notes?select=secret",
      "/notes?select=id,s:secret,body",
      "/notes?select=extra->deep",
      "/notes?select=id,extra->>deep",
      "/notes?select=stars::text",
      "/notes?select=*,comments(*)",
      "/notes?select=id,comments(text)&comments.order=text.desc&comments.limit=1",
      "/notes?select=id,people!owner(*)",
      "/notes?select=id,writer:people!owner(name,phone)",
      "/notes?select=id,...people!owner(phone)",
      "/notes?select=id,people!reviewer(*)",
      "/notes?select=id,tags(word)",
      "/notes?select=id,taggings(reason,tags(word))",
      "/notes?select=id,comments!inner(text)",
      "/notes?select=id,comments(count)",
      "/notes?order=title.desc",
      "/notes?order=secret",
      "/notes?order=secret.desc.nullslast,id",
      "/notes?order=extra->>deep",
      "/notes?order=stars.desc",
      "/notes?order=people(name)&select=id,people!owner(name)",
      "/notes?title=like.mk-*",
      "/notes?body=ilike.MK-*",
      "/notes?not.and=(title.eq.x,body.eq.y)",
      "/notes?or=(public.is.true,public.is.false)",
      "/notes?secret=like.mk-*",
      "/notes?secret=not.is.null",
      "/notes?stars=gt.0",
      "/notes?extra->>deep=like.mk-*",
      "/notes?extra=cs.{}",
      "/notes?or=(secret.like.mk-*,id.eq.1)",
      "/notes?not.or=(secret.is.null,id.eq.99)",
      "/notes?comments.text=like.mk-*&select=id,comments!inner(id)",
      "/notes?select=count()",
      "/notes?select=title.max()",
      "/notes?select=body.min(),count()",
      "/notes?select=secret.max()",
      "/notes?select=stars.sum()",
      "/notes?select=stars.avg(),stars.max()",
      "/notes?select=owner,count()",
      "/notes?select=secret,count()",
      "/notes?select=owner,title.max(),count()",
      "/notes?limit=1&offset=1&order=id.desc",
      "/notes?id=in.(1,2,3,4)",
      "/comments",
      "/comments?select=text,notes(*)",
      "/comments?select=text,notes(title,secret,people!owner(phone))",
      "/comments?select=id,notes!inner(title)&notes.public=is.false",
      "/comments?order=notes(title)&select=id,notes(id)",
      "/comments?order=notes(secret)&select=id,notes(id)",
      "/comments?select=text.max(),count()",
      "/people",
      "/people?select=name,phone",
      "/people?phone=like.mk-*",
      "/people?order=phone",
      "/people?select=phone.max()",
      "/people?select=name,notes!owner(*)",
      "/people?select=name,notes!owner(title,secret,comments(text))",
      "/people?select=name,notes!owner(count)",
      "/people?select=name,notes!reviewer(title)",
      "/people?select=name,notes!owner(title.max(),count())",
      "/people?select=name,notes!owner!inner(id)&notes.secret=like.mk-*",
      "/taggings",
      "/taggings?select=reason,notes(title)",
      "/tags?select=word,notes(title,body)",
      "/tags?select=word,taggings(reason)",
      "/vault",
      "/vault?select=content.max()",
  };
}

inline std::vector<Probe> reading_probes() {
  std::vector<Probe> probes;
  for (const std::string_view face : faces) {
    for (const std::string& query : reading_queries()) {
      probes.push_back({get(std::string(face) + query), true});
      probes.push_back({get(std::string(face) + query, {{"Prefer", "count=exact"}}), true});
    }
    probes.push_back({get(std::string(face) + "/notes", {{"Prefer", "count=planned"}}), true});
    probes.push_back({get(std::string(face) + "/notes", {{"Prefer", "count=estimated"}}), true});
    probes.push_back({request("HEAD", std::string(face) + "/notes?secret=like.mk-*", {}, {{"Prefer", "count=exact"}})});
  }
  for (const Note& note : every_note) {
    const std::string id = std::to_string(note.id);
    for (const std::string& path : {"/notes/" + id, "/comments/" + id, "/taggings/" + id})
      probes.push_back({get(path), true});
    probes.push_back({get("/notes/" + id + "?select=secret,title"), true});
    probes.push_back({get("/notes/" + id, {{"If-Match", "*"}}), true});
    probes.push_back({get("/notes/" + id, {{"If-None-Match", "*"}})});
    probes.push_back({request("HEAD", "/notes/" + id)});
    for (const char* accept : {"application/vnd.pgrst.object+json", "text/csv"})
      for (const char* path : {"/rest/v1/notes?id=eq.", "/rest/v1/comments?id=eq."})
        probes.push_back({get(path + id, {{"Accept", accept}}), true});
  }
  for (int id = 1; id <= 3; ++id) probes.push_back({get("/people/" + std::to_string(id)), true});
  probes.push_back({get("/vault/1"), true});
  for (const char* path : {"/openapi.json", "/docs", "/rest/v1/", "/health/ready"}) probes.push_back({get(path)});
  return probes;
}

/// Inputs that are wrong in some way, for the texts of their errors.
inline std::vector<Probe> wrong_probes() {
  std::vector<Probe> probes;
  for (const std::string_view face : faces)
    for (const char* query : {"/notes?secrets=eq.1", "/notes?stars=eq.x", "/notes?secret=eq",
                              "/notes?select=secret.sum()", "/notes?order=nope", "/notes?select=people(*)",
                              "/notes?select=*,vault(*)", "/notes?select=stars::nope", "/notes?title=fts.(("})
      probes.push_back({get(std::string(face) + query)});
  for (const std::string& body : {std::string("{"), std::string(R"({"title":7})"), std::string(R"({"secre":1})"),
                                  R"({"title":")" + marker("note", 2, "title") + "\"}"})
    for (const char* path : {"/notes", "/rest/v1/notes", "/vault", "/rest/v1/vault"})
      probes.push_back({post(path, body)});
  return probes;
}

/// Writes that are refused, or that leave every marker where it is.
inline std::vector<Probe> writing_probes() {
  std::vector<Probe> probes;
  const Headers rehearsed{{"Prefer", "tx=rollback,return=representation,count=exact"}};
  const auto rehearse = [&](std::string method, std::string path, std::string body) {
    probes.push_back({request(std::move(method), "/rest/v1" + path, std::move(body), rehearsed)});
  };
  for (const char* filter : {"", "?secret=like.mk-*", "?title=like.mk-*", "?id=gt.0", "?public=is.false",
                             "?select=*,comments(*)", "?select=*,people!owner(*)", "?or=(secret.is.null,id.gt.0)"}) {
    rehearse("PATCH", "/notes" + std::string(filter), R"({"public":true})");
    rehearse("DELETE", "/notes" + std::string(filter), "");
    rehearse("PATCH", "/people" + std::string(filter), R"({"name":"x"})");
  }
  rehearse("PATCH", "/comments?text=like.mk-*", R"({"note":4})");
  rehearse("PATCH", "/comments?id=gt.0", R"({"note":1})");
  rehearse("DELETE", "/comments?select=*,notes(*)", "");
  for (const Note& note : every_note) {
    const std::string id = std::to_string(note.id);
    const std::string title = marker("note", note.id, "title");
    rehearse("POST", "/comments?select=*,notes(*)", R"([{"note":)" + id + R"(,"text":"new"}])");
    rehearse("POST", "/notes?select=*", R"([{"owner":1,"title":"new"},{"owner":2,"title":")" + title + "\"}]");
    for (const int owner : {1, 2}) {
      const std::string row = R"({"owner":)" + std::to_string(owner) + R"(,"title":")" + title + "\"}";
      for (const char* resolution : {"merge", "ignore"}) {
        Headers headers = rehearsed;
        headers.emplace_back("Prefer", "resolution=" + std::string(resolution) + "-duplicates");
        probes.push_back({request("POST", "/rest/v1/notes?on_conflict=title", "[" + row + "]", headers)});
        probes.push_back({request("POST", "/rest/v1/notes", R"([{"id":)" + id + R"(,"public":true}])", headers)});
      }
    }
    for (const char* path : {"/notes/", "/comments/", "/taggings/"})
      for (const Headers& headers : {Headers{}, Headers{{"If-Match", "*"}}, Headers{{"If-Match", "\"1\""}}}) {
        probes.push_back({request("PATCH", path + id, R"({"public":"not a boolean"})", headers)});
        if (!headers.empty() && headers[0].second != "*") probes.push_back({request("DELETE", path + id, "", headers)});
      }
    // The second operation always fails, so the first is undone.
    probes.push_back({post("/batch", R"({"operations":[{"method":"PATCH","path":"/notes/)" + id +
                                         R"(","body":{"public":true}},{"method":"DELETE","path":"/notes/99"}]})")});
  }
  return probes;
}

/// Writes that set what is there already, and comments without a marker.
inline std::vector<Probe> kept_writes() {
  std::vector<Probe> probes;
  const Headers shown{{"Prefer", "return=representation"}};
  for (const Note& note : every_note) {
    const std::string id = std::to_string(note.id);
    const std::string as_it_is = std::string(R"({"public":)") + (note.open ? "true}" : "false}");
    const std::string same_note = R"({"note":)" + id + "}";
    const std::string comment = R"({"note":)" + id + R"(,"text":"new"})";
    for (const char* select : {"*", "*,comments(*)", "*,people!owner(*)", "secret,tags(word)"})
      probes.push_back({request("PATCH", "/rest/v1/notes?id=eq." + id + "&select=" + select, as_it_is, shown), true});
    for (const char* select : {"*", "*,notes(*)", "text,notes(secret,people!owner(phone))"}) {
      probes.push_back(
          {request("PATCH", "/rest/v1/comments?id=eq." + id + "&select=" + select, same_note, shown), true});
      probes.push_back({request("POST", "/rest/v1/comments?select=" + std::string(select), comment, shown), true});
    }
    probes.push_back({patch("/notes/" + id, as_it_is), true});
    probes.push_back({patch("/notes/" + id + "?select=secret,comments(text)", as_it_is), true});
    for (const char* select : {"", "?select=text", "?select=text,notes(*)"}) {
      probes.push_back({patch("/comments/" + id + select, same_note), true});
    }
    probes.push_back({post("/batch", R"({"operations":[{"method":"PATCH","path":"/comments/)" + id + R"(","body":)" +
                                         same_note + "}]}"),
                      true});
    probes.push_back({post("/comments", "[" + comment + "," + comment + "]"), true});
    probes.push_back(
        {post("/batch", R"({"operations":[{"method":"PATCH","path":"/comments/)" + id + R"(","body":)" + same_note +
                            R"(},{"method":"PATCH","path":"/notes/)" + id + R"(","body":)" + as_it_is +
                            R"(},{"method":"POST","path":"/comments","body":)" + comment + "}]}"),
         true});
  }
  return probes;
}

}  // namespace banyan::scenarios::leaks
