#pragma once

#include <string>
#include <utility>

#include "scenarios/http_client.hpp"

namespace banyan::scenarios {

inline Request request(std::string method, std::string path, std::string body = {}, Headers headers = {}) {
  Request made;
  made.method = std::move(method);
  made.path = std::move(path);
  made.body = std::move(body);
  made.headers = std::move(headers);
  return made;
}
inline Request get(std::string path, Headers headers = {}) {
  return request("GET", std::move(path), {}, std::move(headers));
}
inline Request post(std::string path, std::string body) { return request("POST", std::move(path), std::move(body)); }
inline Request patch(std::string path, std::string body) { return request("PATCH", std::move(path), std::move(body)); }
inline Request put(std::string path, std::string body) { return request("PUT", std::move(path), std::move(body)); }
inline Request remove(std::string path) { return request("DELETE", std::move(path)); }
inline Request as_service(Request made) {
  made.as_service = true;
  return made;
}

/// As somebody who says that they are `viewer`, "id=7;role=admin": Executable::testing believes it.
inline Request as_viewer(std::string viewer, Request made) {
  made.headers.emplace_back("X-Banyan-Test-Viewer", std::move(viewer));
  return made;
}

inline Request alice() { return post("/users", R"({"name":"Alice","email":"alice@example.com","age":30})"); }
inline Request bob() { return post("/users", R"({"name":"Bob","email":"bob@example.com","age":20})"); }
inline Request carol() { return post("/users", R"({"name":"Carol"})"); }

}  // namespace banyan::scenarios
