#pragma once

#include <string>

#include "banyan/api/openapi/description.hpp"
#include "banyan/http/router.hpp"

namespace banyan::openapi {

/// `/openapi.json` for programs and `/docs` for people. Made once, when it is built; answers are those bytes, with an
/// entity tag.
/// Thread-safe. Lifetime: outlives the router.
class Documents {
 public:
  explicit Documents(const Description& description);

  void add_routes(http::Router& router) const;
  /// What answers with the document for programs.
  http::Handler openapi_handler() const;

 private:
  struct Document {
    std::string bytes;
    std::string etag;
    std::string_view content_type;
    std::string policy;  ///< Content-Security-Policy; empty: none.
  };
  static http::Handler handler_of(const Document& document);
  static http::Response answer(const Document& document, const http::Request& request);

  Document openapi_;
  Document page_;
};

}  // namespace banyan::openapi
