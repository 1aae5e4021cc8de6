#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/config/config.hpp"

// What the renderings share.
namespace banyan::fleet {

struct Filling {
  std::string_view name;
  std::string text;
};

/// Puts the fillings where the template says `@name@`. A line that holds nothing but a name is replaced by all lines of
/// its text, each indented as it was, and goes away with an empty text. Every name must be there.
std::string fill(std::string_view text, std::span<const Filling> fillings);

/// "1500ms"; whole seconds as "30s".
std::string duration(std::chrono::milliseconds time);

/// Of an answer that the balancer gives by itself.
struct OwnAnswer {
  int status;
  std::string_view title;
  std::string_view slug;  ///< After "urn:banyan:error:".
  std::string_view code;
  std::string_view message;
  std::string_view hint;
};

/// Every answer that a balancer gives by itself, in the order of statuses.
std::span<const OwnAnswer> own_answers();
const OwnAnswer& own_answer(int status);

/// In the shape of the API's own errors. It holds no quote, backslash, percent or dollar sign that a balancer's file
/// would take for its own.
std::string problem_json(const OwnAnswer& answer);

/// An error for what cannot be rendered for any balancer.
Result<> check_renderable(const config::Config& config);

/// Of the TLS 1.2 suites those with forward secrecy and authenticated encryption, as OpenSSL names them.
inline constexpr std::string_view tls12_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

}  // namespace banyan::fleet
