#include "banyan/api/openapi/documents.hpp"

// The functions of one algorithm: asking for it by EVP brings the library's providers into memory, some 3 MB.
#define OPENSSL_SUPPRESS_DEPRECATED  // NOLINT(cppcoreguidelines-macro-usage)
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <stdexcept>

#include "banyan/api/openapi/document.hpp"
#include "banyan/api/openapi/page.hpp"
#include "banyan/http/entity_tags.hpp"

namespace banyan::openapi {
namespace {

constexpr std::string_view html_type = "text/html; charset=utf-8";

// SHA-256 in base64, as a policy names what it lets in.
std::string digest_of(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> bytes{};
  SHA256_CTX context;
  if (SHA256_Init(&context) != 1 || SHA256_Update(&context, text.data(), text.size()) != 1 ||
      SHA256_Final(bytes.data(), &context) != 1)
    throw std::runtime_error("no SHA-256");
  std::array<unsigned char, std::size_t{2} * SHA256_DIGEST_LENGTH> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), bytes.data(), static_cast<int>(bytes.size()));
  return {encoded.begin(), encoded.begin() + length};
}

std::string entity_tag_of(std::string_view text) { return '"' + digest_of(text).substr(0, 22) + '"'; }

// The page is whole in itself: it loads nothing, runs nothing and stands in no other page.
std::string page_policy(std::string_view style) {
  return "default-src 'none'; style-src 'sha256-" + digest_of(style) +
         "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

}  // namespace

Documents::Documents(const Description& description) {
  openapi_.bytes = make_document(description);
  openapi_.content_type = http::json_type;
  page_.bytes = make_page(description);
  page_.content_type = html_type;
  page_.policy = page_policy(page_style());
  for (Document* document : {&openapi_, &page_}) document->etag = entity_tag_of(document->bytes);
}

void Documents::add_routes(http::Router& router) const {
  router.add(http::Method::get, "/openapi.json", handler_of(openapi_));
  router.add(http::Method::get, "/docs", handler_of(page_));
}

http::Handler Documents::openapi_handler() const { return handler_of(openapi_); }

http::Handler Documents::handler_of(const Document& document) {
  return
      [&document](const http::Request& request, Context&) -> Task<http::Response> { return answer(document, request); };
}

http::Response Documents::answer(const Document& document, const http::Request& request) {
  http::Response response;
  response.etag = document.etag;
  response.headers.emplace_back("Cache-Control", "no-cache");
  if (http::none_match_names(request, document.etag)) {
    response.status = 304;
    return response;
  }
  response.content_type = document.content_type;
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (!document.policy.empty()) {
    response.headers.emplace_back("Content-Security-Policy", document.policy);
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
  }
  response.body = http::Body(std::shared_ptr<const void>(&document, [](const void*) {}), document.bytes);
  return response;
}

}  // namespace banyan::openapi
