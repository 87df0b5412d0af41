#include "tests/support/stream_client.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace arauto::test {

namespace {

constexpr std::string_view ping_payload = "ping ping ping ping";
constexpr int receive_buffer = 4096;

} // namespace

stream_client::stream_client(std::uint16_t port, bool is_tls) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const timeval patience{60, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error("the test client cannot connect");
  if (!is_tls)
    return;
  context_ = SSL_CTX_new(TLS_client_method());
  ssl_ = SSL_new(context_);
  SSL_set_fd(ssl_, socket_);
  if (SSL_connect(ssl_) != 1)
    throw std::runtime_error("the test client's TLS handshake failed");
}

stream_client::~stream_client() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
  ::close(socket_);
}

long stream_client::receive(char* into, std::size_t bytes) {
  return ssl_ != nullptr ? SSL_read(ssl_, into, static_cast<int>(bytes)) : ::recv(socket_, into, bytes, 0);
}

void stream_client::send_all(std::string_view bytes) {
  if (ssl_ != nullptr)
    SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  else [[maybe_unused]]
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void stream_client::send_ping() {
  std::string out{"\x89"};
  out += static_cast<char>(0x80 | ping_payload.size());
  out.append(4, '\0'); // A mask of zeros leaves the payload as it is.
  out += ping_payload;
  send_all(out);
}

bool stream_client::fill(std::size_t bytes) {
  while (input_.size() - used_ < bytes) {
    if (used_ > 65536) {
      input_.erase(0, used_);
      used_ = 0;
    }
    // Pings come often, but not so often that the socket of this blocking client fills up with them.
    if (++reads_ % 8 == 0)
      send_ping();
    char piece[2000];
    const auto got = receive(piece, 1 + reads_ * 7919 % sizeof piece);
    if (got <= 0)
      return false;
    input_.append(piece, static_cast<std::size_t>(got));
  }
  return true;
}

void stream_client::skip_head() {
  while (input_.find("\r\n\r\n") == std::string::npos)
    if (!fill(input_.size() + 1))
      throw std::runtime_error("no answer to the upgrade");
  used_ = input_.find("\r\n\r\n") + 4;
}

stream_client::frame stream_client::next_frame(report& x) {
  const auto fail = [&x](std::string why) {
    x.corruption = std::move(why);
    return frame{};
  };
  if (!fill(2))
    return fail("the stream ended");
  const auto byte = [this](std::size_t at) { return static_cast<unsigned char>(input_[used_ + at]); };
  const auto opcode = byte(0);
  if (opcode != 0x81 && opcode != 0x8A)
    return fail("no such frame is sent: first byte " + std::to_string(opcode));
  std::size_t head = 2;
  std::uint64_t length = byte(1);
  if (length >= 126) {
    head = length == 126 ? 4 : 10;
    if (!fill(head))
      return fail("the stream ended in a header");
    length = 0;
    for (std::size_t i = 2; i < head; ++i)
      length = length << 8 | byte(i);
  }
  if (length > 8'000'000 || (opcode == 0x8A && length != ping_payload.size()))
    return fail("a frame of " + std::to_string(length) + " bytes");
  if (!fill(head + length))
    return fail("the stream ended in a frame");
  frame got{opcode, input_.substr(used_ + head, length)};
  used_ += head + length;
  if (opcode == 0x8A) {
    ++x.pongs;
    if (got.payload != ping_payload)
      return fail("a pong has other bytes");
  }
  return got;
}

test_certificate::test_certificate() {
  std::string name = (std::filesystem::temp_directory_path() / "arauto-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("no temporary directory");
  directory_ = name;
  key_ = directory_ + "/key.pem";
  chain_ = directory_ + "/chain.pem";
  auto* key = EVP_EC_gen("P-256");
  auto* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  auto* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1,
                             0);
  X509_set_issuer_name(certificate, subject);
  X509_sign(certificate, key, EVP_sha256());
  auto* file = std::fopen(key_.c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  file = std::fopen(chain_.c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

test_certificate::~test_certificate() {
  std::error_code ignored; // The system clears its temporary directory anyway.
  std::filesystem::remove_all(directory_, ignored);
}

} // namespace arauto::test
