# What nearly every file includes of other projects is parsed once: it takes about half of the compiler's time otherwise.
#
# None of this tree's own headers is here, so a change of one of them compiles what includes it, no more. Each file
# still includes what it uses: code.tidy and code.headers compile without any of this.
option(BANYAN_PRECOMPILE "Parse the headers of other projects once" ON)

set(banyan_precompiled_headers
    <algorithm> <array> <atomic> <charconv> <chrono> <cstdint> <cstring> <expected> <functional> <map> <memory> <mutex>
    <optional> <span> <string> <string_view> <thread> <unordered_map> <unordered_set> <utility> <variant> <vector>
    <boost/json.hpp>)

# Several sources as one: half of the compiler's time again, and no use to whoever changes one of them. A name in an
# unnamed namespace then clashes with the same one of another source in the group.
option(BANYAN_TOGETHER "Compile several sources as one" OFF)
set(banyan_groups 4)

# Tests are compiled more often than they have to be fast.
set(BANYAN_TEST_OPTIONS -O0)
# Half the size, in three quarters of the compiler's time. (Not -Os, which would want precompiled headers of its own.)
set(BANYAN_COLD_OPTIONS "SHELL:-mllvm -inline-threshold=10")

function(banyan_precompiled name)
  cmake_parse_arguments(ARG "" "" "HEADERS;LIBRARIES;OPTIONS" ${ARGN})
  set(source "${CMAKE_BINARY_DIR}/precompiled/${name}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "")
  add_library(${name} STATIC "${source}")
  target_link_libraries(${name} PRIVATE Boost::json ${ARG_LIBRARIES})
  target_precompile_headers(${name} PRIVATE ${banyan_precompiled_headers} ${ARG_HEADERS})
  # Two runs make the same file, so that ccache knows it again.
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp" ${ARG_OPTIONS})
endfunction()

if(BANYAN_PRECOMPILE)
  banyan_precompiled(banyan_precompiled_library OPTIONS ${BANYAN_COVERAGE})
  # Apart, for whoever includes Asio has to link with it.
  banyan_precompiled(banyan_precompiled_asio LIBRARIES banyan_asio OPTIONS ${BANYAN_COVERAGE}
                     HEADERS <boost/asio/io_context.hpp> <boost/asio/ip/tcp.hpp> <boost/asio/post.hpp>
                             <boost/asio/steady_timer.hpp>)
  if(BANYAN_TESTS)
    banyan_precompiled(banyan_precompiled_test OPTIONS ${BANYAN_TEST_OPTIONS} LIBRARIES GTest::gmock GTest::gtest
                       HEADERS <gmock/gmock.h> <gtest/gtest.h>)
  endif()
endif()

# By its name, so that a new source changes no other group than its own.
function(banyan_together target)
  get_target_property(sources ${target} SOURCES)
  foreach(source ${sources})
    get_filename_component(name "${source}" NAME)
    string(MD5 digest "${name}")
    string(SUBSTRING ${digest} 0 6 digits)
    math(EXPR group "0x${digits} % ${banyan_groups}")
    set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "${group}")
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # What one source names, another need not know of.
  target_compile_options(${target} PRIVATE -Wno-shadow)
endfunction()

# banyan_compile(TARGET library|asio|test)
#
# Has a target of this tree compiled as all of them are: with its warnings, and without parsing again what every library,
# or every one that uses Asio, or every test includes.
function(banyan_compile target kind)
  target_compile_options(${target} PRIVATE ${BANYAN_WARNINGS})
  if(kind STREQUAL "test")
    target_compile_options(${target} PRIVATE ${BANYAN_TEST_OPTIONS})
  else()
    target_compile_options(${target} PRIVATE ${BANYAN_COVERAGE})
  endif()
  if(BANYAN_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM banyan_precompiled_${kind})
  endif()
  if(BANYAN_TOGETHER)
    banyan_together(${target})
  endif()
endfunction()
