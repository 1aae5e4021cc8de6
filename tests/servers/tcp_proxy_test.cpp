#include "tests/servers/tcp_proxy.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <string>
#include <thread>

namespace banyan::testkit {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

class Proxied : public testing::Test {
 protected:
  tcp::socket connect() {
    tcp::socket socket(context_);
    socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), proxy_.port()));
    return socket;
  }
  tcp::socket accept() { return acceptor_.accept(); }

  static std::string read(tcp::socket& socket, std::size_t bytes) {
    std::string text(bytes, '\0');
    error_code error;
    text.resize(asio::read(socket, asio::buffer(text), error));
    return text;
  }
  static void write(tcp::socket& socket, const std::string& text) {
    error_code ignored;
    asio::write(socket, asio::buffer(text), ignored);
  }
  // Reading ends: by the other's close, or by its reset.
  static bool ended(tcp::socket& socket) { return read(socket, 1).empty(); }

  static bool readable_within(tcp::socket& socket, std::chrono::milliseconds time) {
    pollfd wanted{socket.native_handle(), POLLIN, 0};
    return ::poll(&wanted, 1, static_cast<int>(time.count())) > 0;
  }

  asio::io_context context_;
  tcp::acceptor acceptor_{context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  TcpProxy proxy_{acceptor_.local_endpoint().port()};
};

TEST_F(Proxied, bytes_pass_both_ways_and_are_counted) {
  tcp::socket client = connect();
  tcp::socket server = accept();
  write(client, "question");
  EXPECT_EQ(read(server, 8), "question");
  write(server, "answer");
  EXPECT_EQ(read(client, 6), "answer");
  EXPECT_EQ(proxy_.forwarded(Direction::to_server), 8U);
  EXPECT_EQ(proxy_.forwarded(Direction::to_client), 6U);
  EXPECT_EQ(proxy_.connections(), 1U);
}

TEST_F(Proxied, all_connections_are_cut_at_once_and_new_ones_pass) {
  tcp::socket first = connect();
  tcp::socket first_server = accept();
  tcp::socket second = connect();
  tcp::socket second_server = accept();
  write(first, "x");
  EXPECT_EQ(read(first_server, 1), "x");
  proxy_.cut_all();
  EXPECT_TRUE(ended(first));
  EXPECT_TRUE(ended(second));
  EXPECT_TRUE(ended(first_server));
  EXPECT_TRUE(ended(second_server));
  EXPECT_EQ(proxy_.connections(), 0U);
  tcp::socket third = connect();
  tcp::socket third_server = accept();
  write(third, "y");
  EXPECT_EQ(read(third_server, 1), "y");
}

TEST_F(Proxied, the_connection_that_carries_the_nth_byte_is_cut_right_after_it_and_no_other) {
  tcp::socket first = connect();
  tcp::socket first_server = accept();
  tcp::socket second = connect();
  tcp::socket second_server = accept();
  proxy_.cut_once_after(Direction::to_server, 5);
  write(first, "abc");
  EXPECT_EQ(read(first_server, 3), "abc");
  write(second, "defgh");
  EXPECT_EQ(read(second_server, 5), "de") << "the fifth byte is the last";
  EXPECT_TRUE(ended(second));
  write(first, "ijklmn");
  EXPECT_EQ(read(first_server, 6), "ijklmn");
  EXPECT_EQ(proxy_.cuts(), 1U);
}

TEST_F(Proxied, each_connection_is_cut_after_its_nth_byte) {
  proxy_.cut_each_after(Direction::to_client, 2);
  for (int i = 0; i < 3; ++i) {
    tcp::socket client = connect();
    tcp::socket server = accept();
    write(server, "abc");
    EXPECT_EQ(read(client, 3), "ab");
    EXPECT_TRUE(ended(server));
  }
  EXPECT_EQ(proxy_.cuts(), 3U);
}

TEST_F(Proxied, a_stall_holds_bytes_back_and_its_end_delivers_them) {
  tcp::socket client = connect();
  tcp::socket server = accept();
  write(client, "a");
  EXPECT_EQ(read(server, 1), "a");
  proxy_.stall(true);
  write(client, "b");
  EXPECT_FALSE(readable_within(server, std::chrono::milliseconds(50)));
  EXPECT_EQ(proxy_.connections(), 1U);
  proxy_.stall(false);
  EXPECT_EQ(read(server, 1), "b");
}

TEST_F(Proxied, a_refused_port_takes_nobody_and_keeps_who_is_there) {
  tcp::socket client = connect();
  tcp::socket server = accept();
  proxy_.refuse(true);
  EXPECT_THROW(connect(), boost::system::system_error);
  write(client, "a");
  EXPECT_EQ(read(server, 1), "a");
  proxy_.refuse(false);
  connect();
}

TEST_F(Proxied, the_end_of_one_side_is_the_end_of_the_other) {
  tcp::socket client = connect();
  tcp::socket server = accept();
  write(server, "last");
  server.close();
  EXPECT_EQ(read(client, 5), "last");
}

}  // namespace
}  // namespace banyan::testkit
