#pragma once

#include <string>
#include <string_view>

#include "banyan/api/openapi/description.hpp"

namespace banyan::openapi {

/// The application as a page for people: one HTML document that loads nothing and needs no JavaScript. The same
/// description gives the same bytes.
std::string make_page(const Description& description);

/// What stands between the page's <style> and </style>, to the byte.
std::string_view page_style() noexcept;

}  // namespace banyan::openapi
