#include "banyan/adapters/postgres/libpq.hpp"

#include <dlfcn.h>

namespace banyan::postgres {
namespace {

constexpr const char* library_name = "libpq.so.5";

Error missing() {
  const char* const why = ::dlerror();
  return Error(ErrorCode::invalid,
               "PostgreSQL's client library cannot be loaded: " + std::string(why == nullptr ? library_name : why))
      .with_hint("Install it: Debian's package is libpq5.");
}

template <typename Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

Result<void> load() {
  void* const library = ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return fail(missing());
#define BANYAN_FIND(function) \
  if (!find(library, #function, function)) return fail(missing());
  BANYAN_LIBPQ(BANYAN_FIND)
#undef BANYAN_FIND
  return {};
}

}  // namespace

#define BANYAN_DEFINE(function) decltype(&::function) function = nullptr;
BANYAN_LIBPQ(BANYAN_DEFINE)
#undef BANYAN_DEFINE

Result<void> load_libpq() {
  static const Result<void> loaded = load();
  return loaded;
}

}  // namespace banyan::postgres
