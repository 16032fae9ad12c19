// An HTTP/2 connection that carries gRPC calls; it connects again by itself after it broke.
#pragma once

#include <nghttp2/nghttp2.h>

#include <functional>
#include <string>
#include <unordered_set>

#include "call.h"

class Connection {
 public:
  using Finished = std::function<void(Call*)>;

  // `path` is /package.Service/Method; `timeout` is the value of the header grpc-timeout, or empty.
  Connection(int port, std::string path, std::string timeout, Finished finished);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start(Call* call);   // `finished` is called with it later, also when the connection breaks
  void give_up(Call* call); // cancel it
  void flush();             // send what can be sent
  void read();              // take in what has arrived
  int descriptor() const { return descriptor_; }  // -1 while not connected
  bool has_unsent() const { return unsent_ < output_.size(); }

 private:
  bool connect();
  void disconnect();
  void finish(Call* call);

  static ssize_t read_body(nghttp2_session*, int32_t, uint8_t* buffer, size_t length, uint32_t* flags,
                           nghttp2_data_source* source, void*);
  static int on_header(nghttp2_session* session, const nghttp2_frame* frame, const uint8_t* name, size_t name_length,
                       const uint8_t* value, size_t value_length, uint8_t, void*);
  static int on_data(nghttp2_session* session, uint8_t, int32_t stream, const uint8_t* data, size_t length, void*);
  static int on_close(nghttp2_session* session, int32_t stream, uint32_t, void* self);

  const int port_;
  const std::string path_, timeout_, authority_;
  const Finished finished_;
  int descriptor_ = -1;
  nghttp2_session* session_ = nullptr;
  std::unordered_set<Call*> calls_;
  std::string output_;
  size_t unsent_ = 0;
};
