#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "banyan/api/openapi/description.hpp"
#include "banyan/core/policy.hpp"

namespace banyan::openapi {

/// What goes with a request beside its body.
struct Parameter {
  enum class Place : unsigned char { path, query, header };
  Place place = Place::query;
  std::string name;
  std::string description;
  boost::json::object schema;
  bool required = false;
  std::string example;        ///< Empty: none.
  boost::json::object extra;  ///< Members of Banyan's own (`x-banyan-…`).
};
std::string_view to_string(Parameter::Place place) noexcept;

/// One way in which an operation ends.
struct Answer {
  int status = 200;
  std::string description;
  std::string schema;                ///< Of components; empty: there is no body, or it is text.
  bool is_array = false;             ///< Of `schema`.
  bool or_array = false;             ///< `schema`, or an array of it.
  std::string_view content_type;     ///< Empty: there is no body.
  std::vector<std::string> headers;  ///< Of components.
  bool body_may_lack = false;        ///< Where the viewer may not read what was written.
};

struct Operation {
  std::string_view method;  ///< "get"
  std::string id;           ///< "list_users"
  std::string summary;
  std::string description;
  /// Whom it is open to: "anyone", "rule" or "nobody" (the service key alone); empty where nobody is asked.
  std::string_view access;
  std::vector<Parameter> parameters;
  std::string body;  ///< The schema of the request's body; empty: none.
  bool body_or_array = false;
  bool body_is_required = true;
  std::vector<Answer> answers;  ///< That are no errors.
  std::vector<int> errors;      ///< Statuses, ascending; the body is always the one error.
};

struct Path {
  std::string path;  ///< "/users/{id}"
  std::string tag;   ///< The collection's name, "rpc" or "server".
  std::vector<Operation> operations;
};

/// Every path of the plain face, collections first, in order of declaration.
std::vector<Path> all_paths(const Description& description);

/// `/users` and `/users/{id}`.
std::vector<Path> collection_paths(const Description& description, const Collection& collection);

}  // namespace banyan::openapi
