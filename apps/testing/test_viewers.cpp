#include "test_viewers.hpp"

#include <string_view>

#include "viewer_text.hpp"

namespace banyan::testing {

Result<Viewer> TestViewers::viewer_of(const http::Request& request) const {
  const auto said = request.header("x-banyan-test-viewer");
  if (!said) return key_.viewer_of(request);
  if (auto viewer = app::viewer_from(*said)) return std::move(*viewer);
  return fail(Error(ErrorCode::unauthenticated, "The viewer of the test is not of the form 'id=7;role=admin'."));
}

}  // namespace banyan::testing
