#include "scenarios/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "scenarios/server_process.hpp"

namespace banyan::scenarios {
namespace {

constexpr long timeout_ms = 30'000;

std::size_t take_body(const char* bytes, std::size_t, std::size_t count, void* response) {
  static_cast<Response*>(response)->body.append(bytes, count);
  return count;
}

std::size_t take_header(const char* bytes, std::size_t, std::size_t count, void* response) {
  std::string line(bytes, count);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  Headers& headers = static_cast<Response*>(response)->headers;
  if (line.starts_with("HTTP/")) headers.clear();  // an answer before the last, such as 100 Continue
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) return count;
  std::string name = line.substr(0, colon);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::size_t start = std::min(line.find_first_not_of(' ', colon + 1), line.size());
  headers.emplace_back(std::move(name), line.substr(start));
  return count;
}

// libcurl asks again by itself where a connection that it had kept ends without an answer, a POST too. Only its words
// for whoever debugs it say so.
int note_repetition(CURL*, curl_infotype type, char* text, std::size_t size, void* repeated) {
  const std::string_view said(text, size);
  if (type == CURLINFO_TEXT && said.contains("retrying a fresh connect")) *static_cast<bool*>(repeated) = true;
  return 0;
}

class HeaderList {
 public:
  ~HeaderList() { curl_slist_free_all(list_); }
  void add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
  curl_slist* get() const noexcept { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

bool names_content_type(const Headers& headers) {
  return std::ranges::any_of(headers, [](const auto& header) { return header.first == "Content-Type"; });
}

}  // namespace

struct HttpClient::Handle {
  CURL* curl = curl_easy_init();
  ~Handle() { curl_easy_cleanup(curl); }
};

std::optional<std::string> Response::header(const std::string& name) const {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  return std::nullopt;
}

HttpClient::HttpClient(std::uint16_t port, Reach reach)
    : handle_(std::make_unique<Handle>()), port_(port), reach_(std::move(reach)) {
  if (!handle_->curl) throw std::runtime_error("libcurl gives no handle");
}

HttpClient::~HttpClient() = default;

Response HttpClient::send(const Request& request) {
  CURL* curl = handle_->curl;
  Response response;
  HeaderList headers;
  headers.add("Expect:");
  const bool has_body =
      !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (has_body && !names_content_type(request.headers)) headers.add("Content-Type: application/json");
  if (request.as_service) headers.add(std::string("Authorization: Bearer ") + ServerProcess::service_key);
  if (!position_.empty()) headers.add("Banyan-Position: " + position_);
  for (const auto& [name, value] : request.headers) headers.add(name + (value.empty() ? ";" : ": " + value));

  const std::string url = (reach_.authority.empty() ? "http" : "https") + std::string("://127.0.0.1:") +
                          std::to_string(port_) + request.path;
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  if (!reach_.source.empty()) curl_easy_setopt(curl, CURLOPT_INTERFACE, reach_.source.c_str());
  if (!reach_.authority.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, reach_.authority.c_str());
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &response);
  curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, note_repetition);
  curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &response.repeated);
  curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
  if (request.method == "HEAD") {
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else if (has_body) {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());

  const CURLcode outcome = curl_easy_perform(curl);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  if (outcome != CURLE_OK) {
    response.failure = curl_easy_strerror(outcome);
    response.status = 0;
  }
  if (keeps_position_) position_ = response.header("banyan-position").value_or(position_);
  return response;
}

Response HttpClient::get(std::string path) {
  Request request;
  request.path = std::move(path);
  return send(request);
}

Response HttpClient::post(std::string path, std::string body) {
  Request request;
  request.method = "POST";
  request.path = std::move(path);
  request.body = std::move(body);
  return send(request);
}

}  // namespace banyan::scenarios
