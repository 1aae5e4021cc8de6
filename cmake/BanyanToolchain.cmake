# Compiler, linker and warnings, the same for every target.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -fno-omit-frame-pointer")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g1 -fno-omit-frame-pointer")

# -pthread everywhere, since some libraries ask for it: precompiled headers are only for who has the same flags.
add_compile_options(-fcolor-diagnostics -pthread)
add_link_options(-fuse-ld=lld)
if(BANYAN_SANITIZE)
  add_compile_options(-fsanitize=${BANYAN_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BANYAN_SANITIZE})
  if(BANYAN_NOT_SANITIZED)
    add_compile_options(-fno-sanitize=${BANYAN_NOT_SANITIZED})
  endif()
  # Which needs a file handle, and some tests leave none.
  if(BANYAN_SANITIZE MATCHES undefined AND NOT BANYAN_NOT_SANITIZED MATCHES vptr)
    add_compile_definitions(BANYAN_VPTR_SANITIZED)
  endif()
endif()
# Coverage in every library, not only in the file of the fuzz target: without it the fuzzer works blind. Not in tests,
# which no fuzz target is made of: it doubles what the compiler has to write.
set(BANYAN_COVERAGE)
if(BANYAN_FUZZERS)
  set(BANYAN_COVERAGE -fsanitize=fuzzer-no-link)
endif()

set(BANYAN_WARNINGS
    -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
    -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough -Wextra-semi -Wunused -Wno-missing-field-initializers)
