#include "connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

constexpr int32_t kWindow = 16 << 20;  // bytes that the server may send ahead

// The text must outlive the header: a temporary string would not.
nghttp2_nv header(const char* name, const char* value) {
  return {(uint8_t*)name, (uint8_t*)value, std::strlen(name), std::strlen(value), NGHTTP2_NV_FLAG_NONE};
}

}  // namespace

Connection::Connection(int port, std::string path, std::string timeout, Finished finished)
    : port_(port),
      path_(std::move(path)),
      timeout_(std::move(timeout)),
      authority_("127.0.0.1:" + std::to_string(port)),
      finished_(std::move(finished)) {
  connect();
}

Connection::~Connection() {
  if (session_) nghttp2_session_del(session_);
  if (descriptor_ >= 0) close(descriptor_);
}

bool Connection::connect() {
  descriptor_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor_, (sockaddr*)&address, sizeof address) != 0) {
    close(descriptor_);
    descriptor_ = -1;
    return false;
  }
  int yes = 1;
  setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  fcntl(descriptor_, F_SETFL, O_NONBLOCK);

  nghttp2_session_callbacks* callbacks;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
  nghttp2_session_client_new(&session_, callbacks, this);
  nghttp2_session_callbacks_del(callbacks);

  nghttp2_settings_entry window{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, (uint32_t)kWindow};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &window, 1);
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kWindow);
  return true;
}

void Connection::disconnect() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  descriptor_ = -1;
  nghttp2_session_del(session_);
  session_ = nullptr;
  output_.clear();
  unsent_ = 0;
  std::vector<Call*> broken(calls_.begin(), calls_.end());
  calls_.clear();
  for (Call* call : broken) finished_(call);
}

void Connection::start(Call* call) {
  if (descriptor_ < 0 && !connect()) return finished_(call);
  std::vector<nghttp2_nv> headers = {
      header(":method", "POST"), header(":scheme", "http"),  header(":path", path_.c_str()),
      header(":authority", authority_.c_str()), header("content-type", "application/grpc"), header("te", "trailers")};
  if (!timeout_.empty()) headers.push_back(header("grpc-timeout", timeout_.c_str()));
  nghttp2_data_provider body;
  body.source.ptr = call;
  body.read_callback = read_body;
  call->stream = nghttp2_submit_request(session_, nullptr, headers.data(), headers.size(), &body, call);
  if (call->stream < 0) return finished_(call);
  calls_.insert(call);
}

void Connection::give_up(Call* call) {
  call->given_up = true;
  call->status = kDeadlineExceeded;
  if (!calls_.count(call)) return;
  nghttp2_session_set_stream_user_data(session_, call->stream, nullptr);
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, call->stream, NGHTTP2_CANCEL);
  finish(call);
}

void Connection::finish(Call* call) {
  calls_.erase(call);
  finished_(call);
}

void Connection::flush() {
  while (descriptor_ >= 0) {
    const uint8_t* data;
    ssize_t length;
    while (output_.size() - unsent_ < (1 << 16) && (length = nghttp2_session_mem_send(session_, &data)) > 0)
      output_.append((const char*)data, length);
    if (!has_unsent()) return;
    ssize_t written = write(descriptor_, output_.data() + unsent_, output_.size() - unsent_);
    if (written < 0 && errno == EAGAIN) return;
    if (written < 0) return disconnect();
    unsent_ += written;
    if (!has_unsent()) {
      output_.clear();
      unsent_ = 0;
    }
  }
}

void Connection::read() {
  uint8_t buffer[1 << 16];
  while (descriptor_ >= 0) {
    ssize_t length = ::read(descriptor_, buffer, sizeof buffer);
    if (length < 0 && errno == EAGAIN) return;
    if (length <= 0 || nghttp2_session_mem_recv(session_, buffer, length) < 0) return disconnect();
    if (length < (ssize_t)sizeof buffer) return;
  }
}

ssize_t Connection::read_body(nghttp2_session*, int32_t, uint8_t* buffer, size_t length, uint32_t* flags,
                              nghttp2_data_source* source, void*) {
  Call* call = (Call*)source->ptr;
  size_t count = std::min(length, call->body->size() - call->body_sent);
  std::memcpy(buffer, call->body->data() + call->body_sent, count);
  call->body_sent += count;
  if (call->body_sent == call->body->size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return count;
}

int Connection::on_header(nghttp2_session* session, const nghttp2_frame* frame, const uint8_t* name,
                          size_t name_length, const uint8_t* value, size_t value_length, uint8_t, void*) {
  Call* call = (Call*)nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
  if (call && std::string((const char*)name, name_length) == "grpc-status")
    call->status = std::atoi(std::string((const char*)value, value_length).c_str());
  return 0;
}

int Connection::on_data(nghttp2_session* session, uint8_t, int32_t stream, const uint8_t* data, size_t length, void*) {
  Call* call = (Call*)nghttp2_session_get_stream_user_data(session, stream);
  if (call) call->reply.append((const char*)data, length);
  return 0;
}

int Connection::on_close(nghttp2_session* session, int32_t stream, uint32_t, void* self) {
  Call* call = (Call*)nghttp2_session_get_stream_user_data(session, stream);
  if (call) ((Connection*)self)->finish(call);
  return 0;
}
