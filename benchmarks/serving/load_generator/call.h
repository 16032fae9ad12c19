// One gRPC call, from the moment it should start to its status.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

constexpr int32_t kNoStatus = -1;          // the connection broke, or the server ended the stream without a status
constexpr int32_t kDeadlineExceeded = 4;   // also what a caller sees that gave up by itself

struct Call {
  long number = 0;                   // counts the calls of this run
  int32_t message = 0;               // index of what was sent
  double scheduled = 0;              // seconds after the start, as are the two below
  double sent = 0;
  double finished = 0;
  int32_t status = kNoStatus;        // grpc-status
  bool given_up = false;             // cancelled here at its deadline
  const std::string* body = nullptr; // length-prefixed message
  size_t body_sent = 0;
  int32_t stream = 0;
  std::string reply;                 // length-prefixed message
};

// What is written for each call, little-endian and without gaps.
struct Record {
  double scheduled, sent, finished;
  int32_t message, status;
  uint32_t reply_size, given_up;
};
static_assert(sizeof(Record) == 40, "Python reads records of 40 bytes");

class Clock {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};
