# Everything comes from Debian's packages; docs/dependencies.md says what each is for.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(TOMLPP REQUIRED IMPORTED_TARGET tomlplusplus)

if(BANYAN_TESTS)
  find_package(GTest REQUIRED)
  find_package(CURL REQUIRED)
  include(GoogleTest)
endif()

# Asio is compiled once; every other file sees only its declarations.
file(WRITE "${CMAKE_BINARY_DIR}/asio/asio.cpp" "#include <boost/asio/impl/src.hpp>\n")
add_library(banyan_asio STATIC "${CMAKE_BINARY_DIR}/asio/asio.cpp")
target_compile_definitions(banyan_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(banyan_asio PUBLIC Boost::headers Threads::Threads)
# The same for its TLS.
file(WRITE "${CMAKE_BINARY_DIR}/asio/asio_ssl.cpp" "#include <boost/asio/ssl/impl/src.hpp>\n")
add_library(banyan_asio_ssl STATIC "${CMAKE_BINARY_DIR}/asio/asio_ssl.cpp")
target_link_libraries(banyan_asio_ssl PUBLIC banyan_asio OpenSSL::SSL)

# Debian ships llhttp as C source inside node-llhttp.
find_path(LLHTTP_INCLUDE_DIR llhttp.h PATHS /usr/share/include/llhttp NO_DEFAULT_PATH REQUIRED)
find_path(LLHTTP_SOURCE_DIR llhttp.c PATHS /usr/share/llhttp NO_DEFAULT_PATH REQUIRED)
add_library(llhttp STATIC ${LLHTTP_SOURCE_DIR}/api.c ${LLHTTP_SOURCE_DIR}/http.c ${LLHTTP_SOURCE_DIR}/llhttp.c)
target_include_directories(llhttp SYSTEM PUBLIC ${LLHTTP_INCLUDE_DIR})
target_compile_options(llhttp PRIVATE ${BANYAN_COVERAGE})

# Not by pkg-config, which would define _FILE_OFFSET_BITS and so part with the precompiled headers.
find_path(HIREDIS_INCLUDE_DIR hiredis/read.h REQUIRED)
find_library(HIREDIS_LIBRARY hiredis REQUIRED)
add_library(hiredis INTERFACE)
target_include_directories(hiredis SYSTEM INTERFACE ${HIREDIS_INCLUDE_DIR})
target_link_libraries(hiredis INTERFACE ${HIREDIS_LIBRARY})

# Its headers alone: it is loaded where a database is PostgreSQL (adapters/postgres/libpq.hpp).
add_library(libpq INTERFACE)
target_include_directories(libpq SYSTEM INTERFACE ${PostgreSQL_INCLUDE_DIRS})
