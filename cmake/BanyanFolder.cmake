# The server that the tests of one run share is told of here; tests/servers starts and stops it.
set(BANYAN_POSTGRES_FILE "${PROJECT_BINARY_DIR}/postgres.server")

# banyan_folder(NAME [COLD] [SANITIZED ONLY|TOO] [LIBRARIES ...] [PRIVATE ...] [TEST_LIBRARIES ...] [FIXTURES postgres]
#               [LONG])
#
# Makes the target banyan_<NAME> of the current folder: every .cpp beside this file, without the tests. What ends in
# _test.cpp becomes the test program banyan_<NAME>_tests; what ends in _fuzz.cpp a fuzz target of its own name. FIXTURES
# says what runs while the tests do. LONG: those whose names have Long in them are not of the everyday suite. SANITIZED is
# for what reads untrusted input or holds the data: everyday runs have those tests with sanitizers, and not again without
# (ONLY) or again (TOO). COLD is for what no request passes through: small rather than fast.
function(banyan_folder name)
  cmake_parse_arguments(ARG "COLD;LONG" "SANITIZED" "LIBRARIES;PRIVATE;TEST_LIBRARIES;FIXTURES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cpp)
  file(GLOB fuzzers CONFIGURE_DEPENDS *_fuzz.cpp)
  list(REMOVE_ITEM sources ${tests} ${fuzzers})

  set(target banyan_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
    set(kind library)
    if("banyan_asio" IN_LIST ARG_LIBRARIES)
      set(kind asio)
    endif()
    banyan_compile(${target} ${kind})
    if(ARG_COLD)
      target_compile_options(${target} PRIVATE ${BANYAN_COLD_OPTIONS})
    endif()
    target_link_libraries(${target} PRIVATE ${ARG_PRIVATE})
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${target} ${scope} ${ARG_LIBRARIES})

  if(BANYAN_TESTS AND tests)
    add_executable(${target}_tests ${tests})
    set(label unit)
    if(ARG_SANITIZED)
      add_dependencies(sanitized_tests ${target}_tests)
    endif()
    if(ARG_SANITIZED STREQUAL "ONLY")
      set(label sanitized)
      set_target_properties(${target}_tests PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
    banyan_compile(${target}_tests test)
    target_link_libraries(${target}_tests PRIVATE ${target} ${ARG_TEST_LIBRARIES} GTest::gtest GTest::gmock GTest::gtest_main)
    banyan_needs(${target}_tests properties ${ARG_FIXTURES})
    set(everyday)
    if(ARG_LONG)
      set(everyday TEST_FILTER "-*Long*")
      gtest_discover_tests(${target}_tests DISCOVERY_MODE PRE_TEST TEST_FILTER "*Long*"
                           PROPERTIES LABELS long TIMEOUT 300 ${properties})
    endif()
    gtest_discover_tests(${target}_tests DISCOVERY_MODE PRE_TEST ${everyday}
                         PROPERTIES LABELS ${label} TIMEOUT 300 ${properties})
  endif()

  if(BANYAN_FUZZERS)
    foreach(file ${fuzzers})
      get_filename_component(fuzzer ${file} NAME_WE)
      add_executable(${fuzzer} ${file})
      target_compile_options(${fuzzer} PRIVATE ${BANYAN_WARNINGS} -fsanitize=fuzzer)
      target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
      target_link_libraries(${fuzzer} PRIVATE ${target})
    endforeach()
  endif()
endfunction()

# banyan_needs(TARGET VARIABLE [postgres])
#
# The test program needs these fixtures: they are built with it, and VARIABLE becomes what its tests' properties lack.
function(banyan_needs target variable)
  set(properties)
  if("postgres" IN_LIST ARGN)
    add_dependencies(${target} postgres_fixture)
    set(properties FIXTURES_REQUIRED postgres ENVIRONMENT "BANYAN_TEST_POSTGRES=${BANYAN_POSTGRES_FILE}")
  endif()
  set(${variable} ${properties} PARENT_SCOPE)
endfunction()
